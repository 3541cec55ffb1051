/* Layers of the map: fetched by address when first shown, drawn by the style of their name. */
(function () {
  "use strict";
  var make = Athar.make;

  /* A group of markers, clustered or not. */
  function group(map, settings) {
    if (!settings.cluster) { return L.layerGroup(); }
    return L.markerClusterGroup({
      maxClusterRadius: 36, disableClusteringAtZoom: 17, showCoverageOnHover: false, animate: !map.athar.still,
      spiderfyOnMaxZoom: false,
      iconCreateFunction: function (cluster) {
        var count = make("span", "", String(cluster.getChildCount()));
        return L.divIcon({ className: "group group-" + settings.name, html: count, iconSize: [44, 44] });
      }
    }).on("animationend clusterclick layeradd", function () { label(map, this); });
  }

  /* Clusters are buttons; say what they hold. */
  function label(map, clusters) {
    clusters._featureGroup.eachLayer(function (layer) {
      if (layer._icon && layer.getChildCount) {
        layer._icon.setAttribute("aria-label", Athar.fill(map.athar.labels.group, layer.getChildCount()));
      }
    });
  }

  function named(tag, className, properties) {
    var node = make(tag, className, properties.name || properties.key);
    if (properties.name_lang && properties.name_lang !== "und") {
      node.lang = properties.name_lang;
      node.dir = properties.name_lang === "ar" ? "rtl" : "ltr";
    } else {
      node.dir = "auto";
    }
    return node;
  }

  /* The card of a thing: name, kind, what must be said of it, how exact it is, its page. */
  function card(map, name, properties) {
    var settings = map.athar.settings, labels = map.athar.labels;
    var node = make("div", "map-card");
    node.dir = settings.rtl ? "rtl" : "ltr";
    node.appendChild(named("strong", "", properties));
    node.appendChild(make("span", "map-kind", settings.kinds[properties.kind] || ""));
    if (name === "wifi") { node.appendChild(make("span", "map-remark", labels.candidate)); }
    if (properties.record) { node.appendChild(make("span", "map-remark", labels.record)); }
    if (properties.precision === "schematic") { node.appendChild(make("span", "map-remark", labels.schematic)); }
    if (properties.error_m) {
      node.appendChild(make("span", "map-remark", Athar.fill(labels.within, Math.round(properties.error_m))));
    }
    if (properties.page) {
      var link = make("a", "", labels.page);
      link.href = settings.pages + properties.page + "/" + encodeURIComponent(properties.key);
      node.appendChild(link);
    }
    return node;
  }

  function icon(map, name, properties) {
    if (name === "monuments") {
      var shape = map.athar.settings.shapes[properties.kind] || "other";
      return L.divIcon({ className: "pin pin-" + shape, iconSize: [30, 30] });
    }
    if (name === "stops") {
      return L.divIcon({ className: "stop", html: make("span", "", String(properties.ordinal)), iconSize: [32, 32] });
    }
    if (name === "quarters") {
      return L.divIcon({ className: "quarter", html: named("span", "", properties), iconSize: [0, 0] });
    }
    return L.divIcon({ className: "dot dot-" + name, iconSize: [24, 24] });
  }

  function marker(map, name, feature, at) {
    var properties = feature.properties, title = properties.name || properties.key;
    if (name === "quarters") {
      return L.marker(at, { icon: icon(map, name, properties), interactive: false, keyboard: false, pane: "quarters" });
    }
    var drawn = L.marker(at, { icon: icon(map, name, properties), title: title, riseOnHover: true });
    drawn.on("add", function () {
      var kind = map.athar.settings.kinds[properties.kind];
      var said = properties.ordinal ? properties.ordinal + " " + title : title;
      drawn._icon.setAttribute("aria-label", kind ? said + ", " + kind : said);
      drawn._icon.setAttribute("role", "button");
    });
    drawn.bindPopup(function () { return card(map, name, properties); }, { maxWidth: 260, autoPanPadding: [50, 20] });
    return drawn;
  }

  function style(name, feature) {
    var kind = feature.properties.kind;
    return { className: "m-" + name + " m-" + kind, pane: name, weight: 3, interactive: name === "risk_zones" };
  }

  function draw(map, entry, data) {
    var name = entry.settings.name, wanted = map.athar.asked.key;
    entry.group.clearLayers();
    entry.byKey = {};
    if (name === "routes") {
      // A light casing below keeps the walk apart from walls.
      entry.group.addLayer(L.geoJSON(data, {
        style: function () { return { className: "m-casing", pane: "routes", interactive: false }; }
      }));
    }
    var points = [];
    var shapes = L.geoJSON(data, {
      style: function (feature) { return style(name, feature); },
      pointToLayer: function (feature, at) {
        var drawn = marker(map, name, feature, at);
        drawn.feature = feature;
        entry.byKey[feature.properties.key] = drawn;
        points.push(drawn);
        return drawn;
      },
      onEachFeature: function (feature, layer) {
        if (!(layer instanceof L.Marker) && name === "risk_zones") {
          layer.bindPopup(function () { return card(map, name, feature.properties); });
        }
      },
      filter: function (feature) { return feature.geometry !== null; }
    });
    if (points.length) {
      if (entry.group.addLayers) { entry.group.addLayers(points); label(map, entry.group); }
      else { points.forEach(function (point) { entry.group.addLayer(point); }); }
    } else {
      entry.group.addLayer(shapes);
    }
    entry.partial = data.numberMatched > data.numberReturned;
    map.athar.say(entry.partial ? map.athar.labels.part : "");
    if (wanted) { seek(map, entry); }
  }

  /* Show the thing that the address asks for. */
  function seek(map, entry) {
    var found = entry.byKey && entry.byKey[map.athar.asked.key];
    if (!found || entry.settings.name === "places" && map.athar.layers.monuments) { return; }
    map.athar.asked.key = null;
    map.setView(found.getLatLng(), 17, { animate: false });
    found.openPopup();
  }

  function load(map, entry) {
    var box = map.getBounds().pad(0.3);
    var url = entry.settings.url;
    if (entry.partial) {
      url += (url.indexOf("?") < 0 ? "?" : "&") + "bbox=" + [
        box.getWest(), box.getSouth(), box.getEast(), box.getNorth()
      ].map(function (edge) { return edge.toFixed(4); }).join(",");
    }
    entry.loading = true;
    map.athar.frame.setAttribute("data-loading", entry.settings.name);
    fetch(url).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.json();
    }).then(function (data) {
      entry.loaded = true;
      draw(map, entry, data);
    }).catch(function () {
      map.athar.say(map.athar.labels.failed, function () { load(map, entry); });
    }).then(function () {
      entry.loading = false;
      map.athar.frame.removeAttribute("data-loading");
    });
  }

  function show(map, entry, on) {
    entry.shown = on;
    if (on) {
      entry.group.addTo(map);
      if (!entry.loaded && !entry.loading) { load(map, entry); }
    } else {
      entry.group.remove();
    }
  }

  Athar.layer = function (map, settings) {
    var entry = { settings: settings, group: group(map, settings), shown: false };
    var asked = map.athar.asked.layers;
    var on = asked ? asked.indexOf(settings.name) >= 0 : settings.shown;
    var box = map.athar.frame.querySelector('input[data-layer="' + settings.name + '"]');
    map.athar.layers[settings.name] = entry;
    if (box) {
      box.checked = on;
      box.addEventListener("change", function () {
        map.athar.ready = true;
        show(map, entry, box.checked);
        Athar.remember(map);
      });
    }
    if (map.athar.asked.key && settings.name === "monuments") { on = true; if (box) { box.checked = true; } }
    map.on("moveend", function () { if (entry.shown && entry.partial && !entry.loading) { load(map, entry); } });
    map.on("athar:seek", function () { if (entry.loaded) { seek(map, entry); } });
    map.on("dragend zoomend", function () { map.athar.ready = true; });
    show(map, entry, on);
  };
})();
