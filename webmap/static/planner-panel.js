/* The panel beside the map: parts that the server words anew, the form of the selected hotspot, what is said aloud. */
(function () {
  "use strict";
  const SPOKEN_AFTER_MS = 900;
  const SIZES = ["peek", "half", "full"];

  /* A part of the page as the server made it; its texts are escaped there, and nothing in it can run. */
  function read(html) {
    return document.adoptNode(new DOMParser().parseFromString(html, "text/html").body);
  }

  Athar.planPanel = function (plan) {
    const root = plan.root, labels = plan.labels, editor = root.querySelector("[data-editor]"), life = root.querySelector("[data-life]");
    const box = root.querySelector("[data-editor-box]"), spoken = root.querySelector("[data-spoken]"), form = editor || life;
    const slide = editor && editor.querySelector("[data-for]"), known = {};
    let timer = 0;

    root.querySelectorAll("[data-plain]").forEach(function (node) { node.hidden = true; });
    root.querySelectorAll("[data-remove], [data-close]").forEach(function (node) { node.hidden = false; });

    /* Parts take each other's place only where they differ; whoever is in one stays at the same thing. */
    function parts(given) {
      Object.keys(given || {}).forEach(function (name) {
        const place = root.querySelector('[data-part="' + name + '"]');
        if (!place || known[name] === given[name]) { return; }
        const first = known[name] === undefined;
        known[name] = given[name];
        // The page came with these.
        if (first && name !== "proposal") { return; }
        const open = Array.from(place.querySelectorAll("details[open]"), function (node) { return node.dataset.keep; });
        const active = place.contains(document.activeElement) && document.activeElement.closest("[data-hotspot]");
        place.replaceChildren.apply(place, Array.from(read(given[name]).childNodes));
        place.querySelectorAll("details").forEach(function (node) { node.open = open.indexOf(node.dataset.keep) >= 0; });
        if (active) {
          const again = place.querySelector('[data-hotspot="' + CSS.escape(active.dataset.hotspot) + '"]');
          if (again) { again.focus(); }
        }
      });
      here();
    }

    function here() {
      root.querySelectorAll("[data-hotspot]").forEach(function (node) {
        if (node.dataset.hotspot === plan.chosen) { node.setAttribute("aria-current", "true"); } else { node.removeAttribute("aria-current"); }
      });
    }

    function show() {
      parts(plan.state.parts);
      [["[data-undo] button", plan.state.undo], ["[data-redo] button", plan.state.redo]].forEach(function (each) {
        const button = root.querySelector(each[0]);
        if (button) { button.disabled = !each[1]; }
      });
      root.querySelectorAll("input[name=seen]").forEach(function (node) { node.value = plan.state.revision; });
      fill();
    }

    /* The form shows the selected hotspot; a field that is being typed in keeps what is typed. */
    function fill() {
      const hotspot = plan.find(plan.chosen);
      if (!form) { return; }
      box.hidden = !hotspot;
      if (!hotspot) { return; }
      form.querySelector("[data-editor-title]").textContent = hotspot.name;
      if (life) { steps(hotspot); return; }
      Object.keys(hotspot).forEach(function (name) {
        const field = editor.elements[name];
        if (name === "revision" || !field || field === document.activeElement && field.matches("input:not([type=range]), textarea")) { return; }
        field.value = hotspot[name] === null ? "" : name === "lat" || name === "lon" ? hotspot[name].toFixed(6) : hotspot[name];
      });
      slide.value = Math.round(hotspot.azimuth_deg);
      editor.querySelector("[data-turning]").hidden = (plan.settings.models[hotspot.model] || { beam: 360 }).beam >= 360;
    }

    function steps(hotspot) {
      const list = life.elements.status;
      life.querySelector("[data-life-now]").textContent = plan.settings.statuses[hotspot.status];
      list.replaceChildren.apply(list, plan.settings.next[hotspot.status].map(function (code) {
        const option = Athar.make("option", "", plan.settings.statuses[code]);
        option.value = code;
        return option;
      }));
    }

    /* Fields follow while the hotspot is dragged or turned on the map. */
    function follow(values) {
      if (!editor) { return; }
      if ("lat" in values) { editor.elements.lat.value = values.lat.toFixed(6); editor.elements.lon.value = values.lon.toFixed(6); }
      if ("azimuth_deg" in values) { editor.elements.azimuth_deg.value = values.azimuth_deg; slide.value = Math.round(values.azimuth_deg); }
    }

    function choose(from) {
      fill();
      mark("", "");
      here();
      if (from === "list" && form) {
        form.scrollIntoView({ block: "nearest", behavior: plan.map.athar.still ? "auto" : "smooth" });
        form.querySelector("input:not([type=hidden]), select").focus({ preventScroll: true });
      }
      if (from === "new") { plan.marks.focus(plan.chosen); }
      if (from && from !== "drag" && root.dataset.sheet !== "half") { size("half"); }
    }

    /* Which field was refused, and why. */
    function mark(field, message) {
      const told = form && form.querySelector("[data-editor-wrong]");
      if (!told) { return; }
      told.textContent = message || "";
      told.hidden = !message;
      Array.from(form.elements).forEach(function (each) {
        const bad = Boolean(message && field) && (each.name === field || field === "place" && (each.name === "lat" || each.name === "lon"));
        if (bad) { each.setAttribute("aria-invalid", "true"); } else { each.removeAttribute("aria-invalid"); }
      });
    }

    /* A field's value as the server takes it; undefined while it cannot be a number. */
    function value(field) {
      const name = field.name, plain = field.value.trim();
      if (["name", "model", "backhaul", "note"].indexOf(name) >= 0) { return field.value; }
      if (plain === "") { return /^(eirp|channel)/.test(name) ? null : undefined; }
      const number = Number(plain.replace(",", "."));
      return Number.isFinite(number) ? number : undefined;
    }

    function speak(text) {
      clearTimeout(timer);
      timer = setTimeout(function () { spoken.textContent = text; }, 50);
    }

    /* After a change has been kept: the headline's figures, once things have come to rest. */
    function figures() {
      clearTimeout(timer);
      timer = setTimeout(function () {
        spoken.textContent = Array.from(root.querySelectorAll("[data-part=headline] div"), function (each) {
          return each.querySelector("dt").textContent.trim() + ": " + each.querySelector("dd").textContent.trim();
        }).join(". ");
      }, SPOKEN_AFTER_MS);
    }

    /* The sheet on a phone: its grip goes from peek to half to full and back. */
    const grip = root.querySelector("[data-grip]");
    function size(name) {
      root.dataset.sheet = name;
      grip.setAttribute("aria-expanded", String(name !== "peek"));
      grip.firstElementChild.textContent = name === "full" ? labels.peek : labels.open;
      plan.map.invalidateSize({ pan: false });
    }
    grip.hidden = false;
    grip.addEventListener("click", function () { size(SIZES[(SIZES.indexOf(root.dataset.sheet) + 1) % SIZES.length]); });
    size("half");

    root.addEventListener("click", function (event) {
      const link = event.target.closest("a[data-hotspot]");
      if (!link || event.ctrlKey || event.metaKey) { return; }
      event.preventDefault();
      plan.choose(link.dataset.hotspot, "list");
    });

    if (form) {
      form.querySelector("[data-close]").addEventListener("click", function () {
        const key = plan.chosen;
        plan.choose(null);
        plan.marks.focus(key);
      });
    }
    if (editor) {
      editor.querySelector("[data-remove]").addEventListener("click", function () { plan.remove(plan.chosen); });
      editor.addEventListener("submit", function (event) { event.preventDefault(); });
      editor.addEventListener("input", function (event) {
        const field = event.target === slide ? editor.elements.azimuth_deg : event.target;
        if (event.target === slide) { field.value = slide.value; }
        if (field.name === "azimuth_deg") { slide.value = field.value; }
        const given = value(field), hotspot = plan.find(plan.chosen);
        if (given === undefined || !hotspot || field.name === "name" || field.name === "note") { return; }
        if (field.name === "azimuth_deg") { hotspot.azimuth_deg = given; plan.marks.show(); }
        plan.saving.attempt(plan.chosen, Object.fromEntries([[field.name, given]]));
      });
      editor.addEventListener("change", function (event) {
        const field = event.target === slide ? editor.elements.azimuth_deg : event.target, given = value(field);
        if (given === undefined) { fill(); return; }
        plan.change(plan.chosen, Object.fromEntries([[field.name, given]]));
      });
    }

    const weights = root.querySelector("[data-weights]");
    if (weights) {
      weights.addEventListener("input", function (event) {
        const told = event.target.parentNode.querySelector("output");
        if (told) { told.textContent = Number(event.target.value).toLocaleString(document.documentElement.lang); }
      });
      weights.addEventListener("change", function () {
        const body = { weights: {}, budget_mad: Number(weights.elements.budget_mad.value.replace(",", ".")) };
        weights.querySelectorAll("[name^=weight-]").forEach(function (each) { body.weights[each.name.slice(7)] = Number(each.value); });
        plan.saving.add({ url: weights.action, body: body });
      });
      weights.addEventListener("submit", function (event) { event.preventDefault(); });
    }

    /* Forms of one button, and comments: sent without leaving the map. */
    root.addEventListener("submit", function (event) {
      const sent = event.target, undo = sent.matches("[data-undo]");
      if (undo || sent.matches("[data-redo]")) { event.preventDefault(); plan.history(undo ? "undo" : "redo"); return; }
      if (!sent.matches("[data-act], [data-say], [data-life]")) { return; }
      event.preventDefault();
      const data = new FormData(sent, event.submitter), body = Object.fromEntries(data), url = sent.matches("[data-life]")
        ? plan.settings.urls.status.replace("KEY", plan.chosen) : sent.action;
      delete body.seen;
      plan.saving.add({ url: url, body: body, done: function () {
        if (url.indexOf("/adopt") > 0) { plan.ghosts([]); }
        if (sent.matches("[data-say]")) { sent.reset(); speak(sent.dataset.thanks || labels.saved); }
      } });
    });

    return { show: show, choose: choose, parts: parts, follow: follow, mark: mark, speak: speak, figures: figures };
  };
})();
