/* The map itself: frame, controls, messages, and what the address remembers. Layers are in map-layers.js, signs
   and labels in map-marks.js. Texts that come from data are only ever set as text (textContent), never as HTML. */
window.Athar = Object.assign(window.Athar || {}, (function () {
  "use strict";
  const still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;
  const NEAR = 16;

  /* An element with a class and text. */
  function make(tag, className, text) {
    const node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.textContent = text; }
    return node;
  }

  function fill(pattern, number) { return pattern.replace("%d", String(number)); }

  /* A button on the map, large enough for a thumb. */
  function button(map, position, className, label, act) {
    const control = L.control({ position: position });
    control.onAdd = function () {
      const box = make("div", "leaflet-bar");
      const node = make("button", "map-button " + className);
      node.type = "button";
      node.title = label;
      node.setAttribute("aria-label", label);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(node, "click", function () { act(node); });
      box.appendChild(node);
      return box;
    };
    control.addTo(map);
    return control.getContainer().firstChild;
  }

  /* What the part of the address behind # asks for: at=lat,lon,zoom, layers=a,b, and the key of a thing. */
  function asked(address) {
    const state = {};
    let hash = new URL(address).hash.slice(1);
    try { hash = decodeURIComponent(hash); } catch (error) { hash = ""; }
    hash.split("&").forEach(function (part) {
      const cut = part.indexOf("=");
      if (cut >= 0) { state[part.slice(0, cut)] = part.slice(cut + 1); } else if (part) { state.key = part; }
    });
    const at = (state.at || "").split(",").map(Number);
    state.at = at.length >= 2 && at.every(isFinite) && Math.abs(at[0]) <= 90 && Math.abs(at[1]) <= 180 ? at : null;
    state.layers = state.layers === undefined ? null : state.layers.split(",").filter(Boolean);
    return state;
  }

  function create(settings) {
    const element = document.getElementById(settings.element);
    const frame = element.closest("[data-map-frame]");
    const start = settings.rtl ? "right" : "left", end = settings.rtl ? "left" : "right";
    const labels = settings.labels;
    // Drawn well beyond the edges, so that dragging does not bare an unpainted ground.
    L.Renderer.mergeOptions({ padding: 0.6 });
    const map = L.map(element, {
      zoomControl: false, attributionControl: false, maxBounds: settings.limits, maxBoundsViscosity: 0.8, minZoom: 10,
      maxZoom: 19, zoomSnap: 0.25, zoomDelta: 1, zoomAnimation: !still, fadeAnimation: !still,
      markerZoomAnimation: !still, inertia: !still, worldCopyJump: false
    });
    map.athar = {
      settings: settings, frame: frame, labels: labels, still: still, layers: {}, failed: {}, busy: 0,
      hash: frame.hasAttribute("data-map-address"), asked: {}, say: say
    };
    if (map.athar.hash) { map.athar.asked = asked(location.href); }
    if (settings.embed && settings.embed.start) { map.athar.asked = { key: settings.embed.start }; }
    element.classList.toggle("map-rtl", settings.rtl);

    function say(text) { map.athar.note = text; tell(map); }

    L.control.zoom({
      position: "top" + start, zoomInTitle: labels.zoomIn, zoomOutTitle: labels.zoomOut,
      // A dash: not every Arabic and Tifinagh font has the minus sign.
      zoomOutText: "<span aria-hidden=\"true\">–</span>"
    }).addTo(map);
    button(map, "top" + start, "map-home", labels.home, function () { map.fitBounds(settings.bounds); });
    if (settings.embed) { inside(map); }
    else { button(map, "top" + end, "map-locate", labels.locate, function () { locate(map); }); }
    if (document.fullscreenEnabled) {
      const full = button(map, "top" + end, "map-full", labels.full, function () {
        if (document.fullscreenElement) { document.exitFullscreen(); } else { frame.requestFullscreen(); }
      });
      document.addEventListener("fullscreenchange", function () {
        full.setAttribute("aria-pressed", String(document.fullscreenElement === frame));
        map.invalidateSize();
      });
    }
    L.control.scale({ imperial: false, position: "bottom" + start }).addTo(map);
    const credit = L.control.attribution({ position: "bottom" + end, prefix: "Leaflet" })
      .addAttribution(escapeText(settings.credit)).addTo(map);
    credit.getContainer().dir = settings.rtl ? "rtl" : "ltr";

    Athar.prepare(map);
    view(map);
    shade(map);
    map.on("zoomend", function () { shade(map); });
    map.on("moveend", function () { remember(map); });
    map.on("dragend", function () { map.athar.ready = true; });
    map.on("popupopen", function (event) { opened(map, event.popup); });
    map.on("popupclose", function (event) { closed(map, event.popup); });
    map.on("click", function () { say(""); });
    element.addEventListener("keydown", function (event) { key(map, event); });
    // Zooming and panning by hand, wheel or key: from then on the address follows.
    ["keydown", "wheel", "click"].forEach(function (name) {
      element.addEventListener(name, function () { map.athar.ready = true; }, { passive: true });
    });
    if (map.athar.hash) {
      window.addEventListener("hashchange", function (event) {
        // Not what the address is by now: closing a card may have written it anew.
        map.athar.asked = asked(event.newURL);
        if (map.athar.asked.at) {
          view(map);
          // A link of the lists beside the map: the reader goes where it leads.
          element.focus();
        }
        map.fire("athar:asked");
      });
    }
    return map;
  }

  /* In a frame of somebody's page: wheel and finger go on scrolling that page until the reader turns to the map;
     two fingers always move it. Where one is cannot be asked for there. */
  function inside(map) {
    map.scrollWheelZoom.disable();
    if (L.Browser.mobile) { map.dragging.disable(); }
    map.on("focus click", function () { map.scrollWheelZoom.enable(); });
    map.on("blur mouseout", function () { map.scrollWheelZoom.disable(); });
  }

  function view(map) {
    const at = map.athar.asked.at;
    if (at) { map.setView([at[0], at[1]], at[2] || NEAR); } else { map.fitBounds(map.athar.settings.bounds); }
  }

  /* Attribution is the one place where Leaflet takes HTML. */
  function escapeText(text) {
    const box = make("i");
    box.appendChild(make("bdi", "", text));
    return box.innerHTML;
  }

  /* What went wrong or must be known, in one place that screen readers are told of. */
  function tell(map) {
    const message = map.athar.frame.querySelector(".map-message");
    const failed = Object.keys(map.athar.failed);
    const partial = Object.keys(map.athar.layers).some(function (name) {
      return map.athar.layers[name].shown && map.athar.layers[name].partial;
    });
    const note = map.athar.note || (partial ? map.athar.labels.part : "");
    message.textContent = "";
    message.hidden = !note && !failed.length;
    if (note) { message.appendChild(make("span", "", note)); }
    if (failed.length) {
      const names = failed.map(function (name) {
        const label = map.athar.frame.querySelector("label[data-name=" + name + "]");
        return label ? label.textContent.trim() : "";
      }).filter(Boolean).join(", ");
      const again = make("button", "map-retry", map.athar.labels.retry);
      again.type = "button";
      again.addEventListener("click", function () {
        const retries = map.athar.failed;
        map.athar.failed = {};
        tell(map);
        failed.forEach(function (name) { retries[name](); });
      });
      message.appendChild(make("span", "", (names ? names + ": " : "") + map.athar.labels.failed));
      message.appendChild(again);
    }
  }

  /* Style sheets show some things only where there is room. */
  function shade(map) {
    const zoom = map.getZoom();
    map.getContainer().classList.toggle("zoom-far", zoom < 13.5);
    map.getContainer().classList.toggle("zoom-near", zoom >= NEAR);
  }

  function remember(map) {
    if (!map.athar.ready || !map.athar.hash) { return; }
    const centre = map.getCenter();
    const shown = Object.keys(map.athar.layers).filter(function (name) { return map.athar.layers[name].shown; });
    history.replaceState(null, "", "#at=" + centre.lat.toFixed(5) + "," + centre.lng.toFixed(5) + "," + map.getZoom() +
      "&layers=" + shown.join(",") + (map.athar.open ? "&" + encodeURIComponent(map.athar.open) : ""));
  }

  function key(map, event) {
    const target = event.target;
    if (event.key === "Escape" && map._popup && map._popup.isOpen()) {
      map.closePopup();
      event.stopPropagation();
    } else if (event.key === " " && target.classList.contains("leaflet-marker-icon")) {
      // Leaflet opens markers with Enter only; they are buttons, and buttons also take the space bar.
      event.preventDefault();
      target.click();
    }
  }

  /* An opened card: show how exact its place is; a keyboard's reader is taken into it. */
  function opened(map, popup) {
    const state = map.athar, source = popup._source, node = popup.getElement(), close = popup._closeButton;
    const properties = source && source.feature && source.feature.properties;
    state.open = properties ? properties.key : "";
    node.dir = state.settings.rtl ? "rtl" : "ltr";
    node.setAttribute("role", "dialog");
    node.setAttribute("aria-label", properties && properties.name || state.labels.map);
    if (close) {
      close.title = state.labels.close;
      close.setAttribute("aria-label", state.labels.close);
    }
    if (source && source.getLatLng) { Athar.choose(map, source); }
    if (state.follow || source && source._icon === document.activeElement) {
      state.follow = false;
      state.back = source;
      (node.querySelector(".map-card a") || node.querySelector(".map-card")).focus({ preventScroll: true });
    }
    remember(map);
  }

  function closed(map, popup) {
    const node = popup.getElement(), back = map.athar.back, active = document.activeElement;
    map.athar.open = "";
    map.athar.back = null;
    Athar.choose(map, null);
    if (back && back._icon && (active === document.body || node && node.contains(active))) {
      back._icon.focus({ preventScroll: true });
    }
    remember(map);
  }

  function locate(map) {
    const state = map.athar, labels = state.labels;
    map.off("locationfound locationerror");
    map.once("locationfound", function (event) {
      state.say(L.latLngBounds(state.settings.limits).contains(event.latlng) ? "" : labels.farAway);
      if (state.note) { return; }
      if (state.here) { state.here.remove(); }
      state.here = L.layerGroup([
        L.circle(event.latlng, { radius: event.accuracy, className: "m-here-area", pane: "marks", interactive: false }),
        L.marker(event.latlng, {
          icon: new Athar.Sign({ className: "pin-here", iconSize: [20, 20], label: labels.here, role: "img" }),
          title: labels.here, keyboard: false, interactive: false
        })
      ]).addTo(map);
      map.setView(event.latlng, Math.max(map.getZoom(), NEAR));
    });
    map.once("locationerror", function () { state.say(labels.noPlace); });
    map.locate({ enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  }

  function answer(url, stop) {
    return fetch(url, stop ? { signal: stop.signal } : {}).then(function (came) {
      if (!came.ok) { throw new Error(String(came.status)); }
      return came.json();
    });
  }

  /* Layers that share an address are fetched together, once; each takes its own part. */
  function together(map, name, url, patience) {
    if (!map.athar.shared || map.athar.shared.url !== url) {
      const stop = window.AbortController ? new AbortController() : null;
      const timer = setTimeout(function () { if (stop) { stop.abort(); } }, patience);
      const mine = map.athar.shared = { url: url, answer: answer(url, stop) };
      mine.answer.finally(function () { clearTimeout(timer); })
        .catch(function () { if (map.athar.shared === mine) { map.athar.shared = null; } });
    }
    return map.athar.shared.answer.then(function (data) {
      const own = data.features.filter(function (each) { return each.properties.layer === name; });
      return Object.assign({ features: own }, data.layers[name]);
    });
  }

  return { map: create, answer: answer, together: together, make: make, fill: fill, remember: remember, tell: tell };
})());
