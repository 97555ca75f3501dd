// The little that the library page does by itself.

window.quothLibrary = (element, trigger, upload) => {
  const query = element.querySelector("[name=query]");
  const files = element.querySelector("[type=file]");
  window.quoth = window.quoth ?? {};
  quoth.remove = (source) => trigger("delete", { source, query: query.value });
  quoth.send = (sent) => trigger("upload", { files: sent });
  let typing = 0;
  query.addEventListener("input", () => {
    clearTimeout(typing);
    typing = setTimeout(() => trigger("input", { query: query.value }), 150);
  });
  element.querySelector("[data-download]").addEventListener("click", () => trigger("download"));
  if (!files) return;

  const drop = element.querySelector(".drop");
  const progress = drop.querySelector("progress");
  const sending = drop.querySelector(".sending");
  const send = async (chosen) => {
    const sent = [];
    progress.hidden = false;
    for (const [number, file] of chosen.entries()) {
      progress.value = number / chosen.length;
      sending.textContent = `Sending ${number + 1} of ${chosen.length}: ${file.name}`;
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
  for (const name of ["dragenter", "dragover"]) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.add("over");
    });
  }
  for (const name of ["dragleave", "drop"]) drop.addEventListener(name, () => drop.classList.remove("over"));
  drop.addEventListener("drop", (event) => {
    event.preventDefault();
    send([...event.dataTransfer.files]);
  });
};

window.quothArticles = (element) => {
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    const { remove, only } = button?.dataset ?? {};
    if (only !== undefined) location.href = `./?${new URLSearchParams({ source: only })}`;
    if (remove === undefined) return;
    // Asked twice, because what is removed is gone.
    if (button.classList.contains("sure")) {
      quoth.remove(remove);
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
