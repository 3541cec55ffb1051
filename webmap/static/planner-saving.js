/* Brings what a planner does to the server, one change after the other, and tells what came of it: kept, refused, in
   conflict with somebody else's change, or not sent because the network is away. Nothing is lost on the way. */
(function () {
  "use strict";
  const make = Athar.make;
  const PATIENCE_MS = 20000;
  const LOOK_EVERY_MS = 15000;

  /* POST as JSON; the answer as {ok, status, data}. Rejects only when nobody answered. */
  Athar.post = function (url, body, stop) {
    const own = stop || new AbortController();
    const timer = setTimeout(function () { own.abort(); }, PATIENCE_MS);
    return fetch(url, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: own.signal
    }).then(function (came) {
      return came.json().catch(function () { return {}; }).then(function (data) {
        return { ok: came.ok, status: came.status, data: data };
      });
    }).finally(function () { clearTimeout(timer); });
  };

  Athar.planSaving = function (plan) {
    const labels = plan.labels, settings = plan.settings, waiting = [];
    const saved = plan.root.querySelector("[data-saved]"), wrong = plan.root.querySelector("[data-wrong]");
    let busy = false, trying = null, next = null;

    function tell(text) { if (saved) { saved.textContent = text; } }

    /* A message that stays until the next change, with a button for what can be done. */
    function complain(text, label, act) {
      wrong.textContent = "";
      wrong.hidden = !text;
      if (!text) { return; }
      wrong.appendChild(make("p", "", text));
      if (!act) { return; }
      const button = make("button", "quiet", label);
      button.type = "button";
      button.addEventListener("click", function () { complain(""); act(); });
      wrong.appendChild(button);
    }

    /* `change`: url, key of the hotspot, values; done(answer) once it is kept. */
    function add(change) {
      const last = waiting[waiting.length - 1];
      if (next) { next = null; }
      if (trying) { trying.abort(); }
      if (last && !last.sent && change.key && last.key === change.key && last.url === change.url && !change.gone) {
        Object.assign(last.values, change.values);
      } else {
        waiting.push(Object.assign({ seen: plan.state.revision, sent: false }, change));
      }
      run();
    }

    function run() {
      if (busy || !waiting.length) { return; }
      const change = waiting[0];
      busy = change.sent = true;
      tell(labels.saving);
      Athar.post(change.url, Object.assign({ seen: change.seen, values: change.values }, change.body)).then(function (answer) {
        busy = false;
        if (answer.status >= 500) { return away(change); }
        waiting.shift();
        if (answer.ok) { kept(change, answer.data); } else { refused(change, answer); }
        run();
      }, function () { busy = false; away(change); });
    }

    function kept(change, data) {
      complain("");
      // Until here nobody else changed this hotspot: the server looked.
      waiting.forEach(function (each) { if (each.key === change.key) { each.seen = data.revision; } });
      if (!waiting.length) {
        tell(labels.saved);
        plan.take(data);
        if (change.done) { change.done(data); }
        plan.panel.figures();
      }
    }

    function refused(change, answer) {
      const data = answer.data;
      // What followed on the refused change makes no sense without it.
      for (let n = waiting.length - 1; n >= 0; n -= 1) { if (waiting[n].key === change.key) { waiting.splice(n, 1); } }
      tell("");
      if (answer.status === 409 && data.state) {
        plan.take(data.state);
        const mine = plan.find(change.key) && change.values;
        complain(data.message + " " + labels.newer, labels.again, mine && function () { plan.change(change.key, change.values); });
        return;
      }
      complain(data.message || labels.broken);
      plan.panel.mark(data.field, data.message);
      renew(true);
    }

    function away(change) {
      change.sent = false;
      tell("");
      complain(labels.unsaved, labels.retry, run);
    }

    /* The plan as it is at the server now; unless `always`, only if it changed. */
    function renew(always) {
      const seen = always ? "" : "?seen=" + plan.state.revision;
      return fetch(settings.urls.state + seen, { cache: "no-store" }).then(function (came) {
        if (came.status !== 200) { return; }
        return came.json().then(function (state) {
          const own = waiting.length || trying || plan.marks.held();
          if (own) { return; }
          if (!always && state.revision > plan.state.revision) { plan.say(labels.newer); }
          plan.take(state);
        });
      }).catch(function () { /* The next look may find it. */ });
    }

    /* Numbers of a move that is not kept: one question at a time, always the newest. */
    function attempt(key, values) {
      next = { key: key, values: values };
      if (!trying) { ask(); }
    }

    function ask() {
      const asked = next, stop = new AbortController();
      next = null;
      trying = stop;
      Athar.post(settings.urls.attempt.replace("KEY", asked.key), { values: asked.values }, stop).then(function (answer) {
        if (stop.signal.aborted) { return; }
        if (answer.ok) { plan.panel.parts(answer.data.parts); plan.marks.pictures(answer.data.pictures); }
        plan.panel.mark(answer.data.field, answer.ok ? "" : answer.data.message);
      }, function () { /* Let go, or no network: what is kept will tell. */ }).finally(function () {
        if (trying === stop) { trying = null; }
        if (next && !trying) { ask(); }
      });
    }

    window.addEventListener("online", run);
    window.addEventListener("beforeunload", function (event) {
      if (waiting.length && !plan.calm) { event.preventDefault(); }
    });
    setInterval(function () {
      if (document.visibilityState === "visible" && !busy && !waiting.length) { renew(false); }
    }, LOOK_EVERY_MS);
    return { add: add, attempt: attempt, complain: complain, renew: renew, waiting: waiting };
  };
})();
