/* Forms of the desk of things. They work without this. With it: what is typed and not saved is kept on this device,
   through a lost connection, a closed tab, a reload; it is offered again, and sent by itself once there is a network. */
(function () {
  "use strict";
  const PREFIX = "athar-desk:", WAIT_MS = 400, PATIENCE_MS = 20000;

  function get(key) {
    try { return JSON.parse(localStorage.getItem(PREFIX + key)); } catch (error) { return null; }
  }
  function put(key, what) {
    try { localStorage.setItem(PREFIX + key, JSON.stringify(what)); } catch (error) { /* Full, or forbidden: the form still stands. */ }
  }
  function drop(key) {
    try { localStorage.removeItem(PREFIX + key); } catch (error) { /* Forbidden. */ }
  }

  function values(form) {
    return Array.from(new FormData(form)).filter(function (pair) { return typeof pair[1] === "string"; });
  }

  function make(tag, className, text) {
    const node = document.createElement(tag);
    node.className = className || "";
    node.textContent = text || "";
    return node;
  }

  function button(text, act, quiet) {
    const node = make("button", quiet ? "quiet" : "", text);
    node.type = "button";
    node.addEventListener("click", act);
    return node;
  }

  /* Put values back into the form's controls; names that come several times are taken in turn. */
  function fill(form, pairs) {
    const left = {};
    pairs.forEach(function (pair) { (left[pair[0]] = left[pair[0]] || []).push(pair[1]); });
    Array.from(form.elements).forEach(function (one) {
      if (!one.name || one.name === "do") { return; }
      const there = left[one.name];
      if (one.type === "checkbox") { one.checked = Boolean(there); }
      else if (one.type === "radio") { one.checked = Boolean(there) && there[0] === one.value; }
      else if (there && there.length) { one.value = there.shift(); }
    });
    form.dispatchEvent(new CustomEvent("athar:filled"));
  }

  function start(form) {
    const key = form.dataset.kept, say = form.dataset, told = form.querySelector("[data-told]");
    const began = JSON.stringify(values(form));
    let timer = 0, sending = false, leaving = false, waits = false;
    if (!told) { return; }

    function tell(text, bad) {
      told.textContent = text;
      told.classList.toggle("field-wrong", Boolean(bad));
    }

    function keep() {
      clearTimeout(timer);
      timer = 0;
      const now = values(form);
      if (JSON.stringify(now) === began && !("dirty" in say)) { drop(key); if ("held" in say) { delete say.held; tell(""); } return; }
      put(key, { values: now, at: Date.now() });
      if (!("held" in say)) {
        say.held = "";
        tell(say.sayUnsaved);
        document.querySelectorAll("p.done").forEach(function (node) { node.hidden = true; });
      }
    }

    function later() { clearTimeout(timer); timer = setTimeout(keep, WAIT_MS); }
    form.addEventListener("input", later);
    form.addEventListener("change", later);
    window.addEventListener("pagehide", function () { if (!leaving && timer) { keep(); } });

    /* What was found on this device from another time. */
    function offer(kept) {
      const box = make("div", "found"), base = new Map(kept.values).get("base");
      box.setAttribute("role", "region");
      box.setAttribute("aria-label", say.sayFound);
      box.appendChild(make("p", "", say.sayFound));
      if (base !== form.elements.base.value) { box.appendChild(make("p", "", say.sayOld)); }
      box.appendChild(button(say.sayTake, function () {
        // With the version that they began from: the server then puts both changes together.
        fill(form, kept.values);
        box.remove();
        later();
        form.querySelector("input:not([type=hidden]), textarea, select").focus();
      }));
      box.appendChild(button(say.sayDrop, function () { drop(key); box.remove(); told.focus(); }, true));
      form.before(box);
    }

    function mark(problems) {
      form.querySelectorAll("[data-by-script]").forEach(function (node) { node.remove(); });
      form.querySelectorAll("[aria-invalid]").forEach(function (node) { node.removeAttribute("aria-invalid"); node.removeAttribute("aria-describedby"); });
      let first = null;
      (problems || []).forEach(function (one, n) {
        const near = document.getElementById("f-" + one.field.replace(/\./g, "-"));
        const text = make("span", "field-wrong", near ? one.message : (one.label ? one.label + ": " : "") + one.message);
        text.id = "said-" + n;
        text.dataset.byScript = "";
        if (one.lang) { text.lang = one.lang; text.dir = one.lang === "ar" ? "rtl" : "ltr"; }
        if (near && near.matches("fieldset")) { near.querySelector("legend").after(text); }
        else if (near) {
          near.setAttribute("aria-invalid", "true");
          near.setAttribute("aria-describedby", text.id);
          near.closest("p").appendChild(text);
          const folded = near.closest("details");
          if (folded) { folded.open = true; }
        } else { told.before(text); }
        first = first || (near && near.matches("fieldset") ? near.querySelector("input:not([type=hidden])") : near);
      });
      if (first) { first.focus(); }
    }

    function send() {
      if (sending) { return; }
      keep();
      sending = true;
      waits = false;
      tell(say.saySaving);
      const stop = new AbortController(), patience = setTimeout(function () { stop.abort(); }, PATIENCE_MS);
      fetch(form.action || location.href, {
        method: "POST", headers: { Accept: "application/json" }, body: new URLSearchParams(values(form)), signal: stop.signal
      }).then(function (came) {
        if (came.status >= 500) { throw new Error(String(came.status)); }
        return came.json().then(function (data) { answered(came, data); });
      }).catch(function () {
        waits = true;
        put(key, { values: values(form), at: Date.now() });
        tell(say.sayKept, true);
      }).finally(function () { clearTimeout(patience); sending = false; });
    }

    function answered(came, data) {
      if (came.ok) {
        leaving = true;
        drop(key);
        location.assign(data.next);
      } else if (came.status === 409 && data.version) {
        // The server shows both changes; this form stays kept until they are saved.
        form.submit();
      } else {
        tell(data.message || say.sayWrong, true);
        mark(data.problems);
      }
    }

    form.addEventListener("submit", function (event) {
      keep();
      if (event.submitter && event.submitter.name === "do") { return; }
      event.preventDefault();
      send();
    });
    /* What is asked of the saved version would leave out what stands here. */
    document.querySelectorAll("[data-of-saved] form").forEach(function (act) {
      act.addEventListener("submit", function (event) {
        keep();
        if (!("held" in say)) { return; }
        event.preventDefault();
        tell(say.sayFirst, true);
        form.querySelector(".save-bar button").focus();
      });
    });
    window.addEventListener("online", function () { if (waits) { send(); } });

    const kept = get(key);
    if ("dirty" in say) { keep(); }
    else if (kept && JSON.stringify(kept.values) !== began) { offer(kept); }
    else { drop(key); }
  }

  document.querySelectorAll("[data-ground-form]").forEach(start);
  // A merge view that is sent holds everything that was kept.
  document.querySelectorAll("[data-merge]").forEach(function (form) {
    form.addEventListener("submit", function () { drop(form.dataset.merge); });
  });
})();
