// The little that the library page does by itself.

window.quothLibrary = (element, trigger, upload) => {
  const query = element.querySelector("[name=query]");
  const files = element.querySelector("[type=file]");
  window.quoth = window.quoth ?? {};
  quoth.remove = (source, page) => trigger("delete", { source, query: query.value, page });
  quoth.send = (sent) => trigger("upload", { files: sent, query: query.value });
  quoth.look = (page) => trigger("input", { query: query.value, page });
  let typing = 0;
  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => quoth.look(0), 150);
  });
  element.querySelector("[data-download]").addEventListener("click", () => trigger("download"));
  if (!files) return;

  const drop = element.querySelector(".drop");
  const progress = drop.querySelector("progress");
  const sending = drop.querySelector(".sending");
  const send = async (chosen, folders = []) => {
    const sent = [];
    progress.hidden = false;
    for (const [number, file] of chosen.entries()) {
      progress.value = number / chosen.length;
      sending.textContent = `Sending ${number + 1} of ${chosen.length}: ${file.name}`;
      if (folders.includes(file.name)) {
        sent.push({ name: file.name, reason: "is a folder; drop the files in it" });
        continue;
      }
      if (file.size > files.dataset.most * 2 ** 20) {
        sent.push({ name: file.name, reason: `is larger than ${files.dataset.most} MB` });
        continue;
      }
      try {
        sent.push({ name: file.name, path: (await upload(file)).path });
      } catch {
        sent.push({ name: file.name, reason: "could not be sent" });
      }
    }
    progress.hidden = true;
    sending.textContent = "";
    files.value = "";
    if (sent.length) quoth.send(sent);
  };
  files.addEventListener("change", () => send([...files.files]));
  // Anywhere on the page, because a browser leaves it for a file that is dropped beside the place for it.
  const holds = (event) => event.dataTransfer?.types.includes("Files");
  for (const name of ["dragenter", "dragover"]) {
    document.addEventListener(name, (event) => {
      if (!holds(event)) return;
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  document.addEventListener("dragleave", (event) => {
    // Only where the mouse leaves the window, not where it passes from one part of the page to the next.
    if (!event.relatedTarget) drop.classList.remove("over");
  });
  document.addEventListener("drop", (event) => {
    if (!holds(event)) return;
    event.preventDefault();
    drop.classList.remove("over");
    const items = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const folders = items.filter((item) => item.webkitGetAsEntry()?.isDirectory).map((item) => item.getAsFile()?.name);
    send([...event.dataTransfer.files], folders);
  });
};

window.quothArticles = (element, watch) => {
  let turned = false;
  watch("value", () => {
    // Another page of the list begins at its beginning, for the eye and for a screen reader.
    if (turned) element.querySelector("[role=status]").focus();
    turned = false;
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const { remove, only, page } = button?.dataset ?? {};
    if (page !== undefined) {
      turned = true;
      quoth.look(Number(page));
    }
    if (only !== undefined) location.href = `./?${new URLSearchParams({ source: only })}`;
    if (remove === undefined) return;
    // Asked twice, because what is removed is gone.
    if (button.classList.contains("sure")) {
      quoth.remove(remove, Number(element.querySelector(".articles").dataset.page));
      return;
    }
    button.classList.add("sure");
    button.textContent = "Really remove?";
    button.addEventListener("blur", () => {
      button.classList.remove("sure");
      button.textContent = "Remove";
    }, { once: true });
  });
};

window.quothReport = (element, watch) => {
  watch("value", () => element.scrollIntoView({ block: "nearest" }));
};
