/* Where a warning holds, in its form: the commune, a zone, or what is drawn on the map, which shows whichever it is.
   The drawing itself is in draw-map.js; the server has the last word on what may be warned. */
(function () {
  "use strict";

  /* `settings`: shapes (address of the commune and its zones), surroundings (a box), most (corners), labels. */
  Athar.alertArea = function (map, settings) {
    const labels = settings.labels, form = document.querySelector("[data-alert-form]"), where = form.elements.place;
    const text = form.elements.polygon, zone = form.elements.zone, wrong = form.querySelector("[data-wrong]");
    map.createPane("warned").style.zIndex = 409;
    const chosen = L.geoJSON(null, { pane: "warned", interactive: false, style: function () { return { className: "alert-area" }; } }).addTo(map);
    let shapes = [];
    const drawing = Athar.drawing(map, {
      labels: labels, tools: form.querySelector("[data-tools]"), said: form.querySelector("[data-said]"), form: form,
      usual: "more", changed: changed
    });

    function drawn() { return where.value === "polygon"; }

    function changed(now, fromText) {
      if (!fromText) { text.value = now ? JSON.stringify(now) : ""; }
      say(drawn() ? problems(now) : []);
    }

    function say(found) {
      wrong.hidden = !found.length;
      wrong.textContent = found.map(function (name) { return labels[name]; }).join(" ");
    }

    /* What is wrong with an area, and what should be known of it: names of labels. */
    function problems(geometry) {
      if (!geometry) { return []; }
      const rings = drawing.shape.paths().map(function (one) { return one.path; }), found = [];
      const many = rings.reduce(function (sum, ring) { return sum + ring.length; }, 0);
      if (many > settings.most) { return ["points"]; }
      const holes = geometry.type === "MultiPolygon" ? geometry.coordinates.some(function (one) { return one.length > 1; }) : rings.length > 1;
      if (holes) { found.push("holes"); }
      if (rings.some(crosses)) { found.push("crossing"); }
      const all = rings.flat(), box = settings.surroundings, commune = shapes.find(function (one) { return one.id === "commune"; });
      if (all.some(function (at) { return at[0] < box[0] || at[0] > box[2] || at[1] < box[1] || at[1] > box[3]; })) { found.push("far"); }
      else if (commune && all.some(function (at) { return !Athar.holds(commune.geometry.coordinates, { lng: at[0], lat: at[1] }); })) { found.push("outside"); }
      return found;
    }

    /* The map, the tools and the fields follow what is chosen. */
    function sides(move) {
      const id = where.value === "zone" ? zone && "zones/" + zone.value : where.value;
      form.querySelectorAll("[data-for]").forEach(function (node) { node.hidden = node.dataset.for !== where.value; });
      chosen.clearLayers();
      if (!drawn()) {
        drawing.rest();
        chosen.addData({ type: "FeatureCollection", features: shapes.filter(function (one) { return one.id === id; }) });
        if (move && chosen.getLayers().length) { map.fitBounds(chosen.getBounds().pad(0.1), { animate: false }); }
      } else if (!drawing.shape.get()) { drawing.draw("more"); }
      else if (move) { drawing.frame(); }
      map.getContainer().classList.toggle("not-drawn", !drawn());
      say(drawn() ? problems(drawing.shape.get()) : []);
    }

    function read(first) {
      let geometry = null;
      try { geometry = text.value.trim() ? JSON.parse(text.value) : null; } catch (error) { say(["broken"]); return; }
      if (geometry && geometry.type === "Feature") { geometry = geometry.geometry; }
      if (geometry && (!/^(Multi)?Polygon$/.test(geometry.type) || !drawing.shape.good(geometry))) { say(["broken"]); return; }
      if (first) { drawing.shape.start(geometry); } else { drawing.shape.set(geometry, true); }
    }

    text.addEventListener("change", function () { read(); drawing.frame(); });
    Array.from(where).forEach(function (radio) { radio.addEventListener("change", function () { sides(true); }); });
    if (zone) { zone.addEventListener("change", function () { sides(true); }); }
    read(true);
    sides(true);
    Athar.answer(settings.shapes).then(function (data) {
      shapes = data.features;
      drawing.snapTo(shapes);
      sides(true);
    }).catch(function () { /* Nothing to snap to for now. */ });
  };

  /* Whether a closed ring meets itself anywhere but at the ends of neighbouring sides. */
  function crosses(ring) {
    const sides = ring.slice(1).map(function (at, n) { return [ring[n], at]; })
      .filter(function (side) { return side[0][0] !== side[1][0] || side[0][1] !== side[1][1]; });
    return sides.some(function (one, n) {
      return sides.slice(n + 2).some(function (other, m) {
        return !(n === 0 && m === sides.length - 3) && meet(one[0], one[1], other[0], other[1]);
      });
    });
  }

  function turn(a, b, c) { return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])); }

  function between(a, b, c) {
    return Math.min(a[0], b[0]) <= c[0] && c[0] <= Math.max(a[0], b[0]) && Math.min(a[1], b[1]) <= c[1] && c[1] <= Math.max(a[1], b[1]);
  }

  function meet(a, b, c, d) {
    const one = turn(a, b, c), two = turn(a, b, d), three = turn(c, d, a), four = turn(c, d, b);
    return one !== two && three !== four || !one && between(a, b, c) || !two && between(a, b, d) ||
      !three && between(c, d, a) || !four && between(c, d, b);
  }
})();
