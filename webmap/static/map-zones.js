/* Risk zones and records of the past: how they are drawn, and what stands in them. */
Object.assign(window.Athar, (function () {
  "use strict";

  function shape(className, more) {
    return Object.assign({ className: className, pane: "risk_zones", interactive: true }, more);
  }

  function is(feature, type) { return feature.geometry.type.indexOf(type) >= 0; }

  /* Records are hatched, bands of the highest value on top. Above them zones: a whole line where an office says so, a
     dashed one where nobody official does, faint where they do not hold today. */
  function zones(map, features) {
    return features.sort(function (a, b) {
      return b.properties.record - a.properties.record || a.properties.value - b.properties.value;
    }).map(function (each) {
      const zone = each.properties;
      const how = zone.record ? "" : " m-zone m-zone-" + (zone.official ? "official" : "unofficial") + " m-zone-" + zone.state +
        " m-level-" + (zone.level || "unknown") + (is(each, "Line") ? " m-zone-line" : "");
      const more = zone.record ? { fillColor: "url(#map-hatch)" } : {};
      return L.geoJSON(each, shape("m-risk_zones" + how, more))
        .bindPopup(function () { return Athar.card(map, "risk_zones", zone); });
    });
  }

  /* The words of a zone that is a line stand at its middle. */
  function beside(map, feature) {
    const lines = feature.geometry.coordinates, line = typeof lines[0][0] === "number" ? lines : lines[0];
    const at = line[Math.floor(line.length / 2)];
    return Athar.words("quarters", L.latLng(at[1], at[0]), { name: written(map, feature.properties) }, "risk_zones", "zone-value");
  }

  /* What stands in a zone: a record's value; else its level, and that it is not official. */
  function written(map, zone) {
    const labels = map.athar.labels;
    if (zone.record) { return [zone.unit, zone.value].filter(Boolean).join(" "); }
    return [labels["level_" + zone.level], !zone.official && labels.unofficial].filter(Boolean).join(" · ");
  }

  /* Whether a point lies in an area; holes and parts alike count by crossings. */
  function holds(part, at) {
    if (typeof part[0][0] !== "number") {
      return part.reduce(function (within, each) { return within !== holds(each, at); }, false);
    }
    let within = false;
    for (let index = 1; index < part.length; index += 1) {
      const a = part[index - 1], b = part[index];
      if ((a[1] > at.lat) !== (b[1] > at.lat) && at.lng < (b[0] - a[0]) * (at.lat - a[1]) / (b[1] - a[1]) + a[0]) {
        within = !within;
      }
    }
    return within;
  }

  /* Each zone's value stands in it, as near to the middle of what is shown as signs leave room. */
  function values(map, entry) {
    entry.values.forEach(function (each) { entry.group.removeLayer(each); });
    const size = map.getSize(), frame = map.getContainer().getBoundingClientRect();
    const taken = Athar.signs(map.getContainer()), places = [];
    for (let x = 50; x < size.x - 40; x += 34) {
      for (let y = 30; y < size.y - 30; y += 26) {
        places.push({ x: x, y: y, far: Math.hypot(x - size.x / 2, y - size.y / 2),
          across: [-32, 0, 32].map(function (more) { return map.containerPointToLatLng([x + more, y]); }) });
      }
    }
    places.sort(function (a, b) { return a.far - b.far; });
    entry.values = entry.features.filter(function (each) {
      return written(map, each.properties);
    }).map(function (each) {
      if (is(each, "Line")) { return beside(map, each); }
      const place = places.find(function (here) {
        const x = frame.left + here.x, y = frame.top + here.y;
        const box = { left: x - 34, right: x + 34, top: y - 11, bottom: y + 11 };
        if (!here.across.every(function (at) { return holds(each.geometry.coordinates, at); }) ||
            !Athar.apart(box, taken)) { return false; }
        taken.push(box);
        return true;
      });
      const text = written(map, each.properties);
      return place && Athar.words("quarters", place.across[1], { name: text }, "risk_zones", "zone-value");
    }).filter(Boolean);
    entry.values.forEach(function (each) { entry.group.addLayer(each); });
  }

  return { zones: zones, values: values, holds: holds };
})());
