/* A layer's table and its map side by side: what is touched in one stands out in the other. */
(function () {
  "use strict";
  const make = Athar.make;

  Athar.groundTable = function (map) {
    const side = document.querySelector("[data-spots]"), spots = JSON.parse(side.dataset.spots), markers = {};
    map.createPane("rows").style.zIndex = 620;
    spots.forEach(function (spot) {
      const marker = L.marker([spot.at[1], spot.at[0]], {
        icon: new Athar.Sign({ className: "dot row-dot", iconSize: [30, 30], label: spot.name }), pane: "rows", riseOnHover: true
      }).addTo(map);
      const card = make("div", "map-card"), name = make("strong", "", spot.name), link = make("a", "", side.dataset.open);
      if (spot.lang !== "und") { name.lang = spot.lang; name.dir = spot.lang === "ar" ? "rtl" : "ltr"; }
      card.tabIndex = -1;
      link.href = side.dataset.base + encodeURIComponent(spot.key);
      card.append(name, link);
      marker.bindPopup(card);
      marker.on("popupopen popupclose", function (event) { row(spot.key).classList.toggle("here", event.type === "popupopen"); });
      markers[spot.key] = marker;
    });
    function row(key) { return document.querySelector("tr[data-key='" + key + "']"); }
    if (spots.length) {
      map.fitBounds(L.latLngBounds(spots.map(function (spot) { return [spot.at[1], spot.at[0]]; })).pad(0.1), { animate: false, maxZoom: 17 });
    }
    document.querySelectorAll("tr[data-key]").forEach(function (line) {
      function light(on) {
        const marker = markers[line.dataset.key];
        if (marker && marker._icon) { marker._icon.classList.toggle("chosen", on); marker.setZIndexOffset(on ? 1000 : 0); }
      }
      ["mouseenter", "focusin"].forEach(function (name) { line.addEventListener(name, function () { light(true); }); });
      ["mouseleave", "focusout"].forEach(function (name) { line.addEventListener(name, function () { light(false); }); });
    });

    /* Of the values to set only the one that is asked for. */
    const what = document.getElementById("field");
    if (what) {
      const show = function () {
        document.querySelectorAll("[data-to]").forEach(function (node) { node.hidden = node.dataset.to !== what.value; });
      };
      what.addEventListener("change", show);
      show();
    }
    const all = document.querySelector("[data-all]");
    if (all) {
      all.hidden = false;
      all.querySelector("input").addEventListener("change", function (event) {
        document.querySelectorAll("input[name=chosen]").forEach(function (box) { box.checked = event.target.checked; });
      });
    }
  };
})();
