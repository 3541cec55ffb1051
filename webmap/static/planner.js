/* The planner's screen: one plan on the map. Here is the plan as this screen knows it, and what can be done to it;
   planner-saving.js brings it to the server, planner-marks.js draws it, planner-panel.js tells it in words and numbers,
   planner-proposal.js has better sites looked for. Texts from data are only ever set as text. */
(function () {
  "use strict";
  const FAR_PX = 3;
  // Before the map is made: it takes the room that it finds.
  document.querySelector("[data-planner]").classList.add("plan-live");

  function whole(number) { return Math.round(number * 1e6) / 1e6; }

  /* `settings`: the state, the labels, addresses, models and limits, as webmap/planner/showing.py gives them. */
  Athar.plan = function (map, settings) {
    const root = document.querySelector("[data-planner]");
    const plan = {
      map: map, settings: settings, labels: settings.labels, root: root, state: settings.state, chosen: null, placing: false,
      find: find, index: index, take: take, choose: choose, place: place, change: change, remove: remove, history: history,
      say: say, begin: begin
    };
    const tools = root.querySelector("[data-tools]");
    const placer = root.querySelector("[data-place]"), centre = root.querySelector("[data-place-centre]");

    function find(key) { return plan.state.hotspots.find(function (each) { return each.key === key; }); }

    function index(key) { return plan.state.hotspots.findIndex(function (each) { return each.key === key; }); }

    /* Whatever the server says is so from now on. */
    function take(state) {
      // Another status has other forms.
      if (state.editable !== plan.state.editable || state.status !== plan.state.status) { plan.calm = true; location.reload(); return; }
      plan.state = state;
      if (plan.chosen && !find(plan.chosen)) { plan.chosen = null; }
      plan.marks.show();
      plan.panel.show();
    }

    function choose(key, from) {
      plan.chosen = key;
      plan.marks.choose();
      plan.panel.choose(from);
    }

    /* Something that happened, for those who do not see it. */
    function say(text) { plan.panel.speak(text); }

    function begin(on) {
      plan.placing = on;
      placer.setAttribute("aria-pressed", String(on));
      map.getContainer().classList.toggle("plan-placing", on);
      map.athar.say(on ? plan.labels.placing : "");
    }

    /* A new hotspot, like the one that was set last. */
    function place(at, values) {
      const like = find(plan.chosen) || plan.state.hotspots[plan.state.hotspots.length - 1];
      const given = Object.assign({
        name: Athar.fill(plan.labels.newName, plan.state.hotspots.length + 1), lon: whole(at.lng), lat: whole(at.lat),
        height_m: like ? like.height_m : settings.height, model: like ? like.model : settings.model, azimuth_deg: 0
      }, values);
      plan.saving.add({ url: settings.urls.place, values: given, done: function (answer) {
        choose(answer.hotspot, "new");
        say(plan.labels.placed);
      } });
    }

    /* Change values of a hotspot: here at once, at the server when it has answered. */
    function change(key, values) {
      const hotspot = find(key);
      if (!hotspot) { return; }
      Object.assign(hotspot, values);
      plan.marks.show();
      plan.saving.add({ url: settings.urls.hotspot.replace("KEY", key), key: key, values: values });
    }

    function remove(key) {
      const next = plan.state.hotspots[index(key) + 1] || plan.state.hotspots[index(key) - 1];
      plan.saving.add({ url: settings.urls.remove.replace("KEY", key), key: key, gone: true, done: function () {
        choose(null);
        if (next) { plan.marks.focus(next.key); } else { placer.focus(); }
        say(plan.labels.removed);
      } });
    }

    function history(what) {
      plan.saving.add({ url: settings.urls[what], done: function (answer) {
        if (answer.hotspot && find(answer.hotspot)) { choose(answer.hotspot, "history"); }
        say(what === "undo" ? plan.labels.undone : plan.labels.redone);
      } });
    }

    plan.saving = Athar.planSaving(plan);
    plan.marks = Athar.planMarks(plan);
    plan.panel = Athar.planPanel(plan);
    Athar.planProposal(plan);

    if (tools) {
      tools.hidden = false;
      placer.addEventListener("click", function () { begin(!plan.placing); });
      centre.addEventListener("click", function () { place(map.getCenter()); });
      map.on("click", function (event) {
        if (!plan.placing) { return; }
        begin(false);
        place(event.latlng);
      });
      document.addEventListener("keydown", function (event) {
        if (event.key === "Escape" && plan.placing) { begin(false); placer.focus(); }
        const typing = event.target.closest && event.target.closest("input:not([type=range]), textarea, select");
        if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === "z" && !typing) {
          event.preventDefault();
          history(event.shiftKey ? "redo" : "undo");
        }
      });
    }
    plan.marks.show();
    plan.panel.show();
    map.fitBounds(map.athar.settings.bounds, { animate: false });
    if (plan.state.hotspots.length > 1) {
      const box = L.latLngBounds(plan.state.hotspots.map(function (each) { return [each.lat, each.lon]; }));
      if (map.project(box.getNorthEast()).distanceTo(map.project(box.getSouthWest())) > FAR_PX) {
        map.fitBounds(box.pad(0.35), { animate: false, maxZoom: 17 });
      }
    }
    // On a phone the screen is the plan's; the site's header is above it.
    if (window.matchMedia("(max-width: 59.99rem)").matches && !location.hash) { root.scrollIntoView(); }
    return plan;
  };
})();
