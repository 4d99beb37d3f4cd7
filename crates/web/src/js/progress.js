// The demo's first page: how far the town has moved in. Without this file the
// page shows how far it was when it was opened.
(() => {
  "use strict";
  const town = document.querySelector("[data-progress]");
  if (!town) return;
  const bar = town.querySelector("progress");
  const says = town.querySelector("[data-says]");
  const fill = (template, values) => values.reduce((text, value) => text.replace("{}", value), template);
  const figure = (number) => number.toLocaleString("en-US");

  async function look() {
    try {
      const answer = await fetch(town.dataset.progress, { cache: "no-store" });
      if (answer.ok) {
        const { loaded, total } = await answer.json();
        bar.max = Math.max(1, total);
        bar.value = loaded;
        says.textContent = fill(town.dataset.template, [figure(loaded), figure(total)]);
        if (loaded >= total) { location.reload(); return; }
      }
    } catch (error) { /* the server went away; the next look finds out */ }
    setTimeout(look, 700);
  }
  setTimeout(look, 700);
})();
