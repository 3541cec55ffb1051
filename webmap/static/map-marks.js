/* Signs and labels of the map: the icon of each thing, its card, arrows along a walk, and which names fit. */
Object.assign(window.Athar, (function () {
  "use strict";
  const make = Athar.make;
  const SVG = "http://www.w3.org/2000/svg";
  /* Names are given room in this order; whatever would cover another sign or name stays hidden. */
  const RANKS = { stops: 0, risk_zones: 1, monuments: 2, walls: 3, quarters: 4 };
  const ARROW_EVERY_M = 220;

  /* An icon that says what it is: Leaflet only gives pictures a text. */
  const Sign = L.DivIcon.extend({
    createIcon: function (old) {
      const node = L.DivIcon.prototype.createIcon.call(this, old);
      if (this.options.label) { node.setAttribute("aria-label", this.options.label); }
      if (this.options.role) { node.setAttribute("role", this.options.role); }
      return node;
    }
  });

  function drawn(tag, attributes, inside) {
    const node = document.createElementNS(SVG, tag);
    Object.keys(attributes).forEach(function (name) { node.setAttribute(name, attributes[name]); });
    (inside || []).forEach(function (child) { node.appendChild(child); });
    return node;
  }

  /* Panes in drawing order, and the pattern and arrow that lines and areas refer to. */
  function prepare(map) {
    ["boundary", "walls", "water", "buildings", "streets", "risk_zones", "routes", "quarters"].forEach(function (name, index) {
      map.createPane(name).style.zIndex = 401 + index;
    });
    map.createPane("marks").style.zIndex = 410;
    ["reference", "wifi", "places", "monuments", "stops"].forEach(function (name, index) {
      map.createPane(name).style.zIndex = 601 + index;
    });
    map.getContainer().appendChild(drawn("svg", { "class": "map-defs", "aria-hidden": "true", width: 0, height: 0 }, [
      drawn("pattern", { id: "map-hatch", width: 9, height: 9, patternUnits: "userSpaceOnUse",
        patternTransform: "rotate(45)" }, [drawn("path", { "class": "map-hatch", d: "M0 0V9" })]),
      drawn("marker", { id: "map-arrow", viewBox: "0 0 12 12", refX: 6, refY: 6, markerWidth: 15, markerHeight: 15,
        markerUnits: "userSpaceOnUse", orient: "auto" }, [drawn("path", { "class": "map-arrow", d: "M3.5 1.5L10 6l-6.5 4.5z" })])
    ]));
    let waiting = 0;
    map.athar.settle = function () {
      if (!waiting) { waiting = requestAnimationFrame(function () { waiting = 0; settle(map); }); }
    };
    map.on("moveend resize", map.athar.settle);
  }

  /* A name, marked with its own language and direction. */
  function named(tag, className, properties) {
    const node = make(tag, className, properties.name || properties.key);
    if (properties.name_lang && properties.name_lang !== "und") { node.lang = properties.name_lang; }
    node.dir = properties.name_dir || (properties.name_lang === "ar" ? "rtl" : node.lang ? "ltr" : "auto");
    return node;
  }

  function label(properties, rank, side) {
    // The text has its own direction; the box does not, or else it would stand on the other side.
    const node = make("span", "map-label" + (side ? " map-label-side" : ""));
    node.appendChild(named("span", "", properties));
    node.dataset.rank = RANKS[rank];
    node.setAttribute("aria-hidden", "true");
    return node;
  }

  function known(words, code) { return Object.prototype.hasOwnProperty.call(words, code) ? words[code] : ""; }

  /* What must be said of a zone: how strong, who says so, whether it holds today. */
  function standing(labels, zone) {
    if (zone.record) { return []; }
    return [known(labels, "level_" + zone.level), zone.official ? labels.official : labels.unofficial, zone.reported_by,
      known(labels, "zone_" + zone.state)];
  }

  /* The card of a thing: name, kind, what must be said of it, how exact it is, its page. */
  function card(map, name, properties) {
    const settings = map.athar.settings, labels = map.athar.labels;
    const node = make("div", "map-card");
    const precision = known(labels, properties.precision);
    const within = properties.error_m ? Athar.fill(labels.within, Math.round(properties.error_m)) : "";
    node.tabIndex = -1;
    node.appendChild(named("strong", "", properties));
    [known(settings.kinds, properties.kind), name === "wifi" && known(labels, "wifi_" + properties.status), properties.record && labels.record].concat(name === "risk_zones" ? standing(labels, properties) : [])
      .filter(Boolean).forEach(function (text, index) {
        node.appendChild(make("span", index ? "map-remark" : "map-kind", text));
      });
    if (precision || within) {
      const exact = make("span", "map-remark map-exact", precision);
      if (precision && within) { exact.appendChild(document.createTextNode(" · ")); }
      if (within) { exact.appendChild(make("bdi", "", within)).dir = "ltr"; }
      node.appendChild(exact);
    }
    if (properties.page) {
      const link = make("a", "", labels.page);
      link.href = settings.pages + properties.page.split("/").map(encodeURIComponent).join("/") + "/" + encodeURIComponent(properties.key);
      if (settings.embed) { link.target = "_blank"; link.rel = "noopener"; }
      node.appendChild(link);
    }
    return node;
  }

  /* The icon of a point. */
  function sign(map, name, properties) {
    const title = properties.name || properties.key, kind = known(map.athar.settings.kinds, properties.kind);
    const spoken = kind ? title + ", " + kind : title;
    if (name === "monuments") {
      const shape = known(map.athar.settings.shapes, properties.kind) || "other";
      return new Sign({ className: "pin pin-" + shape, iconSize: [30, 30], popupAnchor: [0, -10], label: spoken,
        html: label(properties, name, true) });
    }
    if (name === "stops") {
      const both = make("span");
      both.appendChild(make("span", "stop-number", String(properties.ordinal)));
      both.appendChild(document.createTextNode(" "));
      both.appendChild(label(properties, name, true));
      return new Sign({ className: "stop", iconSize: [30, 30], popupAnchor: [0, -10], label: properties.ordinal + " " + spoken, html: both });
    }
    if (name === "wifi") {
      const built = ["on_air", "faulty", "candidate"].indexOf(properties.status) < 0 ? "planned" : properties.status;
      const told = known(map.athar.labels, "wifi_" + properties.status);
      return new Sign({ className: "wifi-mark wifi-" + built, iconSize: built === "candidate" ? [40, 40] : [32, 32],
        label: told ? spoken + ", " + told : spoken });
    }
    return new Sign({ className: "dot dot-" + name, iconSize: [26, 26], label: spoken });
  }

  /* A name that stands on the map by itself, without a sign; along a line if it is turned. */
  function words(pane, at, properties, rank, className, turned) {
    const text = label(properties, rank, false);
    if (turned) { text.style.transform = "rotate(" + turned.degrees + "deg) translateY(" + turned.aside + "px)"; }
    return L.marker(at, {
      icon: new Sign({ className: "words " + className, html: text, iconSize: [0, 0] }),
      interactive: false, keyboard: false, pane: pane
    });
  }

  /* Invisible short lines that carry an arrow in their middle, every few hundred metres along `line`. */
  function arrows(map, line) {
    const found = [];
    let since = ARROW_EVERY_M / 2;
    for (let index = 1; index < line.length; index += 1) {
      const from = L.latLng(line[index - 1][1], line[index - 1][0]), to = L.latLng(line[index][1], line[index][0]);
      const length = map.distance(from, to), count = Math.floor((since + length) / ARROW_EVERY_M);
      since = (since + length) % ARROW_EVERY_M;
      for (let each = 1; each <= count; each += 1) {
        const part = each / (count + 1);
        const middle = L.latLng(from.lat + (to.lat - from.lat) * part, from.lng + (to.lng - from.lng) * part);
        found.push(L.polyline([from, middle, to], {
          className: "m-arrow", pane: "routes", smoothFactor: 0, noClip: true, interactive: false
        }).on("add", function () { this.getElement().setAttribute("marker-mid", "url(#map-arrow)"); }));
      }
    }
    return found;
  }

  /* Mark the thing whose card is open, with the circle within which it lies; null takes the mark away. */
  function choose(map, marker) {
    const state = map.athar;
    if (state.chosen && state.chosen._icon) { state.chosen._icon.classList.remove("chosen"); }
    if (state.error) { state.error.remove(); state.error = null; }
    state.chosen = marker;
    if (!marker) { return; }
    const properties = marker.feature ? marker.feature.properties : {};
    if (marker._icon) { marker._icon.classList.add("chosen"); }
    if (properties.error_m > 10) {
      state.error = L.circle(marker.getLatLng(), {
        radius: properties.error_m, className: "m-error", pane: "marks", interactive: false
      }).addTo(map);
    }
  }

  function apart(a, others) {
    return others.every(function (b) {
      return a.right < b.left || a.left > b.right || a.bottom < b.top || a.top > b.bottom;
    });
  }

  /* Where signs and controls stand on the screen. */
  function signs(container) {
    return Array.from(container.querySelectorAll(".pin, .stop, .group, .dot-places, .wifi-mark:not(.wifi-candidate), .leaflet-control"), function (node) {
      const box = node.getBoundingClientRect(), less = node.classList.contains("dot") ? 7 : 0;
      return { left: box.left + less, right: box.right - less, top: box.top + less, bottom: box.bottom - less };
    });
  }

  /* Show each name that covers no sign and no name before it: beside its sign on the outer side, else below, above
     or on the inner side; names without a sign stay where they stand. */
  function settle(map) {
    const container = map.getContainer(), edge = container.getBoundingClientRect();
    const centre = (edge.left + edge.right) / 2, taken = signs(container);
    Array.from(container.querySelectorAll(".map-label"), function (node) {
      const box = node.getBoundingClientRect(), icon = node.closest(".leaflet-marker-icon").getBoundingClientRect();
      const middle = (icon.left + icon.right) / 2, level = (icon.top + icon.bottom - box.height) / 2;
      const left = [icon.left - box.width - 3, level, "right"], right = [icon.right + 3, level, "left"];
      const below = [middle - box.width / 2, icon.bottom - 1, "center"];
      const above = [middle - box.width / 2, icon.top - box.height + 1, "center"];
      const places = !node.classList.contains("map-label-side") ? [[box.left, box.top]]
        : middle < centre ? [left, below, above, right] : [right, below, above, left];
      return { node: node, box: box, icon: icon, places: places, border: node.closest(".leaflet-marker-icon").clientLeft };
    }).sort(function (a, b) { return a.node.dataset.rank - b.node.dataset.rank; }).forEach(function (each) {
      const chosen = each.places.find(function (place) {
        const box = { left: place[0], right: place[0] + each.box.width, top: place[1] + 2,
          bottom: place[1] + each.box.height - 2 };
        const within = box.left >= edge.left && box.right <= edge.right && box.top >= edge.top && box.bottom <= edge.bottom;
        if (!within || !apart(box, taken)) { return false; }
        taken.push(box);
        return true;
      });
      each.node.classList.toggle("fits", Boolean(chosen));
      if (chosen && chosen[2]) {
        // From the corner inside the sign's border, where its content begins.
        each.node.style.transform = "translate(" + (chosen[0] - each.icon.left - each.border) + "px," +
          (chosen[1] - each.icon.top - each.border) + "px)";
        each.node.style.textAlign = chosen[2];
      }
    });
  }

  return { Sign: Sign, prepare: prepare, card: card, sign: sign, words: words, arrows: arrows, choose: choose,
    signs: signs, apart: apart };
})());
