/* Has better sites looked for in the background, tells how far the search is, and shows what it found as ghosts on the
   map before anything of the plan is changed. */
(function () {
  "use strict";
  const make = Athar.make;
  const EVERY_MS = 1000, AFTER_AWAY_MS = 4000;

  Athar.planProposal = function (plan) {
    const root = plan.root, ask = root.querySelector("[data-ask]"), spoken = root.querySelector("[data-proposal-spoken]");
    const ghosts = L.layerGroup().addTo(plan.map);
    let timer = 0, state = "";

    function show(answer) {
      plan.panel.parts(answer.parts);
      plain();
      draw(answer.sites);
      clearTimeout(timer);
      if (answer.open) { timer = setTimeout(look, EVERY_MS, answer.url); }
      const chip = root.querySelector("[data-part=proposal] .chip"), now = chip ? chip.textContent : "";
      if (now !== state) { spoken.textContent = state = now; }
    }

    function plain() { root.querySelectorAll("[data-part=proposal] [data-plain]").forEach(function (node) { node.hidden = true; }); }

    function draw(sites) {
      ghosts.clearLayers();
      sites.forEach(function (site, index) {
        const sign = make("span", "hotspot-sign");
        sign.appendChild(make("span", "hotspot-number", String(index + 1)));
        L.marker([site.lat, site.lon], {
          icon: new Athar.Sign({
            className: "hotspot proposed", html: sign, iconSize: [34, 34], role: "img", label: plan.labels.proposed + ": " + site.name
          }), title: site.name, pane: "proposed", interactive: false, keyboard: false
        }).addTo(ghosts);
      });
    }

    function look(url) {
      fetch(url, { cache: "no-store" }).then(function (came) {
        if (!came.ok) { throw new Error(String(came.status)); }
        return came.json();
      }).then(show).catch(function () { timer = setTimeout(look, AFTER_AWAY_MS, url); });
    }

    function send(url) {
      Athar.post(url, {}).then(function (answer) {
        if (answer.ok) { show(answer.data); } else { plan.saving.complain(answer.data.message || plan.labels.broken); }
      }, function () { plan.saving.complain(plan.labels.unsaved, plan.labels.retry, function () { send(url); }); });
    }

    root.addEventListener("submit", function (event) {
      if (event.target !== ask && !event.target.matches("[data-stop]")) { return; }
      event.preventDefault();
      send(event.target.action);
    });
    const filter = root.querySelector("[data-filter]");
    if (filter) {
      filter.hidden = false;
      filter.querySelector("input").addEventListener("input", function (event) {
        const wanted = event.target.value.trim().toLocaleLowerCase();
        filter.parentNode.querySelectorAll(".duty-check").forEach(function (line) {
          line.hidden = line.textContent.toLocaleLowerCase().indexOf(wanted) < 0;
        });
      });
      filter.addEventListener("keydown", function (event) { if (event.key === "Enter") { event.preventDefault(); } });
    }
    plan.ghosts = draw;
    draw(plan.settings.proposed);
    plain();
    const open = root.querySelector("[data-part=proposal] [data-open]");
    if (open) { look(open.dataset.open); }
  };
})();
