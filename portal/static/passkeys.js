// Passkeys: asks the server for a challenge, the browser for its answer, and hands it in. Pages work without.
"use strict";

// Passkeys are for names: at an address of numbers, such as 127.0.0.1, every browser refuses them.
const named = !/^[\d.]+$|^\[/.test(location.hostname);
const able = named && window.isSecureContext && "PublicKeyCredential" in window && navigator.credentials;

const bytes = (text) =>
  Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (sign) => sign.charCodeAt(0));
const words = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer))).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");

async function post(address, content) {
  const answer = await fetch(address, {
    method: "POST",
    headers: { "Content-Type": "application/json", Accept: "application/json" },
    body: JSON.stringify(content),
    cache: "no-store",
  });
  const said = await answer.json();
  if (!answer.ok) throw new Error(said.error);
  return said;
}

/* Browsers of before 2025 cannot read the JSON form of options themselves. */
function read(options) {
  const known = (each) => ({ ...each, id: bytes(each.id) });
  const read = { ...options, challenge: bytes(options.challenge) };
  if (options.user) read.user = { ...options.user, id: bytes(options.user.id) };
  if (options.excludeCredentials) read.excludeCredentials = options.excludeCredentials.map(known);
  if (options.allowCredentials) read.allowCredentials = options.allowCredentials.map(known);
  return read;
}

function written(made) {
  const response = {};
  for (const part of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
    if (made.response[part]) response[part] = words(made.response[part]);
  }
  return { id: made.id, rawId: words(made.rawId), type: made.type, response, clientExtensionResults: {} };
}

async function go(box) {
  const options = read(await post(box.dataset.ask, {}));
  const made = options.user
    ? await navigator.credentials.create({ publicKey: options })
    : await navigator.credentials.get({ publicKey: options });
  const name = document.querySelector("[data-name]");
  const said = await post(box.dataset.send, {
    made: written(made),
    next: box.dataset.next,
    name: name ? name.value : "",
  });
  location.assign(said.next);
}

for (const box of document.querySelectorAll("[data-passkey]")) {
  const told = box.querySelector("[role=status]");
  const button = box.querySelector("button");
  box.hidden = !able;
  button.addEventListener("click", async () => {
    button.disabled = true;
    told.textContent = "";
    try {
      await go(box);
    } catch (wrong) {
      // What the browser itself says (a dialog closed, a key that is there already) is in its own words.
      told.textContent = wrong instanceof DOMException || !wrong.message ? box.dataset.failed : wrong.message;
    }
    button.disabled = false;
  });
}
for (const told of document.querySelectorAll("[data-no-passkeys]")) told.hidden = Boolean(able);
