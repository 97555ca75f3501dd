// The little that the page to ask on does by itself. Gradio calls each function once, with the element it is about.

// What the parts of the page share. `ask` and `edit` are the form's; `open` is source.js's.
window.quoth = window.quoth ?? {};

window.quothConversation = (element, trigger, watch) => {
  quoth.trigger = trigger;
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button) return;
    const { article, start, end, also, edit, copy, link, vote, turn } = button.dataset;
    if (article !== undefined) {
      const turns = [...element.querySelectorAll(".turn")];
      const at = turns.indexOf(button.closest(".turn"));
      quoth.open({ article, start: Number(start), end: Number(end), also, turn: at });
    }
    if (edit !== undefined) quoth.edit(edit);
    if (copy !== undefined) quothCopy(button, copy);
    if (link !== undefined) quothCopy(button, new URL(link, location.origin + location.pathname).href);
    if (button.matches(".stop")) quoth.stop();
    if (vote !== undefined) {
      for (const other of button.parentElement.querySelectorAll("button")) {
        other.setAttribute("aria-pressed", String(other === button));
      }
      trigger("like", { turn: Number(turn), vote, note: "" });
      const note = button.closest(".tools").querySelector(".note");
      note.dataset.vote = vote;
      note.hidden = false;
      note.scrollIntoView({ block: "center" });
      note.querySelector("input").focus({ preventScroll: true });
    }
  });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    const form = event.target;
    trigger("like", { turn: Number(form.dataset.turn), vote: form.dataset.vote, note: form.elements.note.value });
    form.hidden = true;
    quoth.focus();
  });
  let shown = 0;
  let following = false;
  watch("value", () => {
    const turns = element.querySelectorAll(".turn");
    const done = !element.querySelector(".pending");
    // A new question stays at the top while its answer grows below it, unless its reader looks elsewhere meanwhile.
    if (turns.length !== shown) following = turns.length > shown;
    if (following) turns[turns.length - 1].scrollIntoView();
    if (done) following = false;
    shown = turns.length;
    quoth.settled(done);
  });
  for (const moved of ["wheel", "touchmove", "pointerdown", "keydown"]) {
    addEventListener(moved, (event) => {
      if (event.target.name !== "question") following = false;
    }, { passive: true });
  }
};

window.quothExamples = (element) => {
  element.addEventListener("click", (event) => {
    const question = event.target.closest("button")?.dataset.ask;
    // A double click asks once.
    if (question !== undefined && event.detail < 2) quoth.ask(question);
  });
};

window.quothForm = (element, trigger) => {
  const form = element.querySelector("form");
  const { question: box, source, from, to } = form.elements;
  const narrow = form.querySelector(".narrow");
  const note = form.querySelector(".waiting");
  const waiting = [];
  const asked = [];
  let busy = null;
  let back = 0;

  const fit = () => {
    box.style.height = "auto";
    box.style.height = `${box.scrollHeight}px`;
  };
  const write = (text) => {
    box.value = text;
    fit();
    box.focus();
    box.setSelectionRange(text.length, text.length);
  };
  const showNarrowed = () => {
    const set = [source, from, to].filter((field) => field.value).length;
    narrow.querySelector("summary").textContent = set ? `Narrowed by ${set}` : "Narrow";
  };
  const next = () => {
    busy = waiting.shift() ?? null;
    note.textContent = waiting.length ? `Then: ${waiting.map((each) => each.question).join("; ")}` : "";
    if (busy) trigger("submit", busy);
  };

  // A question asked while another is read comes after it.
  quoth.ask = (question) => {
    if (!question.trim()) return;
    asked.push(question);
    back = 0;
    waiting.push({ question, source: source.value, from: from.value, to: to.value });
    if (busy) note.textContent = `Then: ${waiting.map((each) => each.question).join("; ")}`;
    else next();
  };
  quoth.edit = write;
  quoth.focus = () => box.focus();
  quoth.settled = (done) => done && busy && next();
  quoth.stop = () => {
    if (!busy) return;
    const { question } = busy;
    waiting.length = 0;
    note.textContent = "";
    busy = null;
    trigger("stop");
    // Given back to be mended, unless something else is being typed.
    if (!box.value) write(question);
  };

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    quoth.ask(box.value);
    write("");
  });
  box.addEventListener("input", fit);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      form.requestSubmit();
    }
    // Up and Down go through what was asked, as in a shell, but never over words that are being written.
    const recalled = back > 0 && box.value === asked.at(-back);
    if (event.key === "ArrowUp" && (box.value === "" || recalled) && back < asked.length) {
      event.preventDefault();
      write(asked.at(-++back));
    } else if (event.key === "ArrowDown" && recalled) {
      event.preventDefault();
      write(--back ? asked.at(-back) : "");
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && busy && !document.querySelector("#source:focus-within")) quoth.stop();
  });
  form.querySelector(".filters").addEventListener("input", showNarrowed);
  form.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".reset")) {
      source.value = from.value = to.value = "";
      showNarrowed();
    }
    if (button?.matches(".clear")) {
      waiting.length = 0;
      note.textContent = "";
      busy = null;
      trigger("clear");
      box.focus();
    }
    if (button?.dataset.download) trigger("download", { kind: button.dataset.download });
  });

  const given = new URLSearchParams(location.search);
  for (const [field, name] of [[source, "source"], [from, "from"], [to, "to"]]) field.value = given.get(name) ?? "";
  showNarrowed();
  box.focus();
  if (given.get("q")) quoth.ask(given.get("q"));
};

// Copies text and says so on the button for a moment.
window.quothCopy = async (button, text) => {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page that is not from this machine has no clipboard; selecting and copying still works.
    const area = document.body.appendChild(document.createElement("textarea"));
    area.value = text;
    area.select();
    document.execCommand("copy");
    area.remove();
  }
  const label = button.dataset.label ?? button.textContent;
  button.dataset.label = label;
  button.textContent = "Copied";
  setTimeout(() => (button.textContent = label), 1500);
};

// Saves what the server put into the element as a file.
window.quothDownload = (element, watch) => {
  watch("value", () => {
    const { name, kind, content } = element.querySelector("[data-content]")?.dataset ?? {};
    if (!name) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  });
};
