/* Drawing at the desk: the place of one thing as point, line or area, on the map and in the fields of its form at once.
   The drawing itself is in draw-map.js. Texts from data are only ever set as text. */
(function () {
  "use strict";
  const WIDEST = 0.19;
  const PAIR = /^\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*[,; \t]\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*$/;

  /* `settings`: near (address of shapes to snap to), box of the commune, labels, stops of a walk, draws. */
  Athar.groundMap = function (map, settings) {
    if (!settings.draws) { walk(map, settings.stops); return; }
    const labels = settings.labels, form = document.querySelector("[data-ground-form]");
    const fields = { lat: form.elements.lat, lon: form.elements.lon, text: form.elements.geometry, shape: form.elements.shape };
    const tools = document.querySelector("[data-tools]"), outside = form.querySelector("[data-outside]");
    const drawing = Athar.drawing(map, {
      labels: labels, tools: tools, said: document.querySelector("[data-said]"), form: form, changed: changed, stood: stood
    });
    const shape = drawing.shape, tell = drawing.tell;
    let asked = "";

    function holds(lon, lat) { const b = settings.box; return b[0] <= lon && lon <= b[2] && b[1] <= lat && lat <= b[3]; }

    /* The geometry changed: the form follows, unless the change came from there. */
    function changed(now, fromForm) {
      if (!fromForm) {
        const point = !now || now.type === "Point";
        fields.shape.value = point ? "point" : "drawn";
        fields.text.value = point ? "" : JSON.stringify(now);
        fields.lon.value = point && now ? now.coordinates[0] : "";
        fields.lat.value = point && now ? now.coordinates[1] : "";
        sides();
        fields.text.dispatchEvent(new Event("input", { bubbles: true }));
      }
      const stray = now && shape.corners().some(function (one) { return !holds(one.at[0], one.at[1]); });
      outside.hidden = !stray;
      outside.textContent = stray ? labels.outside : "";
    }

    function sides() {
      const point = fields.shape.value === "point";
      form.querySelectorAll("[data-point]").forEach(function (node) { node.hidden = !point; });
      form.querySelector("[data-drawn]").hidden = point;
    }

    /* How exact the phone knows where it stands can be taken over with a button. */
    function stood(metres) {
      const box = document.querySelector("[data-exact]"), button = box.querySelector("button"), control = form.elements.error_m;
      box.hidden = false;
      button.textContent = form.querySelector("label[for=f-error_m]").textContent + ": " + metres;
      button.onclick = function () {
        control.value = metres;
        control.dispatchEvent(new Event("input", { bubbles: true }));
        box.hidden = true;
        control.focus();
      };
    }

    function around() {
      const b = map.getBounds(), url = settings.near + "?bbox=" + [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map(function (n) { return n.toFixed(4); }).join(",");
      if (!tools || b.getEast() - b.getWest() > WIDEST || b.getNorth() - b.getSouth() > WIDEST || url === asked) { return; }
      asked = url;
      Athar.answer(url).then(function (data) {
        const own = form.dataset.kept.split("/").slice(1, 3).join("/");
        drawing.snapTo(data.features.filter(function (one) { return one.id !== own; }));
      }).catch(function () { asked = ""; /* Nothing to snap to for now. */ });
    }

    /* What is typed or pasted into the fields of a point: one number each, or both in one, in either order. */
    function typed(event) {
      const pair = PAIR.exec(event.target.value);
      if (pair) {
        const first = Number(pair[1]), second = Number(pair[2]), swapped = holds(first, second) && !holds(second, first);
        fields.lat.value = swapped ? second : first;
        fields.lon.value = swapped ? first : second;
        if (swapped) { tell(labels.swapped); }
      }
      const lat = Number(fields.lat.value.replace(",", ".")), lon = Number(fields.lon.value.replace(",", "."));
      if (!fields.lat.value || !fields.lon.value) { return; }
      if (!isFinite(lat) || !isFinite(lon)) { tell(labels.unreadable); return; }
      if (holds(lat, lon) && !holds(lon, lat)) {
        fields.lat.value = lon;
        fields.lon.value = lat;
        tell(labels.swapped);
        typed(event);
        return;
      }
      shape.set({ type: "Point", coordinates: [lon, lat] }, true);
      if (holds(lon, lat)) { map.panTo([lat, lon]); }
    }

    function read(first) {
      let geometry = null;
      if (fields.shape.value === "point") {
        const lat = Number(fields.lat.value), lon = Number(fields.lon.value);
        if (fields.lat.value && fields.lon.value && isFinite(lat) && isFinite(lon)) { geometry = { type: "Point", coordinates: [lon, lat] }; }
      } else if (fields.text.value.trim()) {
        try { geometry = JSON.parse(fields.text.value); } catch (error) { tell(labels.broken); return; }
      }
      if (geometry && !shape.good(geometry)) { tell(labels.broken); return; }
      if (first) { shape.start(geometry); } else { shape.set(geometry, true); }
    }

    if (tools) {
      [fields.lat, fields.lon].forEach(function (field) { field.addEventListener("input", typed); });
      fields.text.addEventListener("change", function () { read(); drawing.frame(); });
      Array.from(fields.shape).forEach(function (radio) { radio.addEventListener("change", function () { sides(); read(); }); });
      map.on("moveend", around);
    }
    form.addEventListener("athar:filled", function () { sides(); read(); drawing.frame(); });
    sides();
    read(true);
    drawing.frame();
    around();
  };

  /* A walk has no shape of its own here: its stops, numbered. */
  function walk(map, stops) {
    const there = stops.filter(function (stop) { return stop.at; });
    there.forEach(function (stop, n) {
      L.marker([stop.at[1], stop.at[0]], { icon: Athar.sign(map, "stops", { name: stop.name, ordinal: n + 1, kind: "" }), pane: "stops", keyboard: false }).addTo(map);
    });
    if (there.length > 1) {
      const line = there.map(function (stop) { return [stop.at[1], stop.at[0]]; });
      L.polyline(line, { className: "drawn-sketch", interactive: false }).addTo(map);
      map.fitBounds(L.latLngBounds(line).pad(0.2), { animate: false });
    }
  }
})();
