/* Drawing on a map with mouse, finger and keys: corners, sides, snapping, undoing, where one stands. The geometry itself
   is in draw-shape.js; what a page makes of it, and in which fields it stands, is the page's own script. */
(function () {
  "use strict";
  const MOVES = { ArrowUp: [0, 1], ArrowDown: [0, -1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
  const SNAP_PX = 14, PAN_PX = 60, FINE_PX = 6, MOST_HANDLES = 250, NEAR_ZOOM = 17;

  /* `given`: labels; tools, none where nothing may be drawn; said, where it is told what happened; form, whose sending
     finishes a drawing; changed(geometry, quietly); usual, what a tap draws when no tool is chosen; stood(metres). */
  Athar.drawing = function (map, given) {
    const labels = given.labels, tools = given.tools, locked = !tools;
    map.createPane("drawn").style.zIndex = 620;
    map.createPane("neighbours").style.zIndex = 405;
    const handles = L.layerGroup().addTo(map), outline = L.geoJSON(null, {
      pane: "drawn", interactive: false, style: function () { return { className: "drawn-shape" }; },
      pointToLayer: function () { return L.layerGroup(); }
    }).addTo(map);
    const neighbours = L.geoJSON(null, {
      pane: "neighbours", interactive: false,
      style: function (feature) { return { className: "near-shape near-" + String(feature.id).split("/")[0] }; },
      pointToLayer: function (feature, at) { return L.circleMarker(at, { pane: "neighbours", radius: 4, className: "near-shape", interactive: false }); }
    }).addTo(map);
    let drawing = "", pending = [], sketch = null, chosen = null, spots = [], seen = [], focus = null;
    const shape = Athar.drawnShape(function (quietly) { given.changed(shape.get(), quietly === true); show(); });

    function tell(text) { if (given.said) { given.said.textContent = text; } }
    function tool(name) { return tools.querySelector("[data-" + name + "]"); }
    function named(one) { return one.which + "/" + one.n; }

    function icon(className, label, size) {
      return new Athar.Sign({ className: "handle " + className, iconSize: [size, size], label: label, role: "button" });
    }

    function show() {
      const now = shape.get(), all = shape.corners(), view = map.getBounds().pad(0.1);
      // The map moves to a corner that keys come to: they must not lose it by that.
      if (!focus && document.activeElement.classList.contains("handle-corner")) { focus = chosen; }
      outline.clearLayers();
      handles.clearLayers();
      if (now && now.type !== "Point") { outline.addData(now); }
      const here = all.filter(function (one) { return view.contains([one.at[1], one.at[0]]); });
      if (here.length <= MOST_HANDLES) { here.forEach(handle); } else if (!locked) { tell(labels.many); }
      if (!locked && here.length <= MOST_HANDLES / 2) { here.forEach(between); }
      buttons();
    }

    function handle(one) {
      const name = one.single ? labels.point : Athar.fill(labels.corner, one.n + 1), id = named(one);
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
        const at = shape.corners().find(function (each) { return named(each) === id; }).at;
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

    /* Take away the chosen corner, or the whole area that it is of. */
    function remove(whole) {
      if (!chosen) { return; }
      const cut = chosen.split("/").map(Number);
      chosen = null;
      if (whole === true) { shape.drop(cut[0]); } else { shape.remove(cut[0], cut[1]); }
      buttons();
      map.getContainer().focus({ preventScroll: true });
    }

    /* A corner of a neighbour near the finger, else where the finger is. */
    function snapped(at, besides) {
      if (!tool("snap").checked) { return at; }
      const here = map.latLngToContainerPoint(at);
      let best = SNAP_PX, found = at;
      seen.concat(shape.corners().filter(function (one) { return besides && named(one) !== besides; }).map(function (one) { return one.at; }))
        .forEach(function (spot) {
          const there = L.latLng(spot[1], spot[0]), far = here.distanceTo(map.latLngToContainerPoint(there));
          if (far < best) { best = far; found = there; }
        });
      if (found !== at) { tell(labels.snapped); }
      return found;
    }

    function look() {
      const view = map.getBounds().pad(0.1);
      seen = spots.filter(function (spot) { return view.contains([spot[1], spot[0]]); });
    }

    /* What lies around, to see and to snap to: GeoJSON features. */
    function snapTo(features) {
      neighbours.clearLayers().addData({ type: "FeatureCollection", features: features });
      spots = features.flatMap(function (one) {
        const other = Athar.drawnShape(function () {});
        other.start(one.geometry);
        return other.corners().map(function (each) { return each.at; });
      });
      look();
    }

    function buttons() {
      if (locked) { return; }
      const type = shape.get() ? shape.get().type : "", hole = tools.querySelector("[data-draw=hole]");
      tool("undo").disabled = !shape.past() && !pending.length;
      tool("redo").disabled = !shape.coming();
      tool("delete").disabled = !chosen || shape.corners().length < 2;
      if (tool("drop")) { tool("drop").disabled = !chosen; }
      if (hole) { hole.disabled = !/Polygon/.test(type); }
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
        const how = { pane: "drawn", className: "drawn-sketch", interactive: false };
        sketch = L.layerGroup([drawing === "LineString" ? L.polyline(pending, how) : L.polygon(pending, how)].concat(
          pending.map(function (at) { return L.circleMarker(at, { pane: "drawn", radius: 6, className: "drawn-spot", interactive: false }); }))).addTo(map);
      }
      buttons();
    }

    function put(at) {
      if (drawing === "Point" || !drawing && !given.usual && (!shape.get() || shape.get().type === "Point")) {
        drawing = "";
        focus = "0/0";
        shape.point(at);
        tell("");
        return;
      }
      if (!drawing && given.usual) { draw(given.usual); }
      if (drawing) {
        pending.push(at);
        preview();
        tell(Athar.fill(labels.put, pending.length));
      }
    }

    /* A tap: back at the first corner of an area it closes it. */
    function tap(at) {
      const first = drawing !== "LineString" && pending.length > 2 && map.latLngToContainerPoint(pending[0]);
      if (first && first.distanceTo(map.latLngToContainerPoint(at)) < SNAP_PX) { finish(); } else { put(snapped(at, "")); }
    }

    /* Twice at one place finishes. Two quick taps at two places come as a double one too: they are two corners. */
    function twice() {
      const two = pending.slice(-2).map(function (at) { return map.latLngToContainerPoint(at); });
      if (drawing && two.length === 2 && two[0].distanceTo(two[1]) < SNAP_PX) { pending.pop(); finish(); }
    }

    function finish() {
      if (!shape.draw(drawing, pending)) { tell(labels.few); return false; }
      drawing = "";
      pending = [];
      preview();
      show();
      tell(labels.finished);
      return true;
    }

    function history(what) {
      chosen = null;
      if (what === "undo" && pending.length) { pending.pop(); preview(); tell(labels.undone); }
      else if (shape[what]()) { tell(labels[what === "undo" ? "undone" : "redone"]); }
    }

    function here() {
      navigator.geolocation.getCurrentPosition(function (found) {
        const at = L.latLng(found.coords.latitude, found.coords.longitude), metres = Math.max(1, Math.ceil(found.coords.accuracy));
        map.setView(at, Math.max(map.getZoom(), NEAR_ZOOM));
        put(at);
        tell(Athar.fill(labels.here, metres));
        if (given.stood) { given.stood(metres); }
      }, function () { tell(labels.noPlace); }, { enableHighAccuracy: true, timeout: 15000 });
    }

    /* While something is drawn arrows move the map at once, with Shift a little, and Enter sets a corner at its centre. */
    function keys(event) {
      const way = MOVES[event.key], control = event.ctrlKey || event.metaKey;
      if (!drawing || event.target !== map.getContainer() || event.altKey || !way && event.key !== "Enter" || way && control) { return; }
      event.preventDefault();
      event.stopImmediatePropagation();
      if (way) { map.panBy(L.point(way[0], -way[1]).multiplyBy(event.shiftKey ? FINE_PX : PAN_PX), { animate: false }); }
      else if (control) { finish(); } else { put(map.getCenter()); }
    }

    function frame() {
      const all = shape.corners();
      if (all.length === 1) { map.setView([all[0].at[1], all[0].at[0]], NEAR_ZOOM, { animate: false }); }
      else if (all.length) { map.fitBounds(L.latLngBounds(all.map(function (one) { return [one.at[1], one.at[0]]; })).pad(0.2), { animate: false }); }
    }

    function ready() {
      tools.hidden = false;
      tools.querySelectorAll("[data-draw]").forEach(function (node) { node.addEventListener("click", function () { draw(node.dataset.draw); }); });
      const acts = {
        finish: finish, centre: function () { put(map.getCenter()); }, delete: remove, drop: function () { remove(true); },
        undo: function () { history("undo"); }, redo: function () { history("redo"); }, here: here
      };
      Object.keys(acts).forEach(function (name) { if (tool(name)) { tool(name).addEventListener("click", acts[name]); } });
      tool("here").hidden = !("geolocation" in navigator);
      map.on("click", function (event) { if (drawing) { tap(event.latlng); } });
      map.doubleClickZoom.disable();
      map.on("dblclick", twice);
      map.on("moveend", function () { look(); show(); });
      map.getContainer().addEventListener("keydown", keys, true);
      document.addEventListener("keydown", function (event) {
        const typing = event.target.closest && event.target.closest("input:not([type=checkbox]):not([type=radio]), textarea, select");
        const which = event.key.toLowerCase(), control = event.ctrlKey || event.metaKey;
        if (event.key === "Escape" && drawing) { draw(drawing); }
        if (typing || !control || which !== "z" && which !== "y") { return; }
        event.preventDefault();
        history(which === "y" || event.shiftKey ? "redo" : "undo");
      });
      // A drawing that nobody finished is finished with the form, or keeps it: nothing drawn is lost.
      given.form.addEventListener("submit", function (event) {
        if (drawing && pending.length && !finish()) { L.DomEvent.stop(event); event.stopImmediatePropagation(); tools.scrollIntoView({ block: "center" }); }
      }, true);
    }

    if (!locked) { ready(); }
    return {
      shape: shape, tell: tell, show: show, frame: frame, snapTo: snapTo,
      draw: function (type) { if (drawing !== type) { draw(type); } },
      rest: function () { if (drawing) { draw(drawing); } }
    };
  };
})();
