/* Layers of the map: fetched by address when first shown, drawn by the style of their name. */
(function () {
  "use strict";
  const make = Athar.make;
  const PATIENCE_MS = 30000;
  const POINTS = ["monuments", "places", "wifi", "stops", "quarters", "reference"];

  /* A group of markers, clustered or not. */
  function group(map, settings) {
    if (!settings.cluster) { return L.layerGroup(); }
    const clusters = L.markerClusterGroup({
      maxClusterRadius: function (zoom) { return zoom < 14 ? 46 : 32; }, disableClusteringAtZoom: 17, showCoverageOnHover: false, animate: !map.athar.still,
      spiderfyOnMaxZoom: false, chunkedLoading: true, clusterPane: settings.name,
      iconCreateFunction: function (cluster) {
        const count = cluster.getChildCount();
        return new Athar.Sign({
          className: "group group-" + settings.name, html: make("span", "", String(count)), iconSize: [40, 40],
          label: Athar.fill(map.athar.labels.group, count)
        });
      }
    });
    clusters.on("clusterkeypress", function (event) {
      // The group vanishes by opening: the keyboard goes on at what came out of it.
      const first = event.layer.getAllChildMarkers()[0];
      clusters.once("animationend", function () {
        const there = clusters.getVisibleParent(first), active = document.activeElement;
        if (there && there._icon && (active === document.body || active === map.getContainer())) {
          there._icon.focus({ preventScroll: true });
        }
      });
    });
    return clusters.on("animationend", function () {
      // The plugin forgets moves that are made while its groups still fly apart.
      // It also ends its animation after the layer was switched off, when there is no map to look at.
      if (!clusters._map) { return; }
      clusters._moveEnd();
      map.athar.settle();
    });
  }

  function point(map, entry, feature, at) {
    const name = entry.settings.name, properties = feature.properties;
    if (name === "quarters") { return Athar.words(name, at, properties, name, "quarter"); }
    const marker = L.marker(at, {
      icon: Athar.sign(map, name, properties), title: properties.name || properties.key, riseOnHover: true, pane: name
    });
    marker.feature = feature;
    entry.byKey[properties.key] = marker;
    marker.on("add", function () { marker._icon.classList.toggle("chosen", map.athar.chosen === marker); });
    return marker.bindPopup(function () { return Athar.card(map, name, properties); }, {
      maxWidth: 260, autoPanPadding: [60, 24]
    });
  }

  function shape(name, className, more) {
    return Object.assign({ className: className, pane: name, interactive: false }, more);
  }

  /* How a word is turned to run beside the line `side` at `place`, on the side that looks away from `inside`. */
  function along(map, side, place, inside) {
    const a = map.project([side[0][1], side[0][0]], 18), b = map.project([side[1][1], side[1][0]], 18);
    const right = a.x < b.x ? b.subtract(a) : a.subtract(b), out = map.project(place, 18).subtract(map.project(inside, 18));
    return { degrees: Math.atan2(right.y, right.x) * 180 / Math.PI, aside: right.x * out.y - right.y * out.x > 0 ? 15 : -15 };
  }

  /* Walls are drawn twice, a soft band and dashes on it; the longest side carries the word "schematic". */
  function walls(map, features) {
    const ring = features.filter(function (each) { return each.properties.kind === "wall_ring"; });
    const drawn = [
      L.geoJSON(features.filter(function (each) { return ring.indexOf(each) < 0; }), shape("walls", "m-walled_area")),
      L.geoJSON(ring, shape("walls", "m-wall-band")), L.geoJSON(ring, shape("walls", "m-wall_ring"))
    ];
    ring.forEach(function (each) {
      const line = each.geometry.type === "LineString" ? each.geometry.coordinates : [];
      let longest = 0, side = null;
      line.forEach(function (to, index) {
        const from = line[index - 1] || to, size = Math.hypot(to[0] - from[0], to[1] - from[1]);
        if (size > longest) { longest = size; side = [from, to]; }
      });
      if (side && each.properties.precision === "schematic") {
        const place = L.latLng((side[0][1] + side[1][1]) / 2, (side[0][0] + side[1][0]) / 2);
        drawn.push(Athar.words("quarters", place, { name: map.athar.labels.schematic }, "walls", "wall-word",
          along(map, side, place, L.polyline(L.GeoJSON.coordsToLatLngs(line)).getBounds().getCenter())));
      }
    });
    return drawn;
  }

  /* A light casing below keeps the walk apart from walls; arrows tell its direction. */
  function routes(map, features) {
    const drawn = [L.geoJSON(features, shape("routes", "m-casing"))];
    features.forEach(function (each) {
      const line = L.geoJSON(each, shape("routes", "m-routes", { interactive: true }));
      drawn.push(line.bindPopup(function () { return Athar.card(map, "routes", each.properties); }));
      if (each.geometry.type === "LineString") {
        drawn.push.apply(drawn, Athar.arrows(map, each.geometry.coordinates));
      }
    });
    return drawn;
  }

  function draw(map, entry, data) {
    const name = entry.settings.name, there = entry.group, open = map.athar.open;
    const features = data.features.filter(function (each) { return each.geometry; });
    let drawn = [];
    entry.byKey = {};
    if (POINTS.indexOf(name) >= 0) {
      L.geoJSON(features, { pointToLayer: function (feature, at) { return point(map, entry, feature, at); } })
        .eachLayer(function (layer) { drawn.push(layer); });
    } else if (name === "walls") { drawn = walls(map, features);
    } else if (name === "routes") { drawn = routes(map, features);
    } else if (name === "risk_zones") { drawn = Athar.zones(map, features);
    } else { drawn = [L.geoJSON(features, shape(name, "m-" + name))]; }
    there.clearLayers();
    // What the map is about is never hidden in a group.
    const focus = entry.byKey[map.athar.settings.focus];
    if (entry.focus) { entry.focus.remove(); }
    entry.focus = focus;
    if (focus && entry.shown) { focus.addTo(map); }
    drawn = drawn.filter(function (each) { return each !== focus; });
    if (there.addLayers) { there.addLayers(drawn); } else { drawn.forEach(function (each) { there.addLayer(each); }); }
    if (name === "risk_zones") { entry.features = features; }
    const hazards = map.athar.layers.risk_zones;
    if (hazards && hazards.features) { Athar.values(map, hazards); }
    if (open && entry.byKey[open] && !map.athar.asked.key) { entry.byKey[open].openPopup(); }
    if (focus && !map.athar.chosen) { Athar.choose(map, focus); }
    seek(map, entry);
    map.athar.settle();
  }

  /* Show the thing that the address asks for; a monument before a place of the same key. */
  function seek(map, entry) {
    const wish = map.athar.asked.key, found = entry.byKey && entry.byKey[wish], monuments = map.athar.layers.monuments;
    if (!found || entry.settings.name !== "monuments" && monuments && !monuments.loaded) { return; }
    map.athar.asked.key = null;
    // A frame never takes the keyboard away from the page around it.
    map.athar.follow = !map.athar.settings.embed;
    if (!map.athar.asked.at || map.getZoom() < 17) { map.setView(found.getLatLng(), 17, { animate: false }); }
    if (found._map) { found.openPopup(); } else { entry.group.once("animationend", function () { found.openPopup(); }); }
  }

  /* Where the last answer reaches; more is asked for only beyond it. */
  function load(map, entry) {
    const box = entry.boxed ? map.getBounds().pad(0.5) : null, turn = entry.turn = (entry.turn || 0) + 1;
    const stop = window.AbortController ? new AbortController() : null;
    if (entry.stop) { entry.stop.abort(); }
    entry.stop = stop;
    const patience = setTimeout(function () { if (stop) { stop.abort(); } }, PATIENCE_MS);
    let url = entry.settings.url;
    if (box) {
      url += (url.indexOf("?") < 0 ? "?" : "&") + "bbox=" + [
        box.getWest(), box.getSouth(), box.getEast(), box.getNorth()
      ].map(function (edge) { return edge.toFixed(4); }).join(",");
    }
    busy(map, 1);
    entry.loading = true;
    const asked = entry.settings.shared ? Athar.together(map, entry.settings.name, url, PATIENCE_MS) : Athar.answer(url, stop);
    asked.then(function (data) {
      if (turn !== entry.turn) { return; }
      const partial = data.numberMatched > data.numberReturned;
      entry.loaded = true;
      entry.loading = false;
      entry.reach = box && !partial ? box : null;
      entry.partial = Boolean(partial && box);
      draw(map, entry, data);
      if (partial && !entry.boxed) { entry.boxed = true; load(map, entry); }
    }, function () {
      // The network, the server or what they sent; a mistake of ours in drawing is not hidden behind it.
      if (turn !== entry.turn) { return; }
      entry.loading = false;
      if (entry.shown) { map.athar.failed[entry.settings.name] = function () { load(map, entry); }; }
    }).finally(function () {
      clearTimeout(patience);
      busy(map, -1);
      Athar.tell(map);
    });
  }

  function busy(map, more) {
    map.athar.busy += more;
    map.getContainer().setAttribute("aria-busy", String(map.athar.busy > 0));
    if (map.athar.busy) { map.athar.frame.setAttribute("data-loading", ""); }
    else { map.athar.frame.removeAttribute("data-loading"); }
  }

  function show(map, entry, on) {
    const name = entry.settings.name;
    entry.shown = on;
    if (entry.box) { entry.box.checked = on; }
    if (on) {
      entry.group.addTo(map);
      if (entry.focus) { entry.focus.addTo(map); }
      if (!entry.loaded && !entry.loading) { load(map, entry); }
    } else {
      entry.group.remove();
      if (entry.focus) { entry.focus.remove(); }
      delete map.athar.failed[name];
    }
    Athar.tell(map);
    map.athar.settle();
  }

  Athar.layer = function (map, settings) {
    const name = settings.name;
    const entry = { settings: settings, group: group(map, settings), shown: false, byKey: {}, values: [] };
    /* What the address says; where it says nothing, as it is. */
    function wanted(present) {
      const asked = map.athar.asked;
      return asked.key && name === "monuments" || (asked.layers ? asked.layers.indexOf(name) >= 0 : present);
    }
    entry.box = map.athar.frame.querySelector('input[data-layer="' + name + '"]');
    map.athar.layers[name] = entry;
    if (entry.box) {
      entry.box.addEventListener("change", function () {
        map.athar.ready = true;
        show(map, entry, entry.box.checked);
        Athar.remember(map);
      });
    }
    map.on("moveend", function () {
      if (!entry.shown) { return; }
      if (entry.boxed && !(entry.reach && entry.reach.contains(map.getBounds()))) { load(map, entry); }
      if (entry.features) { Athar.values(map, entry); map.athar.settle(); }
    });
    map.on("athar:asked", function () {
      show(map, entry, Boolean(wanted(entry.shown)));
      if (entry.loaded) { seek(map, entry); }
    });
    show(map, entry, Boolean(wanted(settings.shown)));
  };
})();
