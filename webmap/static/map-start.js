/* For pages whose map is not their main matter: fetches what a map needs only when its place comes near, and on
   a thin or costly line only when the reader asks. Files to fetch are named on this script's own tag. */
var Athar = (function () {
  "use strict";
  const self = document.currentScript;
  let under = null;

  function files(name) { return (self.getAttribute("data-" + name) || "").split(" ").filter(Boolean); }

  function add(tag, set) {
    return new Promise(function (resolve, reject) {
      const node = document.createElement(tag);
      // Injected scripts need the page's own nonce: the policy has no strict-dynamic.
      node.nonce = self.nonce;
      node.onload = resolve;
      node.onerror = function () { node.remove(); reject(new Error(tag)); };
      set(node);
      document.head.appendChild(node);
    });
  }

  /* Every file once, scripts run in order; a failed attempt may be made again. */
  function fetchAll() {
    if (!under) {
      const sheets = files("sheets").map(function (address) {
        return add("link", function (node) { node.rel = "stylesheet"; node.href = address; });
      });
      const scripts = files("scripts").map(function (address) {
        return add("script", function (node) { node.async = false; node.src = address; });
      });
      under = Promise.all(sheets.concat(scripts)).catch(function (error) { under = null; throw error; });
    }
    return under;
  }

  function thrifty() {
    const line = navigator.connection;
    return !window.IntersectionObserver || Boolean(line && (line.saveData || /2g$/.test(line.effectiveType || "")));
  }

  /* Run `draw` once the map `id` is wanted and everything is there. */
  function later(id, draw) {
    const box = document.getElementById(id);
    const frame = box.closest("[data-map-frame]");
    const button = frame.querySelector(".map-open");

    function open() {
      button.disabled = true;
      frame.setAttribute("data-loading", "");
      return fetchAll().then(function () {
        const still = box.querySelector(".map-still");
        const asked = document.activeElement === button || document.activeElement === document.body && !button.hidden;
        // The map takes the room of the picture it replaces, so that nothing on the page jumps.
        if (still && still.offsetHeight > 150) { box.style.blockSize = box.style.minBlockSize = still.offsetHeight + "px"; }
        if (still) { still.remove(); }
        button.remove();
        frame.removeAttribute("data-loading");
        frame.classList.add("map-drawn");
        draw();
        if (asked) { box.focus({ preventScroll: true }); }
      }).catch(function () {
        frame.removeAttribute("data-loading");
        button.hidden = button.disabled = false;
      });
    }

    button.addEventListener("click", open);
    if (thrifty()) { button.hidden = false; return; }
    const watch = new IntersectionObserver(function (seen) {
      if (seen.some(function (each) { return each.isIntersecting; })) { watch.disconnect(); open(); }
    }, { rootMargin: "300px 0px" });
    watch.observe(frame);
  }

  return { later: later };
})();
