/* Drawing at the desk: the place of one thing as point, line or area, on the map and in the fields of its form at once.
   The geometry itself and its undoing are in ground-shape.js. Texts from data are only ever set as text. */
(function () {
  "use strict";
  const MOVES = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const SNAP_PX = 14, MOST_HANDLES = 250, NEAR_ZOOM = 17, WIDEST = 0.19;
  const PAIR = /^\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*[,; \t]\s*([+-]?\d+(?:\.\d+)?)\s*°?\s*$/;

  /* `settings`: near (address of shapes to snap to), box of the commune, labels, stops of a walk, draws. */
  Athar.groundMap = function (map, settings) {
    const labels = settings.labels, form = document.querySelector("[data-ground-form]");
    map.createPane("drawn").style.zIndex = 620;
    map.createPane("neighbours").style.zIndex = 405;
    if (!settings.draws) { walk(map, settings.stops); return; }
    const fields = { lat: form.elements.lat, lon: form.elements.lon, text: form.elements.geometry, shape: form.elements.shape };
    const tools = document.querySelector("[data-tools]"), said = document.querySelector("[data-said]");
    const outside = form.querySelector("[data-outside]");
    const locked = !tools, handles = L.layerGroup().addTo(map), outline = L.geoJSON(null, {
      pane: "drawn", interactive: false, style: function () { return { className: "drawn-shape" }; },
      pointToLayer: function () { return L.layerGroup(); }
    }).addTo(map);
    const neighbours = L.geoJSON(null, {
      pane: "neighbours", interactive: false, style: function () { return { className: "near-shape" }; },
      pointToLayer: function (feature, at) { return L.circleMarker(at, { pane: "neighbours", radius: 4, className: "near-shape", interactive: false }); }
    }).addTo(map);
    let drawing = "", pending = [], sketch = null, chosen = null, spots = [], asked = "", focus = null;
    const shape = Athar.groundShape(changed);

    function tell(text) { if (said) { said.textContent = text; } }
    function tool(name) { return tools.querySelector("[data-" + name + "]"); }
    function holds(lon, lat) { const b = settings.box; return b[0] <= lon && lon <= b[2] && b[1] <= lat && lat <= b[3]; }

    /* The geometry changed: the form and the map follow. */
    function changed(fromForm) {
      const now = shape.get();
      if (fromForm !== true) {
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
      show();
    }

    function sides() {
      const point = fields.shape.value === "point";
      form.querySelectorAll("[data-point]").forEach(function (node) { node.hidden = !point; });
      form.querySelector("[data-drawn]").hidden = point;
    }

    function icon(className, label, size) {
      return new Athar.Sign({ className: "handle " + className, iconSize: [size, size], label: label, role: "button" });
    }

    function show() {
      const now = shape.get(), all = shape.corners();
      outline.clearLayers();
      handles.clearLayers();
      if (now && now.type !== "Point") { outline.addData(now); }
      const view = map.getBounds().pad(0.1);
      const seen = all.filter(function (one) { return view.contains([one.at[1], one.at[0]]); });
      if (seen.length <= MOST_HANDLES) { seen.forEach(handle); } else if (!locked) { tell(labels.many); }
      if (!locked && seen.length <= MOST_HANDLES / 2) { seen.forEach(between); }
      buttons();
    }

    function handle(one) {
      const name = one.single ? labels.point : Athar.fill(labels.corner, one.n + 1), id = one.which + "/" + one.n;
      const marker = L.marker([one.at[1], one.at[0]], {
        icon: icon(one.single ? "handle-point" : "handle-corner" + (chosen === id ? " chosen" : ""), name, one.single ? 40 : 44),
        draggable: !locked, autoPan: true, pane: "drawn", keyboard: !locked, interactive: !locked
      }).addTo(handles);
      if (locked) { return; }
      marker.on("click", function () { choose(id); });
      marker.on("drag", function () { marker.setLatLng(snapped(marker.getLatLng(), id)); });
      marker.on("dragend", function () { focus = id; shape.move(one.which, one.n, snapped(marker.getLatLng(), id)); far(); });
      marker._icon.addEventListener("focus", function () { if (chosen !== id) { chosen = id; buttons(); } });
      marker._icon.addEventListener("keydown", function (event) { press(event, one, id); });
      if (focus === id) { focus = null; marker._icon.focus({ preventScroll: true }); }
    }

    function press(event, one, id) {
      const move = MOVES[event.key];
      if (event.ctrlKey || event.metaKey || event.altKey) { return; }
      if (move) {
        const step = event.shiftKey ? 10 : 1;
        L.DomEvent.stop(event);
        focus = id;
        shape.nudge(one.which, one.n, move[0] * step, move[1] * step);
        const at = shape.corners().find(function (each) { return each.which + "/" + each.n === id; }).at;
        far();
        if (!map.getBounds().pad(-0.05).contains([at[1], at[0]])) { map.panTo([at[1], at[0]]); }
      } else if (event.key === "Delete" || event.key === "Backspace") {
        L.DomEvent.stop(event);
        remove();
      }
    }

    function far() { if (shape.moved() !== null) { tell(Athar.fill(labels.moved, shape.moved())); } }

    /* The middle of a side: dragged or tapped it becomes a corner. */
    function between(one) {
      const path = shape.paths()[one.which].path, next = path[one.n + 1];
      if (one.single || !next) { return; }
      const middle = [(one.at[1] + next[1]) / 2, (one.at[0] + next[0]) / 2];
      const marker = L.marker(middle, { icon: icon("handle-middle", labels.middle, 28), draggable: true, pane: "drawn", zIndexOffset: -500, keyboard: false }).addTo(handles);
      function add() { focus = one.which + "/" + (one.n + 1); shape.insert(one.which, one.n, snapped(marker.getLatLng(), "")); }
      marker.on("dragend click", add);
    }

    function choose(id) { chosen = id; focus = id; show(); }

    function remove() {
      if (!chosen) { return; }
      const cut = chosen.split("/").map(Number);
      chosen = null;
      shape.remove(cut[0], cut[1]);
      map.getContainer().focus({ preventScroll: true });
    }

    /* A corner of a neighbour near the finger, else where the finger is. */
    function snapped(at, besides) {
      if (!tool("snap").checked) { return at; }
      const here = map.latLngToContainerPoint(at);
      let best = SNAP_PX, found = at;
      spots.concat(shape.corners().filter(function (one) { return besides && one.which + "/" + one.n !== besides; }).map(function (one) { return one.at; }))
        .forEach(function (spot) {
          const there = L.latLng(spot[1], spot[0]), far = here.distanceTo(map.latLngToContainerPoint(there));
          if (far < best) { best = far; found = there; }
        });
      if (found !== at) { tell(labels.snapped); }
      return found;
    }

    function around() {
      const b = map.getBounds(), url = settings.near + "?bbox=" + [b.getWest(), b.getSouth(), b.getEast(), b.getNorth()].map(function (n) { return n.toFixed(4); }).join(",");
      if (locked || b.getEast() - b.getWest() > WIDEST || b.getNorth() - b.getSouth() > WIDEST || url === asked) { return; }
      asked = url;
      Athar.answer(url).then(function (data) {
        const own = form.dataset.kept.split("/").slice(1, 3).join("/");
        const others = data.features.filter(function (one) { return one.id !== own; });
        neighbours.clearLayers().addData({ type: "FeatureCollection", features: others });
        spots = others.flatMap(function (one) { return corner(one.geometry); });
      }).catch(function () { asked = ""; /* Nothing to snap to for now. */ });
    }

    function corner(geometry) {
      const other = Athar.groundShape(function () {});
      other.start(geometry);
      return other.corners().map(function (one) { return one.at; });
    }

    function buttons() {
      if (locked) { return; }
      tool("undo").disabled = !shape.past();
      tool("redo").disabled = !shape.coming();
      tool("delete").disabled = !chosen || shape.corners().length < 2;
      tools.querySelector("[data-draw=hole]").disabled = !/Polygon/.test(shape.get() ? shape.get().type : "");
      tool("finish").hidden = !drawing || drawing === "Point";
      tools.querySelectorAll("[data-draw]").forEach(function (node) { node.setAttribute("aria-pressed", String(node.dataset.draw === drawing)); });
      map.getContainer().classList.toggle("desk-drawing", Boolean(drawing));
    }

    function draw(type) {
      drawing = drawing === type ? "" : type;
      pending = [];
      preview();
      tell(drawing ? (type === "Point" ? labels.placing : labels.drawing) : "");
      buttons();
    }

    function preview() {
      if (sketch) { sketch.remove(); sketch = null; }
      if (pending.length) {
        sketch = L.layerGroup([L.polyline(pending, { pane: "drawn", className: "drawn-sketch", interactive: false })].concat(
          pending.map(function (at) { return L.circleMarker(at, { pane: "drawn", radius: 6, className: "drawn-spot", interactive: false }); }))).addTo(map);
      }
    }

    function put(at) {
      if (drawing === "Point" || !drawing && (!shape.get() || shape.get().type === "Point")) {
        drawing = "";
        focus = "0/0";
        shape.point(at);
        tell("");
      } else if (drawing) { pending.push(at); preview(); }
    }

    function finish() {
      if (!shape.draw(drawing, pending)) { tell(labels.few); return; }
      drawing = "";
      pending = [];
      preview();
      show();
      tell(labels.finished);
    }

    function history(what) {
      chosen = null;
      if (shape[what]()) { tell(labels[what === "undo" ? "undone" : "redone"]); }
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

    function frame() {
      const all = shape.corners();
      if (all.length === 1) { map.setView([all[0].at[1], all[0].at[0]], NEAR_ZOOM, { animate: false }); }
      else if (all.length) { map.fitBounds(L.latLngBounds(all.map(function (one) { return [one.at[1], one.at[0]]; })).pad(0.2), { animate: false }); }
    }

    if (!locked) {
      tools.hidden = false;
      tools.querySelectorAll("[data-draw]").forEach(function (node) { node.addEventListener("click", function () { draw(node.dataset.draw); }); });
      tool("finish").addEventListener("click", finish);
      tool("centre").addEventListener("click", function () { put(map.getCenter()); });
      tool("delete").addEventListener("click", remove);
      tool("undo").addEventListener("click", function () { history("undo"); });
      tool("redo").addEventListener("click", function () { history("redo"); });
      if ("geolocation" in navigator) { tool("here").addEventListener("click", function () { Athar.groundHere(map, form, labels, put, tell); }); } else { tool("here").hidden = true; }
      map.on("click", function (event) { if (drawing) { put(snapped(event.latlng, "")); } });
      map.doubleClickZoom.disable();
      map.on("dblclick", function () { if (drawing && drawing !== "Point") { pending.pop(); finish(); } });
      document.addEventListener("keydown", function (event) {
        const typing = event.target.closest && event.target.closest("input:not([type=checkbox]), textarea, select");
        const which = event.key.toLowerCase(), control = event.ctrlKey || event.metaKey;
        if (event.key === "Escape" && drawing) { draw(drawing); }
        if (typing || !control || which !== "z" && which !== "y") { return; }
        event.preventDefault();
        history(which === "y" || event.shiftKey ? "redo" : "undo");
      });
      [fields.lat, fields.lon].forEach(function (field) { field.addEventListener("input", typed); });
      fields.text.addEventListener("change", function () { read(); frame(); });
      Array.from(fields.shape).forEach(function (radio) { radio.addEventListener("change", function () { sides(); read(); }); });
      map.on("moveend", function () { around(); show(); });
    }
    form.addEventListener("athar:filled", function () { sides(); read(); frame(); });
    sides();
    read(true);
    frame();
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
