// The article beside the chat. What is open is an entry of the browser's history, so Back and Forward close and open it.

window.quothSource = (element, props, watch) => {
  let opener = null;

  const show = (place) => quoth.trigger("click", place);
  const hide = () => {
    props.value = "";
    opener?.focus();
    opener = null;
  };
  window.quoth = window.quoth ?? {};
  quoth.open = (place) => {
    if (!element.contains(document.activeElement)) opener = document.activeElement;
    // `depth`: how many entries Close has to go back to where nothing was open.
    const depth = (history.state?.quoth?.depth ?? 0) + 1;
    if (JSON.stringify(history.state?.quoth?.place) !== JSON.stringify(place)) {
      history.pushState({ ...history.state, quoth: { place, depth } }, "");
    }
    show(place);
  };
  const close = () => {
    const depth = history.state?.quoth?.depth;
    if (depth) history.go(-depth);
    else hide();
  };
  addEventListener("popstate", (event) => {
    const place = event.state?.quoth?.place;
    if (place) show(place);
    else hide();
  });
  // A page that is loaded anew has nothing open.
  if (history.state?.quoth) history.replaceState({ ...history.state, quoth: undefined }, "");

  watch("value", () => {
    const heading = element.querySelector("h2");
    if (!heading) return;
    heading.focus({ preventScroll: true });
    // Only the panel scrolls; scrollIntoView would move the conversation beside it as well.
    const panel = element.closest("#source");
    const words = element.querySelector("mark:not(.also)");
    const middle = words?.getBoundingClientRect().top - panel.getBoundingClientRect().top;
    if (middle) panel.scrollTop += middle - panel.clientHeight / 2;
  });
  element.addEventListener("click", (event) => event.target.closest(".close") && close());
  element.addEventListener("keydown", (event) => event.key === "Escape" && close());
};
