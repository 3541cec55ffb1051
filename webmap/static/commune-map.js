/* <commune-map route="KEY" lang="ar"><a href="…">…</a></commune-map>
   A walk (or, without route, the map of the commune) inside any page. It fits its container and is as high as its
   content. Where scripts are off, the link between its tags stays. Attributes: route, lang, theme (light, dark), layers,
   height (of the map, in pixels), start, partner, title. No inline style or script is made, so that a strict
   Content-Security-Policy of the page holds; it needs script-src and frame-src of this file's own origin. */
(function () {
  "use strict";
  const home = new URL(".", document.currentScript.src);
  const OPTIONS = { lang: "lang", theme: "theme", layers: "layers", height: "height", start: "start", partner: "e" };
  const LEAST = 120, MOST = 6000, UNTIL_TOLD = 512;

  class CommuneMap extends HTMLElement {
    static get observedAttributes() { return ["route", "title"].concat(Object.keys(OPTIONS)); }

    constructor() {
      super();
      this.frame = document.createElement("iframe");
      this.told = this.told.bind(this);
      const root = this.attachShadow({ mode: "open" });
      this.frame.loading = "lazy";
      this.frame.allow = "fullscreen";
      this.frame.style.cssText = "display:block;inline-size:100%;max-inline-size:100%;border:0;block-size:" + UNTIL_TOLD + "px";
      root.appendChild(this.frame);
    }

    connectedCallback() {
      this.style.display = this.style.display || "block";
      window.addEventListener("message", this.told);
      this.show();
      // While the page is still being read, the link between the tags is not there yet, and names the frame.
      if (document.readyState === "loading") { document.addEventListener("DOMContentLoaded", this.show.bind(this), { once: true }); }
    }

    disconnectedCallback() { window.removeEventListener("message", this.told); }

    attributeChangedCallback() { if (this.isConnected) { this.show(); } }

    show() {
      const route = this.getAttribute("route");
      const address = new URL(route ? "routes/" + encodeURIComponent(route) : "map", home);
      Object.keys(OPTIONS).forEach(function (name) {
        const value = this.getAttribute(name);
        if (value) { address.searchParams.set(OPTIONS[name], value); }
      }, this);
      const around = this.closest("[lang]");
      if (around && !address.searchParams.has("lang")) { address.searchParams.set("lang", around.lang.split("-")[0]); }
      // Screen readers name a frame by its title: given, else what the link says, in the page's own language.
      this.frame.title = this.getAttribute("title") || this.textContent.trim() || "Map";
      if (this.frame.src !== address.href) { this.frame.src = address.href; }
    }

    /* Only what this element's own frame says, from where it was loaded, and only a height. */
    told(event) {
      const said = event.data;
      if (event.source !== this.frame.contentWindow || event.origin !== home.origin) { return; }
      if (!said || said.type !== "commune-map:size" || !Number.isFinite(said.height)) { return; }
      this.frame.style.blockSize = Math.max(LEAST, Math.min(said.height, MOST)) + "px";
    }
  }

  if (!customElements.get("commune-map")) { customElements.define("commune-map", CommuneMap); }
})();
