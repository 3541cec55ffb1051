/* The nearest hotspot on air from where the reader is: worked out here, no position leaves the browser. */
(function () {
  "use strict";
  const root = document.querySelector("[data-nearest]"), words = JSON.parse(root.dataset.words);
  const button = root.querySelector("button[type=button]"), told = root.querySelector("[role=status]");
  const list = root.querySelector("[data-hotspots]"), WINDS = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
  const SVG = "http://www.w3.org/2000/svg", EARTH_M = 6371008.8, PLACED_M = 5;
  if (!navigator.geolocation) { return; }
  button.hidden = false;
  root.querySelector("[data-consent]").hidden = false;

  function radians(degrees) { return degrees * Math.PI / 180; }

  /* Metres and bearing on the sphere, for which a town is flat. */
  function apart(here, item) {
    const lat = Number(item.dataset.lat), lon = Number(item.dataset.lon);
    const east = radians(lon - here.longitude) * Math.cos(radians((lat + here.latitude) / 2)) * EARTH_M;
    const north = radians(lat - here.latitude) * EARTH_M;
    return { item: item, metres: Math.hypot(east, north), bearing: (Math.atan2(east, north) * 180 / Math.PI + 360) % 360 };
  }

  function distance(metres) {
    if (metres < 995) { return words.metres[Math.max(0, Math.round(metres / 10) - 1)]; }
    const number = (metres / 1000).toFixed(1);
    return words.kilometres.replace(/2(\D)6/, function (all, comma) { return number.replace(".", comma).replace(/\D0$/, ""); });
  }

  /* As the pages write it (portal/templates/_said.html); close by where the place is not known well enough. */
  function way(each, accuracy) {
    const box = document.createElement("span");
    box.className = "way";
    if (each.metres < accuracy + PLACED_M) { box.textContent = words.close; return box; }
    const wind = Math.round(each.bearing / 45) % 8, minutes = Math.ceil(each.metres / (words.speed * 1000 / 60));
    const arrow = document.createElementNS(SVG, "svg"), path = document.createElementNS(SVG, "path");
    arrow.setAttribute("class", "arrow arrow-" + WINDS[wind]);
    arrow.setAttribute("viewBox", "0 0 24 24");
    arrow.setAttribute("aria-hidden", "true");
    path.setAttribute("d", "M12 3l6 15-6-4-6 4z");
    arrow.appendChild(path);
    const line = document.createElement("span");
    box.append(arrow, line);
    [distance(each.metres), words.comma + words.compass[wind], minutes <= words.minutes.length && " · ", words.minutes[minutes - 1]]
      .filter(Boolean).forEach(function (text, index) {
        const part = document.createElement(index % 2 ? "span" : "bdi");
        part.textContent = text;
        line.appendChild(part);
      });
    return box;
  }

  function found(position) {
    const here = position.coords, accuracy = here.accuracy || 0;
    const all = Array.from(list.children, function (item) { return apart(here, item); })
      .sort(function (a, b) { return a.metres - b.metres; });
    all.forEach(function (each) {
      each.item.querySelector(".item-kind").replaceChildren(way(each, accuracy));
      list.appendChild(each.item);
    });
    const start = root.querySelector("[data-start]");
    if (start) { start.remove(); }
    const name = document.createElement("p"), parts = words.nearest.split("{name}");
    name.append(parts[0], all[0].item.querySelector(".item-name").cloneNode(true), parts[1] || "", " ", way(all[0], accuracy));
    const within = document.createElement("p");
    within.className = "small";
    within.textContent = words.within.replace("{metres}", distance(accuracy)) + (outside(here) ? " " + words.far : "");
    told.replaceChildren(name, within);
    button.disabled = false;
  }

  function outside(here) {
    const box = words.box;
    return here.longitude < box[0] || here.latitude < box[1] || here.longitude > box[2] || here.latitude > box[3];
  }

  button.addEventListener("click", function () {
    button.disabled = true;
    told.textContent = words.looking;
    navigator.geolocation.getCurrentPosition(found, function () {
      told.textContent = words.failed;
      button.disabled = false;
    }, { enableHighAccuracy: true, timeout: 15000, maximumAge: 30000 });
  });
})();
