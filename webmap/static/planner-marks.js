/* Hotspots on the map: signs that can be dragged, turned and moved by arrow keys; the coverage laid under them. The fan
   of an antenna shows where it points and how wide it sends, never how far. */
(function () {
  "use strict";
  const make = Athar.make, SVG = "http://www.w3.org/2000/svg";
  const METRES_A_DEGREE = 111320, STEP_M = 2, LONG_STEP_M = 20, REST_MS = 450;
  const FAN_PX = 46;
  const MOVES = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

  /* A fan that points north, `degrees` wide, around its own middle. */
  function fan(degrees) {
    const half = Math.min(degrees, 350) * Math.PI / 360, x = FAN_PX * Math.sin(half), y = -FAN_PX * Math.cos(half);
    const svg = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    svg.setAttribute("viewBox", [-FAN_PX, -FAN_PX, 2 * FAN_PX, 2 * FAN_PX].join(" "));
    svg.setAttribute("class", "hotspot-fan");
    svg.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M0 0L" + -x + " " + y + "A" + FAN_PX + " " + FAN_PX + " 0 " + (degrees > 180 ? 1 : 0) + " 1 " + x + " " + y + "Z");
    svg.appendChild(path);
    return svg;
  }

  Athar.planMarks = function (plan) {
    const map = plan.map, settings = plan.settings, labels = plan.labels, markers = {};
    let rest = 0, holding = 0, laid = [];
    map.createPane("coverage").style.zIndex = 406;
    map.createPane("proposed").style.zIndex = 609;
    map.createPane("hotspots").style.zIndex = 610;

    function beam(hotspot) { return settings.models[hotspot.model] ? settings.models[hotspot.model].beam : 360; }

    /* What the sign looks like; it is made anew only when this changes. */
    function look(hotspot) {
      return [plan.index(hotspot.key), hotspot.name, hotspot.model, hotspot.status, plan.state.editable].join("|");
    }

    function icon(hotspot) {
      const box = make("span", "hotspot-sign"), turned = beam(hotspot) < 360, model = settings.models[hotspot.model];
      if (turned) {
        const arm = make("span", "hotspot-arm");
        arm.appendChild(fan(beam(hotspot)));
        if (plan.state.editable) {
          const grip = make("span", "hotspot-grip");
          grip.title = labels.turn;
          arm.appendChild(grip);
        }
        box.appendChild(arm);
      }
      box.appendChild(make("span", "hotspot-number", String(plan.index(hotspot.key) + 1)));
      return new Athar.Sign({
        className: "hotspot hotspot-" + hotspot.status, html: box, iconSize: [34, 34],
        label: labels.hotspot + " " + (plan.index(hotspot.key) + 1) + ", " + hotspot.name + (model ? ", " + model.name : "")
      });
    }

    function turn(marker, hotspot) {
      const arm = marker._icon && marker._icon.querySelector(".hotspot-arm");
      if (arm) { arm.style.transform = "rotate(" + hotspot.azimuth_deg + "deg)"; }
    }

    function show() {
      Object.keys(markers).forEach(function (key) {
        if (!plan.find(key)) { markers[key].remove(); delete markers[key]; }
      });
      plan.state.hotspots.forEach(function (hotspot) {
        const at = [hotspot.lat, hotspot.lon], key = hotspot.key;
        let marker = markers[key];
        if (hotspot.status === "removed") { return; }
        if (!marker) { marker = markers[key] = fresh(key, at); }
        if (marker.look !== look(hotspot)) {
          const focused = marker._icon && marker._icon === document.activeElement;
          marker.look = look(hotspot);
          marker.setIcon(icon(hotspot));
          listen(marker, key);
          if (focused) { marker._icon.focus({ preventScroll: true }); }
        }
        // Only a class: a sign that is being dragged must stay the same one.
        marker._icon.classList.toggle("chosen", plan.chosen === key);
        if (holding !== key) { marker.setLatLng(at); }
        turn(marker, hotspot);
      });
      pictures(plan.state.pictures);
    }

    function fresh(key, at) {
      const marker = L.marker(at, {
        icon: icon(plan.find(key)), draggable: plan.state.editable, autoPan: true, pane: "hotspots", riseOnHover: true
      }).addTo(map);
      marker.on("click", function () { plan.choose(key, "map"); });
      marker.on("dragstart", function () { holding = key; plan.choose(key, "drag"); });
      marker.on("drag", function () {
        const place = marker.getLatLng();
        plan.saving.attempt(key, { lat: place.lat, lon: place.lng });
        plan.panel.follow({ lat: place.lat, lon: place.lng });
      });
      marker.on("dragend", function () {
        const place = marker.getLatLng();
        holding = 0;
        plan.change(key, { lat: place.lat, lon: place.lng });
      });
      return marker;
    }

    /* Keys of a sign, which stays, and the grip at the end of its fan, which is new whenever the look is. */
    function listen(marker, key) {
      const node = marker._icon, grip = node.querySelector(".hotspot-grip");
      if (!node.athar) { node.athar = true; node.addEventListener("keydown", function (event) { press(event, marker, key); }); }
      if (grip) { L.DomEvent.on(grip, "mousedown touchstart click", L.DomEvent.stopPropagation); }
      if (grip) { grip.addEventListener("pointerdown", function (event) { turning(event, grip, marker, key); }); }
    }

    function press(event, marker, key) {
      const move = MOVES[event.key], hotspot = plan.find(key);
      if (!plan.state.editable || !hotspot) { return; }
      if (event.key === "Delete") { L.DomEvent.stop(event); plan.remove(key); return; }
      if (!move || event.altKey || event.ctrlKey || event.metaKey) { return; }
      L.DomEvent.stop(event);
      const step = event.shiftKey ? LONG_STEP_M : STEP_M, wide = METRES_A_DEGREE * Math.cos(hotspot.lat * Math.PI / 180);
      if (plan.chosen !== key) { plan.choose(key, "map"); marker._icon.focus({ preventScroll: true }); }
      hotspot.lat += move[1] * step / METRES_A_DEGREE;
      hotspot.lon += move[0] * step / wide;
      marker.setLatLng([hotspot.lat, hotspot.lon]);
      if (!map.getBounds().pad(-0.05).contains(marker.getLatLng())) { map.panTo(marker.getLatLng()); }
      plan.panel.follow(hotspot);
      holding = key;
      plan.saving.attempt(key, { lat: hotspot.lat, lon: hotspot.lon });
      clearTimeout(rest);
      // One change for a walk of several steps.
      rest = setTimeout(function () { holding = 0; plan.change(key, { lat: hotspot.lat, lon: hotspot.lon }); }, REST_MS);
    }

    function turning(event, grip, marker, key) {
      event.preventDefault();
      event.stopPropagation();
      grip.setPointerCapture(event.pointerId);
      holding = key;
      function angle(moved) {
        const box = marker._icon.getBoundingClientRect();
        const degrees = Math.atan2(moved.clientX - box.left - box.width / 2, box.top + box.height / 2 - moved.clientY) * 180 / Math.PI;
        return (Math.round(degrees) + 360) % 360;
      }
      function move(moved) {
        const hotspot = plan.find(key);
        hotspot.azimuth_deg = angle(moved);
        turn(marker, hotspot);
        plan.panel.follow({ azimuth_deg: hotspot.azimuth_deg });
        plan.saving.attempt(key, { azimuth_deg: hotspot.azimuth_deg });
      }
      function end(moved) {
        grip.removeEventListener("pointermove", move);
        holding = 0;
        if (moved.type === "pointerup") { plan.change(key, { azimuth_deg: angle(moved) }); } else { plan.saving.renew(true); }
      }
      grip.addEventListener("pointermove", move);
      grip.addEventListener("pointerup", end, { once: true });
      grip.addEventListener("pointercancel", end, { once: true });
    }

    /* Coverage as pictures: the new ones first, then the old ones go, so that nothing flickers. */
    function pictures(given) {
      const same = given.length === laid.length && given.every(function (each, n) { return laid[n].athar === each.url; });
      if (same) { return; }
      const old = laid;
      laid = given.map(function (each) {
        const layer = L.imageOverlay(each.url, each.bounds, { pane: "coverage", className: "coverage coverage-" + each.basis, alt: "" });
        layer.athar = each.url;
        return layer.addTo(map);
      });
      let left = laid.length;
      function gone() { old.forEach(function (each) { each.remove(); }); }
      if (!left) { gone(); }
      laid.forEach(function (each) { each.once("load error", function () { left -= 1; if (!left) { gone(); } }); });
    }

    function focus(key) {
      const marker = markers[key];
      if (marker && marker._icon) { marker._icon.focus({ preventScroll: true }); }
    }

    function choose() {
      show();
      const marker = markers[plan.chosen];
      if (marker && !map.getBounds().contains(marker.getLatLng())) { map.panTo(marker.getLatLng()); }
    }

    return { show: show, choose: choose, focus: focus, pictures: pictures, held: function () { return Boolean(holding); } };
  };
})();
