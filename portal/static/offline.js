// Walks to take along: fetched whole into a cache of their own, shown as installed by one entry on the shelf.
// Loaded only once a visitor asks for it, or has a walk already (site.js). The worker only reads.
"use strict";

const SHELF = "athar-walks";
const DRAFT = "athar-walk ";
const AT_ONCE = 4;
const ROUND = 100_000;
const FIXED = /^\/(static|recordings)\//;

class Failure extends Error {
  constructor(reason) { super(reason); this.reason = reason; }
}

/* Pointers to the walks that are whole, the newest first. */
export async function installed() {
  if (!(await caches.has(SHELF))) return [];
  const shelf = await caches.open(SHELF);
  const found = await Promise.all((await shelf.keys()).map(async (key) => (await shelf.match(key)).json()));
  return found.sort((a, b) => b.installed - a.installed);
}

const pointer = ({ lang, key }) => `/${lang}/routes/${key}/offline.json`;

async function listOf(address) {
  let answer;
  try { answer = await fetch(address, { credentials: "omit", cache: "no-cache" }); } catch { throw new Failure("network"); }
  if (answer.status === 404 || answer.status === 410) throw new Failure("gone");
  if (!answer.ok) throw new Failure("other");
  const list = await answer.json();
  // Without a network the worker answers with what it has, which is no list.
  if (!list.files) throw new Failure("network");
  return list;
}

/* One at a time, whatever the number of tabs. */
function alone(act) {
  return navigator.locks ? navigator.locks.request(SHELF, act) : act();
}

async function hash(body) {
  const digest = await crypto.subtle.digest("SHA-256", body);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/* A file of the list, from the walk that is there already if it is still the same, else from the site. */
async function bring([address, source, sum], old, signal) {
  const had = old && (await caches.match(address, { cacheName: old.cache, ignoreVary: true }));
  if (had && (await hash(await had.clone().arrayBuffer())) === sum) return had;
  // What is named by its content may come from the browser's own cache: the sum tells if it is right.
  const cache = FIXED.test(source) ? "default" : "no-store";
  let answer, body;
  try {
    answer = await fetch(source, { credentials: "omit", cache, signal });
    body = await answer.arrayBuffer();
  } catch (error) {
    throw error.name === "AbortError" ? error : new Failure("network");
  }
  if (answer.status >= 500) throw new Failure("network");
  if (!answer.ok || (await hash(body)) !== sum) throw new Failure("changed");
  const headers = new Headers(answer.headers);
  for (const name of ["Content-Encoding", "Content-Length", "Vary"]) headers.delete(name);
  return new Response(body, { headers });
}

/* Fetch every file of `list` into a fresh cache; `told` hears how many bytes are there. */
async function fill(name, list, old, told, signal) {
  const cache = await caches.open(name);
  const waiting = [...list.files];
  let done = 0;
  const one = async () => {
    for (let file = waiting.shift(); file; file = waiting.shift()) {
      signal.throwIfAborted();
      await cache.put(file[0], await bring(file, old, signal));
      told(done += file[3]);
    }
  };
  const all = await Promise.allSettled(Array.from({ length: AT_ONCE }, () => one().catch((error) => { waiting.length = 0; throw error; })));
  const failed = all.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
  if ((await cache.keys()).length !== list.files.length) throw new Failure("other");
}

/* Make a walk available: all of it or nothing. What was there before stays until the new one is whole. */
export function install(list, told, signal) {
  return alone(async () => {
    await tidy();
    const old = (await installed()).find((walk) => walk.key === list.key && walk.lang === list.lang);
    const name = `${DRAFT}${list.lang} ${list.key} ${list.version} ${Date.now()}`;
    try {
      await fill(name, list, old, told, signal);
      await navigator.serviceWorker.register("/sw.js", { scope: "/", updateViaCache: "none" });
      await navigator.serviceWorker.ready;
      const { files, ...rest } = list;
      const shelf = await caches.open(SHELF);
      // The one step that makes it count.
      await shelf.put(pointer(list), new Response(JSON.stringify({ ...rest, cache: name, installed: Date.now() })));
    } catch (error) {
      await caches.delete(name);
      await leaveNothing();
      if (error.name === "AbortError") throw new Failure("stopped");
      if (error.name === "QuotaExceededError") throw new Failure("room");
      throw error instanceof Failure ? error : new Failure("other");
    }
    if (old) await caches.delete(old.cache);
  });
}

export function remove(walk) {
  return alone(async () => {
    const shelf = await caches.open(SHELF);
    await shelf.delete(pointer(walk));
    await tidy();
    await leaveNothing();
  });
}

/* Caches that no walk counts as its own were left by a fetch that was cut off. */
async function tidy() {
  const own = new Set((await installed()).map((walk) => walk.cache));
  for (const name of await caches.keys()) if (name.startsWith(DRAFT) && !own.has(name)) await caches.delete(name);
}

/* Without a walk there is no worker and no cache either. */
async function leaveNothing() {
  if ((await installed()).length) return;
  await caches.delete(SHELF);
  for (const each of await navigator.serviceWorker.getRegistrations()) await each.unregister();
}

/* Bring an installed walk up to date if it changed. Returns what happened: same, updated, gone; "" if unknown. */
export async function update(walk, told = () => {}) {
  try {
    const list = await listOf(pointer(walk));
    if (list.version === walk.version) return "same";
    told();
    await install(list, () => {}, new AbortController().signal);
    return "updated";
  } catch (error) {
    if (error.reason !== "gone") return "";
    await remove(walk);
    return "gone";
  }
}

function make(tag, set) { return Object.assign(document.createElement(tag), set); }

function said(words, pattern, values) {
  // Each value in a direction of its own (Unicode's isolates).
  return (words[pattern] || "").replace(/\{(\w+)\}/g, (_, name) => `\u2068${values[name] ?? ""}\u2069`);
}

/* Browsers that do not know a locale (Tamazight's, mostly) write figures as French does in Morocco. */
function megabytes(words, bytes) {
  const number = Math.max(1, Math.ceil(bytes / ROUND)) / 10;
  return said(words, "mb", { number: number.toLocaleString([words.locale, "fr"], { minimumFractionDigits: 1 }) });
}

/* The button beside a walk: asks, fetches, tells how far it is, and what there is on this device. */
export async function offer(box, pressed) {
  const button = box.querySelector("button");
  const status = box.querySelector("[role=status]");
  const address = box.dataset.take;
  const title = button.textContent;
  let press = ask;
  button.addEventListener("click", () => press());
  const there = (await installed()).find((walk) => pointer(walk) === address);
  if (there) { await have(there); } else if (pressed) { await ask(); }

  function show(label, act, text) {
    button.textContent = label;
    button.hidden = !label;
    press = act;
    status.textContent = text;
    box.querySelectorAll("progress,.take-more").forEach((node) => node.remove());
  }

  async function ask() {
    button.disabled = true;
    try {
      const list = await listOf(address);
      const size = megabytes(list.words, list.bytes);
      show(said(list.words, "download", { size }), () => begin(list), [said(list.words, "ask", { size }), list.words.left_out].filter(Boolean).join(" "));
      const later = make("button", { type: "button", className: "quiet take-more", textContent: list.words.later });
      later.addEventListener("click", () => { show(title, ask, ""); button.focus(); });
      button.after(later);
    } catch { show(title, ask, box.dataset.failed); }
    button.disabled = false;
    button.focus();
  }

  async function begin(list, again = false) {
    const stop = new AbortController();
    const size = megabytes(list.words, list.bytes);
    show(list.words.stop, () => stop.abort(), "");
    const bar = make("progress", { max: list.bytes, value: 0 });
    bar.setAttribute("aria-label", title);
    // Not in the status: nobody wants every tenth of a megabyte read out.
    const amount = make("p", { className: "small take-more" });
    status.before(bar, amount);
    try {
      await install(list, (done) => {
        bar.value = done;
        amount.textContent = said(list.words, "progress", { done: megabytes(list.words, done), size });
      }, stop.signal);
      installedNow(list.words);
    } catch (error) {
      if (error.reason === "changed" && !again) {
        const fresh = await listOf(address).catch(() => null);
        if (fresh && fresh.version !== list.version) { await begin(fresh, true); return; }
      }
      show(title, ask, list.words[error.reason] || list.words.other);
    }
  }

  function installedNow(words) {
    const here = box.contains(document.activeElement);
    show("", ask, words.done);
    const manage = make("a", { href: box.dataset.list, className: "take-more", textContent: words.manage });
    status.after(manage);
    if (here) manage.focus();
  }

  async function have(walk) {
    installedNow(walk.words);
    if (!navigator.onLine) return;
    const happened = await update(walk, () => { status.textContent = walk.words.updating; });
    if (happened === "gone") { show(title, ask, ""); } else { installedNow(walk.words); }
  }
}

/* The page of the walks on this device; also shown, without a network, in place of a page that is not here. */
export async function list(root) {
  const words = JSON.parse(root.dataset.words);
  const rows = root.querySelector("ul");
  const status = root.querySelector("[role=status]");
  const there = await installed();
  root.querySelector("[data-unable]").hidden = true;
  if (location.pathname !== root.dataset.walks) await missing(root, there);
  draw(there);
  if (!navigator.onLine) return;
  for (const walk of there) {
    const happened = await update(walk);
    if (happened === "gone") status.textContent = said(words, "gone", walk);
    if (happened === "gone" || happened === "updated") draw(await installed());
  }

  function draw(walks) {
    root.querySelector("[data-none]").hidden = walks.length > 0;
    rows.replaceChildren(...walks.map(row));
  }

  function row(walk) {
    const link = make("a", { href: walk.start, textContent: walk.name, lang: walk.name_lang, dir: "auto" });
    const own = root.querySelector(`[data-own="${walk.lang}"]`);
    const day = new Date(walk.installed).toLocaleDateString([words.locale, "fr"], { dateStyle: "short" });
    const facts = [own ? own.textContent : walk.lang, megabytes(words, walk.bytes), said(words, "since", { day })];
    const line = make("p", { className: "small" });
    facts.forEach((fact, index) => line.append(index ? " · " : "", make("bdi", { textContent: fact })));
    const button = make("button", { type: "button", className: "quiet", textContent: words.remove });
    button.setAttribute("aria-label", `${words.remove}: ${walk.name} (${facts[0]})`);
    button.addEventListener("click", async () => {
      button.disabled = true;
      await remove(walk);
      draw(await installed());
      status.textContent = words.removed;
      root.querySelector("[data-title]").focus();
    });
    const item = make("li", { className: "card taken" });
    item.append(link, line, button);
    return item;
  }
}

/* Says that the page asked for is not here, and in which languages it is. */
async function missing(root, there) {
  root.querySelector("[data-missing]").hidden = false;
  const title = root.querySelector("[data-title]");
  const lower = make("h2", { textContent: title.textContent, tabIndex: -1 });
  lower.dataset.title = "";
  title.replaceWith(lower);
  const [, asked, rest] = /^\/([a-z]+)(\/.*)$/.exec(location.pathname) || [];
  const links = [];
  for (const walk of asked && rest ? there : []) {
    const address = `/${walk.lang}${rest}`;
    const own = root.querySelector(`[data-own="${walk.lang}"]`);
    if (own && (await caches.match(address, { cacheName: walk.cache, ignoreVary: true }))) {
      const link = own.cloneNode(true);
      link.href = address;
      links.push(link);
    }
  }
  const elsewhere = root.querySelector("[data-elsewhere]");
  elsewhere.hidden = !links.length;
  root.querySelector("[data-languages]").replaceChildren(...links);
}
