// The phone's code (written for browsers from Chrome 80 on): counts down, fetches the next one, and shows who has opened
// the record. Without this file the page reloads itself every twenty seconds.
(() => {
  "use strict";
  const card = document.querySelector("[data-code]");
  if (!card) return;
  const picture = card.querySelector("[data-picture]");
  const ring = card.querySelector("[data-ring]");
  const counter = card.querySelector("[data-counter]");
  const status = card.querySelector("[data-status]");
  const offline = card.querySelector("[data-offline]");
  const text = card.querySelector("[data-text]");
  const step = Number(card.dataset.stepSeconds);
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  let ends = performance.now() + Number(card.dataset.secondsLeft) * 1000;
  let failures = 0;
  let asking = false;

  const show = (left) => {
    const whole = Math.max(0, Math.ceil(left));
    if (counter && (!calm.matches || whole % 10 === 0)) counter.textContent = card.dataset.template.replace("{}", whole);
    if (ring && !calm.matches) ring.setAttribute("stroke-dasharray", Math.max(0, Math.min(100, left / step * 100)).toFixed(1) + " 100");
  };

  async function renew() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(card.dataset.code, { credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401 || answer.status === 403) { location.reload(); return; }
      if (!answer.ok) throw new Error("status " + answer.status);
      const fresh = await answer.json();
      const drawn = new DOMParser().parseFromString(fresh.svg, "image/svg+xml").documentElement;
      picture.textContent = "";
      picture.appendChild(document.importNode(drawn, true));
      if (text) text.textContent = fresh.code;
      ends = performance.now() + Math.max(1, fresh.seconds_left) * 1000;
      if (failures > 0) status.textContent = status.dataset.renewed;
      failures = 0;
      offline.hidden = true;
      card.classList.remove("stale");
    } catch (error) {
      failures += 1;
      offline.hidden = false;
      if (performance.now() > ends + 2000) card.classList.add("stale");
      ends = Math.max(ends, performance.now() + Math.min(15, 2 * failures) * 1000);
    } finally {
      asking = false;
    }
  }

  const tick = () => {
    const left = (ends - performance.now()) / 1000;
    if (failures === 0) show(left);
    if (left <= 0) renew();
  };
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) tick(); });

  // Who can see me now: asked for again every few seconds while the page is seen.
  const open = document.querySelector("[data-open]");
  if (open && open.dataset.open) {
    setInterval(async () => {
      if (document.hidden || open.contains(document.activeElement)) return;
      try {
        const answer = await fetch(open.dataset.open, { credentials: "same-origin", cache: "no-store" });
        if (!answer.ok || answer.redirected) return;
        const page = new DOMParser().parseFromString(await answer.text(), "text/html");
        const fresh = page.querySelector("[data-open]");
        if (fresh && fresh.textContent.trim() !== open.textContent.trim()) open.innerHTML = fresh.innerHTML;
      } catch (error) { /* the code's own message says that the network is gone */ }
    }, 4000);
  }

  const copy = document.querySelector("[data-copy]");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    const before = copy.textContent;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = before; }, 3000);
    });
  }
})();
