// The doctor's page: arrow keys in the list, a report opened without reloading
// the page, and the grant's clock. Without this file links reload the page and
// the clock shows its end.
(() => {
  "use strict";
  const list = () => document.querySelector("[data-rows]");
  const rows = () => Array.from(document.querySelectorAll("[data-rows] a.row"));

  document.addEventListener("keydown", (event) => {
    const all = rows();
    const here = all.indexOf(document.activeElement);
    if (here < 0 || event.ctrlKey || event.altKey || event.metaKey) return;
    const steps = { ArrowDown: here + 1, ArrowUp: here - 1, Home: 0, End: all.length - 1 };
    if (!(event.key in steps)) return;
    const row = all[Math.min(Math.max(steps[event.key], 0), all.length - 1)];
    event.preventDefault();
    row.focus();
    row.scrollIntoView({ block: "nearest" });
  });

  // Only the newest click counts when several answers are under way.
  let asked = 0;
  document.addEventListener("click", async (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
    const link = event.target.closest("a[data-key], #report .links a, #report td a");
    if (!link || !list() || location.protocol === "file:") return;
    event.preventDefault();
    const address = new URL(typeof link.href === "string" ? link.href : link.href.baseVal, location.href);
    const turn = ++asked;
    try {
      const answer = await fetch(address, { credentials: "same-origin", headers: { Accept: "text/html" } });
      if (!answer.ok || answer.redirected) throw new Error("not here any more");
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      if (turn !== asked) return;
      if (!page.getElementById("report")) throw new Error("another page");
      for (const part of ["#report", ".lanes"]) {
        const fresh = page.querySelector(part);
        const old = document.querySelector(part);
        if (fresh && old) old.replaceWith(document.adoptNode(fresh));
      }
      const chosen = page.querySelector("[data-rows] a.row[aria-current]");
      for (const row of rows()) {
        if (chosen && row.dataset.key === chosen.dataset.key) row.setAttribute("aria-current", "true");
        else row.removeAttribute("aria-current");
      }
      history.replaceState(null, "", address.pathname + address.search);
      say(document.querySelector("#report h2"));
      if (!matchMedia("(min-width: 1100px)").matches) document.getElementById("report").scrollIntoView();
    } catch (error) {
      location.assign(address);
    }
  });

  function say(heading) {
    const status = document.querySelector("[data-opened]");
    if (status && heading) status.textContent = status.dataset.opened.replace("{}", heading.textContent.trim());
  }

  const chosen = document.querySelector("[data-rows] a.row[aria-current]");
  if (chosen) chosen.scrollIntoView({ block: "nearest" });

  const grant = document.querySelector("[data-grant]");
  if (grant) {
    const total = Number(grant.dataset.leftSeconds);
    const began = performance.now();
    const fill = (template, values) => values.reduce((text, value) => text.replace("{}", value), template);
    const show = () => {
      const left = total - (performance.now() - began) / 1000;
      if (left <= 0) { location.reload(); return; }
      const minutes = Math.ceil(left / 60);
      const words = minutes >= 60
        ? fill(grant.dataset.hours, [Math.floor(minutes / 60), minutes % 60])
        : fill(grant.dataset.minutes, [minutes]);
      grant.querySelector("[data-left]").textContent = fill(grant.dataset.template, [words]);
      grant.classList.toggle("soon", left < 600);
      setTimeout(show, Math.min(15000, left * 1000 + 500));
    };
    if (total > 0) setTimeout(show, 15000);
  }
})();
