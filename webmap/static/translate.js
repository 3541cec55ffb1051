// The translators' pages work without this. With it: an unsaved text survives a lost connection, Ctrl+Enter saves
// and goes on, and a term is put in with one tap.
"use strict";

const PREFIX = "athar-translating:";
const AGE_MS = 14 * 24 * 3600 * 1000;

const plain = (text) => text.replace(/\r\n/g, "\n").normalize("NFC").trim();

const shelf = {
  read(name) {
    try {
      return JSON.parse(localStorage.getItem(PREFIX + name) ?? "null");
    } catch {
      return null;
    }
  },
  write(name, value) {
    try {
      localStorage.setItem(PREFIX + name, JSON.stringify(value));
    } catch {
      // No room, or not allowed: then what is typed stands in the page alone.
    }
  },
  drop(name) {
    try {
      localStorage.removeItem(PREFIX + name);
    } catch {
      // See above.
    }
  },
  tidy() {
    try {
      for (const key of Object.keys(localStorage).filter((each) => each.startsWith(PREFIX))) {
        const name = key.slice(PREFIX.length);
        if (!(Date.now() - (shelf.read(name)?.at ?? 0) < AGE_MS)) shelf.drop(name);
      }
    } catch {
      // See above.
    }
  },
};

function typedIn(form) {
  const texts = {};
  for (const field of form.querySelectorAll("[name^='text-']")) {
    if (plain(field.value) !== plain(field.defaultValue)) texts[field.name] = field.value;
  }
  return texts;
}

function restore(form, name) {
  const kept = shelf.read(name);
  if (!kept) return;
  let back = false;
  for (const [field, text] of Object.entries(kept.texts ?? {})) {
    const input = form.elements[field];
    if (input && plain(input.value) !== plain(text)) {
      input.value = text;
      back = true;
    }
  }
  if (!back) {
    shelf.drop(name);
    return;
  }
  // The version that it was written over: the server tells if another has come between.
  form.elements.base.value = kept.base;
  document.querySelector("[data-restored]").hidden = false;
}

function keep(form, name) {
  const texts = typedIn(form);
  if (Object.keys(texts).length) shelf.write(name, { at: Date.now(), base: form.elements.base.value, texts });
  else shelf.drop(name);
}

function put(button, form) {
  const field = form.elements[button.dataset.put];
  const at = field.selectionStart ?? field.value.length;
  const before = field.value.slice(0, at);
  const gap = before && !/\s$/.test(before) ? " " : "";
  field.setRangeText(gap + button.dataset.form, at, field.selectionEnd ?? at, "end");
  field.focus();
  field.dispatchEvent(new Event("input", { bubbles: true }));
}

const form = document.querySelector("form[data-translate]");
const saved = document.querySelector("[data-saved]");
shelf.tidy();
if (saved && form) shelf.drop(`${form.dataset.translate.split("/")[0]}/${saved.dataset.saved}`);
if (form) {
  const name = form.dataset.translate;
  if (!document.querySelector("[data-refused]")) restore(form, name);
  form.addEventListener("input", () => keep(form, name));
  for (const button of form.querySelectorAll("[data-put]")) {
    button.hidden = false;
    button.addEventListener("click", () => put(button, form));
  }
  const next = form.querySelector("[data-next]");
  if (next) {
    form.querySelector(".keys").hidden = false;
    form.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
        event.preventDefault();
        form.requestSubmit(next);
      }
    });
  }
}
