/* Tells the page around the frame how high the embed is; <commune-map> makes the frame as high. Nothing else is told. */
(function () {
  "use strict";
  const box = document.querySelector(".embed");
  if (window.parent === window || !window.ResizeObserver) { return; }
  new ResizeObserver(function () {
    window.parent.postMessage({ type: "commune-map:size", height: Math.ceil(box.getBoundingClientRect().height) }, "*");
  }).observe(box);
})();
