/* The area of a warning on the map of its page. */
(function () {
  "use strict";

  Athar.alertShown = function (map, geometry) {
    map.createPane("warned").style.zIndex = 409;
    const area = L.geoJSON(geometry, { pane: "warned", interactive: false, style: function () { return { className: "alert-area" }; } }).addTo(map);
    map.athar.settings.bounds = area.getBounds().pad(0.15);
    map.fitBounds(map.athar.settings.bounds, { animate: false });
  };
})();
