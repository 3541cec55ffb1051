/* Remembers a language that the reader chose by hand, takes down warnings whose time is over, and fetches what only
   some readers need: taking a walk along, having a text read out. Everything else works without this file. */
(function () {
  var self = document.currentScript.dataset;
  document.addEventListener("click", function (event) {
    var link = event.target.closest && event.target.closest(".languages a[hreflang]");
    if (link) {
      document.cookie = "lang=" + link.hreflang + "; path=/; max-age=31536000; samesite=lax" + (location.protocol === "https:" ? "; secure" : "");
    }
  });

  function each(what, act) { Array.prototype.forEach.call(document.querySelectorAll(what), act); }

  // A page may stay open, or be kept on the phone, for longer than a warning holds.
  function ebb() {
    each("[data-until]", function (box) { if (Date.parse(box.dataset.until) <= Date.now()) { box.hidden = true; } });
  }
  if (document.querySelector("[data-until]")) { ebb(); setInterval(ebb, 30000); }

  // Where a browser cannot keep walks, nothing is said of them.
  if ("serviceWorker" in navigator && window.isSecureContext && "caches" in window) {
    each("[data-walks]", function (root) {
      import(self.offline).then(function (offline) { return offline.list(root); });
    });
    each("[data-take]", function (box) {
      var button = box.querySelector("button");
      function fetched(pressed) {
        button.removeEventListener("click", fetched);
        import(self.offline).then(function (offline) { return offline.offer(box, Boolean(pressed)); }).catch(function () {
          box.querySelector("[role=status]").textContent = box.dataset.failed;
          button.addEventListener("click", fetched);
        });
      }
      button.addEventListener("click", fetched);
      box.hidden = false;
      // Whoever has a walk already gets its state at once.
      if (navigator.serviceWorker.controller) { fetched(false); }
    });
  }

  if (window.speechSynthesis && document.querySelector("[data-listen]")) {
    (window.requestIdleCallback || setTimeout)(function () {
      import(self.speech).then(function (listen) { listen.start(); }).catch(function () {});
    });
  }
})();
