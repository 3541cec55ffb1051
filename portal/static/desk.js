// The desk works without this. With it: an order's bar moves by itself, and a phone can fill in its position.
"use strict";

const bar = document.querySelector("[data-progress]");
if (bar) {
  const told = document.querySelector("[data-done]");
  const ask = async () => {
    try {
      const answer = await fetch(bar.dataset.progress, { cache: "no-store" });
      if (answer.ok) {
        const { state, done, total } = await answer.json();
        bar.value = done;
        told.textContent = `${done}/${total}`;
        if (state !== "waiting" && state !== "running") {
          location.reload();
          return;
        }
      }
    } catch {
      // The network is away: the next try may find it.
    }
    setTimeout(ask, 1000);
  };
  setTimeout(ask, 500);
}

for (const button of document.querySelectorAll("[data-locate]")) {
  if (!("geolocation" in navigator)) continue;
  button.hidden = false;
  button.addEventListener("click", () => {
    navigator.geolocation.getCurrentPosition(({ coords }) => {
      const form = button.closest("form");
      form.elements.lat.value = coords.latitude.toFixed(6);
      form.elements.lon.value = coords.longitude.toFixed(6);
      const told = form.querySelector("[data-located]");
      if (told) told.textContent = `${coords.latitude.toFixed(5)}, ${coords.longitude.toFixed(5)} (±${Math.round(coords.accuracy)} m)`;
    }, () => {}, { enableHighAccuracy: true, timeout: 15000 });
  });
}
