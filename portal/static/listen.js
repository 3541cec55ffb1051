// A button to have a text read out, where this device has a voice of its own for the text's language. Voices of
// other machines are left aside: the text would leave the site.
"use strict";

const speech = window.speechSynthesis;

function voiceFor(lang) {
  return speech.getVoices().find((voice) => voice.localService && voice.lang.toLowerCase().split(/[-_]/)[0] === lang);
}

function add(text) {
  const lang = text.closest("[lang]").lang;
  const voice = voiceFor(lang);
  if (!voice || text.nextElementSibling?.matches(".listen")) return;
  const [start, stop] = text.dataset.listen.split("|");
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet listen";
  button.textContent = start;
  let mine = null;
  const end = () => { mine = null; button.textContent = start; };
  button.addEventListener("click", () => {
    const going = mine;
    speech.cancel();
    if (going) { end(); return; }
    mine = new SpeechSynthesisUtterance(text.textContent);
    mine.lang = voice.lang;
    mine.voice = voice;
    mine.onend = mine.onerror = end;
    button.textContent = stop;
    speech.speak(mine);
  });
  text.after(button);
}

export function start() {
  const all = () => document.querySelectorAll("[data-listen]").forEach(add);
  all();
  // Browsers read the list of their voices after the page.
  speech.addEventListener?.("voiceschanged", all);
  window.addEventListener("pagehide", () => speech.cancel());
}
