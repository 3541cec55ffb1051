/* The phone's own position as the place of a thing, and how exact it is. */
(function () {
  "use strict";
  const NEAR_ZOOM = 17;

  /* `put` takes the position, `tell` says what came of it. How exact it is can be taken over with a button. */
  Athar.groundHere = function (map, form, labels, put, tell) {
    navigator.geolocation.getCurrentPosition(function (found) {
      const at = L.latLng(found.coords.latitude, found.coords.longitude), metres = Math.max(1, Math.ceil(found.coords.accuracy));
      map.setView(at, Math.max(map.getZoom(), NEAR_ZOOM));
      put(at);
      tell(Athar.fill(labels.here, metres));
      const box = document.querySelector("[data-exact]"), button = box.querySelector("button"), control = form.elements.error_m;
      box.hidden = false;
      button.textContent = form.querySelector("label[for=f-error_m]").textContent + ": " + metres;
      button.onclick = function () {
        control.value = metres;
        control.dispatchEvent(new Event("input", { bubbles: true }));
        box.hidden = true;
        control.focus();
      };
    }, function () { tell(labels.noPlace); }, { enableHighAccuracy: true, timeout: 15000 });
  };
})();
