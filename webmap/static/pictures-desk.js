// The desk of pictures works without this. With it: pictures are dropped or taken, sent one after the other with a
// bar, and a picture says by itself when its sizes are made.
"use strict";

const form = document.querySelector("[data-bring]");
const bar = form.querySelector("[data-bar]");
const told = form.querySelector("[data-refused]");
const drop = form.querySelector("[data-drop]");
const KEPT = "athar-pictures-refused";
let typed = false;

form.classList.add("scripted");
form.querySelector("[data-send]").hidden = true;
form.querySelector("[data-hint]").hidden = false;
for (const words of document.querySelectorAll("[data-words]")) {
  words.addEventListener("input", () => { typed = true; });
}

function tell(lines) {
  told.firstElementChild.replaceChildren(...lines.map((line) => {
    const item = document.createElement("li");
    item.textContent = line;
    return item;
  }));
  told.hidden = lines.length === 0;
}

tell(JSON.parse(sessionStorage.getItem(KEPT) || "[]"));
sessionStorage.removeItem(KEPT);

/* Sends one picture; brings what is wrong with it, in words. */
function send(file) {
  if (file.size > Number(form.dataset.most) * 1024 * 1024) return Promise.resolve([`${file.name}: ${form.dataset.tooLarge}`]);
  const body = new FormData(form);
  body.delete("file");
  body.append("file", file, file.name);
  const request = new XMLHttpRequest();
  bar.querySelector("[data-name]").textContent = file.name;
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) bar.querySelector("progress").value = (100 * event.loaded) / event.total;
  });
  return new Promise((resolve) => {
    request.addEventListener("loadend", () => {
      try {
        resolve(JSON.parse(request.responseText).refused);
      } catch {
        resolve([`${file.name}: ${form.dataset.failed}`]);
      }
    });
    request.open("POST", form.action);
    request.setRequestHeader("Accept", "application/json");
    request.send(body);
  });
}

async function sendAll(files) {
  if (!files.length) return;
  if (typed) {
    tell([form.dataset.unsaved]);
    return;
  }
  tell([]);
  bar.hidden = false;
  const refused = [];
  for (const file of files) {
    bar.querySelector("progress").value = 0;
    refused.push(...(await send(file)));
  }
  bar.hidden = true;
  for (const picker of form.querySelectorAll(".picker")) picker.value = "";
  if (refused.length >= files.length) {
    tell(refused);
    return;
  }
  // Those that were taken are on the page when it is loaded anew; what was said of the others stays.
  if (refused.length) sessionStorage.setItem(KEPT, JSON.stringify(refused));
  location.reload();
}

for (const picker of form.querySelectorAll(".picker")) {
  picker.addEventListener("change", () => sendAll([...picker.files]));
}
for (const kind of ["dragenter", "dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragenter" || kind === "dragover");
  });
}
drop.addEventListener("drop", (event) => sendAll([...event.dataTransfer.files]));

const list = document.querySelector("[data-state]");
async function look() {
  const waiting = [...list.querySelectorAll("[data-making]")];
  if (!waiting.length) return;
  try {
    const answer = await fetch(list.dataset.state, { cache: "no-store" });
    const states = answer.ok ? await answer.json() : {};
    for (const place of waiting) {
      const state = states[place.dataset.making];
      if (state && state.ready) {
        place.textContent = list.dataset.ready;
        place.removeAttribute("data-making");
      } else if (state && state.problem) place.textContent = state.problem;
    }
  } catch {
    // The network is away: the next try may find it.
  }
  setTimeout(look, 1500);
}
look();
