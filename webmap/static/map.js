/* The map itself: frame, controls, messages, and what the address remembers. Layers are in map-layers.js.
   Texts that come from data are only ever set as text (textContent), never as HTML. */
var Athar = (function () {
  "use strict";
  var still = window.matchMedia("(prefers-reduced-motion: reduce)").matches;

  /* An element with a class and text. */
  function make(tag, className, text) {
    var node = document.createElement(tag);
    if (className) { node.className = className; }
    if (text) { node.textContent = text; }
    return node;
  }

  function fill(pattern, number) { return pattern.replace("%d", String(number)); }

  /* A button on the map, large enough for a thumb. */
  function button(map, position, className, label, act) {
    var control = L.control({ position: position });
    control.onAdd = function () {
      var box = make("div", "leaflet-bar");
      var node = make("button", "map-button " + className);
      node.type = "button";
      node.title = label;
      node.setAttribute("aria-label", label);
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(node, "click", function () { act(node); });
      box.appendChild(node);
      return box;
    };
    return control.addTo(map);
  }

  /* What the part of the address behind # asks for: at=lat,lon,zoom, layers=a,b, or the key of a monument. */
  function asked() {
    var state = {};
    decodeURIComponent(location.hash.slice(1)).split("&").forEach(function (part) {
      var cut = part.indexOf("=");
      if (cut < 0) {
        if (part) { state.key = part; }
      } else {
        state[part.slice(0, cut)] = part.slice(cut + 1);
      }
    });
    if (state.at) {
      var at = state.at.split(",").map(Number);
      state.at = at.length >= 2 && at.every(isFinite) ? at : null;
    }
    if (state.layers !== undefined) { state.layers = state.layers.split(",").filter(Boolean); }
    return state;
  }

  function create(settings) {
    var element = document.getElementById(settings.element);
    var frame = document.querySelector('[data-map-frame="' + settings.element + '"]');
    var start = settings.rtl ? "topright" : "topleft";
    var end = settings.rtl ? "topleft" : "topright";
    var labels = settings.labels;
    var map = L.map(element, {
      zoomControl: false, attributionControl: false, maxBounds: settings.limits, maxBoundsViscosity: 0.8, minZoom: 10,
      maxZoom: 19, zoomSnap: 0.25, zoomDelta: 1, zoomAnimation: !still, fadeAnimation: !still,
      markerZoomAnimation: !still, worldCopyJump: false
    });
    map.athar = { settings: settings, frame: frame, labels: labels, asked: asked(), layers: {}, say: say, still: still };

    function say(text, retry) {
      var message = frame.querySelector(".map-message");
      message.textContent = text || "";
      message.hidden = !text;
      if (retry) {
        var again = make("button", "map-retry", labels.retry);
        again.type = "button";
        again.addEventListener("click", function () { say(""); retry(); });
        message.appendChild(again);
      }
    }

    L.control.zoom({
      position: start, zoomInTitle: labels.zoomIn, zoomOutTitle: labels.zoomOut
    }).addTo(map);
    button(map, start, "map-home", labels.home, function () { map.fitBounds(settings.bounds); });
    button(map, end, "map-locate", labels.locate, function () { locate(map); });
    if (document.fullscreenEnabled) {
      button(map, end, "map-full", labels.full, function () {
        if (document.fullscreenElement) { document.exitFullscreen(); } else { frame.requestFullscreen(); }
      });
    }
    L.control.scale({ imperial: false, position: settings.rtl ? "bottomright" : "bottomleft" }).addTo(map);
    L.control.attribution({ position: settings.rtl ? "bottomleft" : "bottomright", prefix: "Leaflet" })
      .addAttribution(escapeText(settings.credit)).addTo(map);

    // Panes in drawing order; points stay above every area and line.
    ["boundary", "risk_zones", "walls", "routes", "quarters"].forEach(function (name, index) {
      map.createPane(name).classList.add("pane-" + name);
      map.getPane(name).style.zIndex = 401 + index;
    });
    var at = map.athar.asked.at;
    if (at) { map.setView([at[0], at[1]], at[2] || 16); } else { map.fitBounds(settings.bounds); }
    shade(map);
    map.on("zoomend", function () { shade(map); });
    map.on("moveend", function () { remember(map); });
    map.on("popupopen", function (event) { opened(map, event.popup); });
    map.on("popupclose", function (event) { closed(map, event.popup); });
    element.addEventListener("keydown", function (event) {
      if (event.key === "Escape") { map.closePopup(); }
    });
    window.addEventListener("hashchange", function () {
      var wish = asked();
      if (wish.key) { map.athar.asked.key = wish.key; map.fire("athar:seek"); }
      if (wish.at) { map.setView([wish.at[0], wish.at[1]], wish.at[2] || 16); element.focus(); }
    });
    return map;
  }

  /* Attribution is the one place where Leaflet takes HTML. */
  function escapeText(text) {
    var box = document.createElement("i"), node = document.createElement("bdi");
    node.textContent = text;
    box.appendChild(node);
    return box.innerHTML;
  }

  /* Style sheets show names of quarters only when there is room. */
  function shade(map) {
    var zoom = map.getZoom();
    map.getContainer().classList.toggle("zoom-far", zoom < 13.5);
    map.getContainer().classList.toggle("zoom-near", zoom >= 16);
  }

  function remember(map) {
    if (!map.athar.ready) { return; }
    var centre = map.getCenter();
    var shown = Object.keys(map.athar.layers).filter(function (name) { return map.athar.layers[name].shown; });
    var hash = "#at=" + centre.lat.toFixed(5) + "," + centre.lng.toFixed(5) + "," + map.getZoom() +
      "&layers=" + shown.join(",");
    history.replaceState(null, "", hash);
  }

  /* An opened card: show how exact its place is; a keyboard's reader is taken into it. */
  function opened(map, popup) {
    var source = popup._source;
    var properties = source && source.feature && source.feature.properties;
    if (properties && properties.error_m > 15) {
      map.athar.error = L.circle(source.getLatLng ? source.getLatLng() : popup.getLatLng(), {
        radius: properties.error_m, className: "m-error", interactive: false
      }).addTo(map);
    }
    var close = popup._closeButton;
    if (close) {
      close.setAttribute("aria-label", map.athar.labels.close);
      close.title = map.athar.labels.close;
    }
    if (map.getContainer().contains(document.activeElement) && document.activeElement !== map.getContainer()) {
      var first = popup.getElement().querySelector("a[href]:not(.leaflet-popup-close-button)");
      if (first) { first.focus({ preventScroll: true }); }
    }
  }

  function closed(map, popup) {
    if (map.athar.error) { map.athar.error.remove(); map.athar.error = null; }
    var icon = popup._source && popup._source._icon;
    if (icon && popup.getElement().contains(document.activeElement)) { icon.focus({ preventScroll: true }); }
  }

  function locate(map) {
    var labels = map.athar.labels;
    map.off("locationfound locationerror");
    map.once("locationfound", function (event) {
      if (!L.latLngBounds(map.athar.settings.limits).contains(event.latlng)) {
        map.athar.say(labels.farAway);
        return;
      }
      map.athar.say("");
      if (map.athar.here) { map.athar.here.remove(); }
      map.athar.here = L.layerGroup([
        L.circle(event.latlng, { radius: event.accuracy, className: "m-here-area", interactive: false }),
        L.marker(event.latlng, {
          icon: L.divIcon({ className: "pin-here", iconSize: [20, 20] }), title: labels.here, alt: labels.here,
          keyboard: false
        })
      ]).addTo(map);
      map.setView(event.latlng, Math.max(map.getZoom(), 16));
    });
    map.once("locationerror", function () { map.athar.say(labels.noPlace); });
    map.locate({ enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  }

  return { map: create, make: make, fill: fill, remember: remember };
})();
