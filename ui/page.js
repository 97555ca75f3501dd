// The little that the page does by itself. Gradio calls each function once, with the element it is about.

window.quothConversation = (element, trigger, watch) => {
  element.addEventListener("click", (event) => {
    const { ask, article, start, end } = event.target.closest("button")?.dataset ?? {};
    // A double click asks once.
    if (ask !== undefined && event.detail < 2) trigger("submit", { question: ask });
    if (article !== undefined) trigger("click", { article, start: Number(start), end: Number(end) });
  });
  watch("value", () => element.querySelector(".turn:last-child")?.scrollIntoView());
};

window.quothSource = (element, props, watch) => {
  let opener = null;
  const close = () => {
    props.value = "";
    opener?.focus();
  };
  watch("value", () => {
    const heading = element.querySelector("h2");
    if (!heading) return;
    if (!element.contains(document.activeElement)) opener = document.activeElement;
    heading.focus({ preventScroll: true });
    // Only the panel scrolls; scrollIntoView would move the conversation beside it as well.
    const panel = element.closest("#source");
    const middle = element.querySelector("mark")?.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (middle) panel.scrollTop += middle - panel.clientHeight / 2;
  });
  element.addEventListener("click", (event) => event.target.closest(".close") && close());
  element.addEventListener("keydown", (event) => event.key === "Escape" && close());
};
