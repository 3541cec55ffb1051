/* Answers from the walks that a visitor took along, when the network does not. It never writes: walks are put
   into caches, whole, by portal/static/offline.js. Why it is written by hand: docs/decisions/0009-offline.md. */
"use strict";

const SHELF = "athar-walks";
const PATIENCE_MS = 2500; // how long a page of a walk waits for the network
const REST_MS = 20000; // how long a network that let a page wait is not asked for such pages again
const LETTERS = { a: "ar", z: "zgh", f: "fr", e: "en", s: "es", d: "de" };
const FIXED = /^\/(static|recordings|pictures)\//; // named by their content: what is there is right
const PICTURE = /^(\/pictures\/[0-9a-f]{64}\/)(\d+)\.\w+$/;
const SIGN = /^\/q\/([^/]+)(?:\/([a-z]+))?\/?$/i;
const LANGUAGE = /^\/([a-z]{2,3})(?:\/|$)/i;
let restingUntil = 0;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));
self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  // The desk, and what is fetched to be kept or to be compared, have no business here.
  if (request.method !== "GET" || url.origin !== location.origin || request.cache === "no-store") return;
  if (/^\/(desk|health)(\/|$)/.test(url.pathname) || url.pathname === "/sw.js") return;
  event.respondWith(answer(request, url));
});

async function answer(request, url) {
  const navigating = request.mode === "navigate";
  const kept = await stored(url, navigating);
  const away = !navigator.onLine || Date.now() < restingUntil;
  if (kept && (away || FIXED.test(url.pathname))) return part(request, kept);
  try {
    const fresh = await (kept ? patiently(fetch(request)) : fetch(request));
    if (fresh.status < 500 || !kept) return fresh;
  } catch (error) {
    if (!kept && !navigating) {
      const smaller = await pictured(url);
      if (smaller) return smaller;
      throw error;
    }
  }
  return kept ? part(request, kept) : elsewhere(url);
}

/* A walk holds each picture in one size and format; without a network it stands for all the others. */
async function pictured(url) {
  const [, folder, width] = PICTURE.exec(url.pathname) || [];
  if (!folder) return undefined;
  for (const walk of await walks()) {
    const found = (await match(walk, `${folder}640.webp`)) || (await match(walk, `${folder}${width}.webp`));
    if (found) return found;
  }
  return undefined;
}

/* What a promise brings, unless it takes too long. */
function patiently(promise) {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => {
      restingUntil = Date.now() + REST_MS;
      reject(new Error("late"));
    }, PATIENCE_MS);
    promise.finally(() => clearTimeout(late)).then(resolve, reject);
  });
}

/* The walks that are whole, the newest first. */
async function walks() {
  if (!(await caches.has(SHELF))) return [];
  const shelf = await caches.open(SHELF);
  const found = await Promise.all((await shelf.keys()).map(async (key) => (await shelf.match(key)).json()));
  return found.sort((a, b) => b.installed - a.installed);
}

/* The answer that a walk has for an address; for a sign's number, the page that it leads to. */
async function stored(url, navigating) {
  // Whether a walk changed cannot be known without a network: it is as it was.
  if (url.pathname.endsWith("/offline.json")) return caches.match(url.pathname, { cacheName: SHELF });
  const sign = SIGN.exec(url.pathname);
  for (const walk of await walks()) {
    const exact = sign ? await behind(walk, sign) : url.pathname + url.search;
    const found = exact && ((await match(walk, exact)) || (navigating && !sign && (await match(walk, url.pathname))));
    if (found) return found;
  }
  return undefined;
}

function match(walk, address) {
  return caches.match(address, { cacheName: walk.cache, ignoreVary: true });
}

async function behind(walk, [, typed, tongue]) {
  const lang = tongue && (LETTERS[tongue.toLowerCase()] || tongue.toLowerCase());
  if (lang && lang !== walk.lang) return undefined;
  let number;
  try { number = decodeURIComponent(typed); } catch { return undefined; }
  // As qr_signs.codes reads what is typed: any case, look-alikes, no separators.
  number = number.toUpperCase().replace(/[\s._-]/g, "").replace(/[IL]/g, "1").replace(/O/g, "0");
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(number));
  const hex = Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
  return walk.signs[hex.slice(0, 16)];
}

/* The part of a recording that a player asks for (RFC 9110, section 14). */
async function part(request, whole) {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.get("Range") || "");
  if (!asked) return whole;
  const body = await whole.blob();
  const first = Number(asked[1]);
  const last = Math.min(asked[2] ? Number(asked[2]) : body.size - 1, body.size - 1);
  if (first > last) return new Response(null, { status: 416, headers: { "Content-Range": `bytes */${body.size}` } });
  const headers = new Headers(whole.headers);
  headers.set("Content-Range", `bytes ${first}-${last}/${body.size}`);
  headers.set("Content-Length", String(last - first + 1));
  return new Response(body.slice(first, last + 1, body.type), { status: 206, headers });
}

/* Without a network, and not on this device: the door leads to the newest walk; any other address to a page
   that says so, in the language of the address where there is one. */
async function elsewhere(url) {
  const there = await walks();
  if (url.pathname === "/" && there.length) return Response.redirect(there[0].start, 302);
  const sign = SIGN.exec(url.pathname);
  const tongue = ((sign ? sign[2] : (LANGUAGE.exec(url.pathname) || [])[1]) || "").toLowerCase();
  for (const lang of [LETTERS[tongue] || tongue, ...there.map((walk) => walk.lang)]) {
    for (const walk of there) {
      const page = lang && (await match(walk, `/${lang}/offline`));
      if (page) return page;
    }
  }
  return Response.error();
}
