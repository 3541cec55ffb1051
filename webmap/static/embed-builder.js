/* Makes the builder live: a change shows at once, and code can be copied by a button. All of it works without. */
(function () {
  "use strict";
  const form = document.querySelector("[data-builder]"), done = document.querySelector(".copied");
  let turn = 0, timer = 0;

  function buttons() {
    document.querySelectorAll("[data-copy]").forEach(function (button) {
      button.hidden = !(navigator.clipboard && navigator.clipboard.writeText);
    });
  }

  document.addEventListener("click", function (event) {
    const button = event.target.closest("[data-copy]");
    if (!button) { return; }
    const code = document.getElementById(button.dataset.copy);
    done.textContent = "";
    navigator.clipboard.writeText(code.value).then(function () { done.textContent = done.dataset.done; },
      function () { code.focus(); code.select(); });
  });
  document.addEventListener("focusin", function (event) { if (event.target.matches("textarea[readonly]")) { event.target.select(); } });

  function address() { return form.action + "?" + new URLSearchParams(new FormData(form)).toString(); }

  /* The server builds the page for the new choice; the parts that differ take the place of the old ones. */
  function renew(what) {
    const mine = ++turn, url = address();
    fetch(url).then(function (answer) {
      if (!answer.ok) { throw new Error(String(answer.status)); }
      return answer.text();
    }).then(function (html) {
      if (mine !== turn) { return; }
      // Styles of the new page have another nonce, and nothing here needs them.
      const page = new DOMParser().parseFromString(html.replace(/<style[^>]*>[^<]*<\/style>/g, ""), "text/html");
      document.querySelectorAll(".code-box textarea").forEach(function (box) { box.value = page.getElementById(box.id).value; });
      document.querySelector(".builder-preview").replaceWith(page.querySelector(".builder-preview"));
      if (what === "route") {
        // Another walk has other stops and layers.
        ["fieldset", ".field:has(#start)"].forEach(function (each) {
          form.querySelector(each).replaceWith(page.querySelector(".builder-form").querySelector(each));
        });
      }
      history.replaceState(null, "", url);
    }).catch(function () { form.requestSubmit(); });
  }

  form.addEventListener("change", function (event) {
    const what = event.target.name;
    if (what === "route") { form.querySelectorAll("[name=start],[name=layer]").forEach(function (each) { each.disabled = true; }); }
    clearTimeout(timer);
    if (form.checkValidity()) { timer = setTimeout(renew, 150, what); }
  });
  buttons();
})();
