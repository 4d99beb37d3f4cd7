// The phone's first screen: shows the code that this phone makes by itself (own-code.js, credential.js, qr.js), for the
// person or for somebody in their care; falls back to codes made by the node where the browser cannot. Without scripts the page
// reloads itself. Written for browsers from Chrome 80 on.
(() => {
  "use strict";
  const yima = window.yima || {};
  const card = document.querySelector("[data-code]");
  if (!card) return;
  const part = (name) => card.querySelector("[data-" + name + "]");
  const picture = part("picture"), ring = part("ring"), counter = part("counter"), status = part("status");
  const offline = part("offline"), text = part("text"), spoken = part("spoken"), bars = part("bars"), until = part("until");
  const both = part("both"), bothPanel = part("both-panel"), challenge = part("challenge");
  const words = card.dataset;
  const calm = matchMedia("(prefers-reduced-motion: reduce)");
  const label = picture.firstElementChild ? picture.firstElementChild.getAttribute("aria-label") : "";
  const person = words.person;
  let forPerson = null, phone = null, shown = "", sub = 0, subOf = 0, drawing = false, again = false, forBoth = false;

  function count(left, whole) {
    const seconds = Math.max(0, Math.ceil(left));
    if (counter && (!calm.matches || seconds % 10 === 0)) counter.textContent = words.template.replace("{}", seconds);
    if (ring && !calm.matches) ring.setAttribute("stroke-dasharray", Math.max(0, Math.min(100, left / whole * 100)).toFixed(1) + " 100");
  }

  function put(drawn) {
    picture.textContent = "";
    picture.appendChild(drawn);
    card.classList.remove("stale");
  }

  // No code can be shown, and why.
  function stale(why) {
    card.classList.add("stale");
    offline.hidden = false;
    offline.querySelector("p, b").textContent = why;
  }

  // --- codes of this phone ---

  const typed = () => /^[0-9]{8}$/.test(challenge.value) ? challenge.value : "";

  async function drawOwn() {
    if (drawing) return;
    drawing = true;
    try {
      const half = yima.half(phone);
      if (half !== subOf) { sub = 0; subOf = half; }
      const wanted = phone.key + "/" + half + "/" + sub + (forBoth ? "/both" + typed() : "");
      if (wanted !== shown) {
        const code = await (forBoth ? yima.present(phone, half, sub, typed()) : yima.mint(phone.stock, half, sub));
        if (code === null) { shown = wanted; return stale(forBoth ? words.lacking : words.ended); }
        put(yima.drawQr(code, label));
        offline.hidden = true;
        if (text) text.textContent = code;
        spoken.querySelector("output").textContent = (await yima.spoken(phone.stock, half)).replace(/(...)/, "$1 ");
        const digits = await yima.barDigits(phone.stock, half);
        bars.textContent = "";
        bars.appendChild(yima.drawBars(digits, words.bar));
        if (shown.endsWith("/" + half + "/" + (sub - 1))) status.textContent = words.renewed;
        shown = wanted;
        try { localStorage.setItem("yima-shown-" + phone.key, half + "/" + sub); } catch (error) { /* private windows keep nothing */ }
      }
      count(yima.left(phone) / 1000, 30);
    } finally {
      drawing = false;
    }
  }

  const isGone = (error) => error.status === 404 || error.status === 409;

  // The node knows this phone no longer, or its card ended: it begins anew, once.
  async function gone() {
    await yima.forget(person, forPerson);
    phone = null;
    shown = "";
    // Should the node make the codes from here on, then beginning with the next second.
    ends = performance.now();
    if (again) return fetched();
    again = true;
    return begin();
  }

  // Where to begin in this half minute: what the node says was used, or, without it, one further than shown before.
  // False when the node knows this phone no longer.
  async function firstSub(fresh) {
    const half = yima.half(fresh), name = "yima-shown-" + fresh.key;
    let begun = 0;
    try {
      const [shownHalf, shownSub] = (localStorage.getItem(name) || "").split("/").map(Number);
      if (shownHalf === half) begun = Math.min(7, shownSub + 1);
    } catch (error) { begun = 0; }
    if (navigator.onLine) {
      const late = new Promise((done) => { setTimeout(() => done(null), 400); });
      const used = await Promise.race([yima.ask("used?device=" + fresh.device).catch((error) => ({ gone: isGone(error) })), late]);
      if (used && used.gone) return false;
      if (used && used.step) begun = Math.floor(used.step / 8) === half ? Math.min(7, used.sub) : 0;
    }
    subOf = half;
    sub = begun;
    return true;
  }

  const when = (at) => new Date(at).toLocaleString(document.documentElement.lang, { month: "short", day: "numeric", hour: "2-digit", minute: "2-digit" });

  // What stands beside the code: until when it works without a network.
  function lasting() {
    const ends = forBoth ? phone.credential && phone.credential.ends : yima.endOf(phone);
    until.hidden = !ends;
    if (ends) until.textContent = words.until.replace("{}", when(ends));
  }

  async function own(fresh) {
    const first = !phone;
    if (first && !(await firstSub(fresh))) return gone();
    phone = fresh;
    card.classList.add("own");
    spoken.hidden = false;
    both.hidden = Boolean(forPerson);
    lasting();
    offline.hidden = true;
    return drawOwn();
  }

  function next() {
    if (!phone || sub >= 7) return;
    sub += 1;
    drawOwn();
  }

  async function begin() {
    if (!yima.able || !yima.able()) return fetched();
    let kept = null;
    try {
      kept = await yima.recall(person, forPerson);
    } catch (error) { return fetched(); }
    const usable = kept && kept.stock && yima.endOf(kept) > Date.now();
    if (usable) await own(kept);
    const asked = forPerson;
    try {
      const fresh = await yima.ready(person, forPerson, words.device, false);
      if (asked === forPerson) await own(fresh);
      setTimeout(() => whole(asked), 3000);
    } catch (error) {
      if (usable) return undefined;
      return forPerson ? stale(words.ended) : fetched();
    }
    return undefined;
  }

  // The stock of all days, once the code is on the screen.
  async function whole(asked) {
    try {
      const fresh = await yima.ready(person, asked, words.device, true);
      if (asked === forPerson) await own(fresh);
      await yima.furnish(fresh);
      if (asked === forPerson && forBoth) { shown = ""; lasting(); await drawOwn(); }
      document.documentElement.dataset.stocked = "1";
    } catch (error) { /* tried again with the next visit; what is there goes on */ }
  }

  // --- codes made by the node, where the browser cannot make them ---

  let fetching = false, ends = performance.now() + Number(words.secondsLeft) * 1000, failures = 0, asking = false;
  function fetched() { fetching = true; tick(); }

  async function renew() {
    if (asking) return;
    asking = true;
    try {
      const answer = await fetch(words.code, { credentials: "same-origin", cache: "no-store" });
      if (answer.status === 401 || answer.status === 403 || answer.status === 409) { location.reload(); return; }
      if (!answer.ok) throw new Error("status " + answer.status);
      const fresh = await answer.json();
      put(document.importNode(new DOMParser().parseFromString(fresh.svg, "image/svg+xml").documentElement, true));
      if (text) text.textContent = fresh.code;
      ends = performance.now() + Math.max(1, fresh.seconds_left) * 1000;
      if (failures > 0) status.textContent = words.renewed;
      failures = 0;
      offline.hidden = true;
    } catch (error) {
      failures += 1;
      offline.hidden = false;
      if (performance.now() > ends + 2000) card.classList.add("stale");
      ends = Math.max(ends, performance.now() + Math.min(15, 2 * failures) * 1000);
    } finally {
      asking = false;
    }
  }

  function tick() {
    if (phone) { drawOwn(); return; }
    if (!fetching) return;
    const left = (ends - performance.now()) / 1000;
    if (failures === 0) count(left, Number(words.stepSeconds));
    if (left <= 0) renew();
  }
  setInterval(() => { if (!document.hidden) tick(); }, 1000);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); if (phone) begin(); } });
  window.addEventListener("online", () => begin());

  // --- what the person can do with the code ---

  picture.addEventListener("click", next);
  const toggle = part("toggle");
  if (toggle) toggle.addEventListener("click", () => {
    const pressed = toggle.getAttribute("aria-pressed") !== "true";
    toggle.setAttribute("aria-pressed", String(pressed));
    card.classList.toggle("barred", pressed);
  });
  // The desk has no network either: another code, which it can check by itself.
  function switchBoth(on) {
    forBoth = on;
    both.setAttribute("aria-pressed", String(on));
    bothPanel.hidden = !on;
    challenge.value = "";
    card.classList.toggle("twosided", on);
    if (on && card.classList.contains("barred")) toggle.click();
    if (phone) { lasting(); drawOwn(); }
  }
  if (both) {
    both.addEventListener("click", () => switchBoth(!forBoth));
    challenge.addEventListener("input", () => { if (phone) drawOwn(); });
  }
  const bright = part("bright");
  if (bright) bright.addEventListener("click", async () => {
    const on = card.classList.toggle("bright");
    bright.setAttribute("aria-pressed", String(on));
    // Keeps the screen from dimming while it is being scanned; a browser that cannot just goes on.
    try {
      if (on && navigator.wakeLock) bright.lock = await navigator.wakeLock.request("screen");
      if (!on && bright.lock) { await bright.lock.release(); bright.lock = null; }
    } catch (error) { bright.lock = null; }
  });
  const copy = part("copy");
  if (copy && navigator.clipboard) {
    copy.hidden = false;
    const before = copy.textContent;
    copy.addEventListener("click", async () => {
      await navigator.clipboard.writeText(text.textContent);
      copy.textContent = copy.dataset.done;
      setTimeout(() => { copy.textContent = before; }, 3000);
    });
  }

  // --- people in one's care: a button each, remembered for the time without a network ---

  const family = document.querySelector("[data-family]");
  function choose(button) {
    for (const one of family.querySelectorAll("button")) one.setAttribute("aria-pressed", String(one === button));
    forPerson = button.dataset.for || null;
    phone = null;
    shown = "";
    fetching = again = false;
    switchBoth(false);
    spoken.hidden = both.hidden = until.hidden = true;
    const name = part("name");
    if (name) { name.textContent = forPerson ? button.textContent : name.dataset.own; part("number").hidden = Boolean(forPerson); }
    begin();
  }
  async function relatives() {
    let known = [];
    try { known = JSON.parse(localStorage.getItem("yima-family-" + person) || "[]"); } catch (error) { known = []; }
    try {
      known = (await yima.ask("family")).family.map((one) => ({ person: one.person, name: one.name }));
      localStorage.setItem("yima-family-" + person, JSON.stringify(known));
    } catch (error) { /* without a network the remembered ones stand */ }
    if (known.length === 0) return;
    for (const one of known) {
      const button = family.firstElementChild.cloneNode(true);
      button.setAttribute("aria-pressed", "false");
      button.dataset.for = one.person;
      button.textContent = one.name;
      family.appendChild(button);
    }
    family.hidden = false;
    family.addEventListener("click", (event) => { if (event.target.closest("button")) choose(event.target.closest("button")); });
    const asked = new URLSearchParams(location.search).get("for");
    const wanted = asked && Array.from(family.children).find((button) => button.dataset.for === asked);
    if (wanted) choose(wanted);
  }

  // --- who can see me now, and whether the shown code was scanned: asked while the page is seen ---

  const open = document.querySelector("[data-open]");
  async function look() {
    if (document.hidden || (open && open.contains(document.activeElement))) return;
    try {
      const answer = await fetch(open.dataset.open, { credentials: "same-origin", cache: "no-store" });
      if (!answer.ok || answer.redirected) return;
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const fresh = page.querySelector("[data-open]");
      if (fresh && fresh.textContent.trim() !== open.textContent.trim()) open.innerHTML = fresh.innerHTML;
      if (!phone) return;
      const used = await yima.ask("used?device=" + phone.device);
      if (Math.floor(used.step / 8) === yima.half(phone) && used.sub > sub) { sub = Math.min(7, used.sub); drawOwn(); }
    } catch (error) {
      // Without a network the code goes on and the panel waits.
      if (phone && isGone(error)) await gone();
    }
  }
  if (open && open.dataset.open) setInterval(look, 4000);

  // --- the page itself without a network ---

  if (navigator.serviceWorker) {
    navigator.serviceWorker.register(words.worker, { scope: "/phone" }).then(() => navigator.serviceWorker.ready).then((ready) => {
      const assets = Array.from(document.querySelectorAll("link[href^='/assets/'], script[src]"), (one) => one.href || one.src);
      ready.active.postMessage({ page: location.href, assets });
      document.documentElement.dataset.kept = "1";
    }).catch(() => { /* a browser that keeps no pages shows the code while it is open */ });
  }

  // A page that was kept shows the code of another time until this phone has made its own.
  if (Math.abs(Date.now() - Number(words.shownAt)) > 30000) card.classList.add("stale");
  begin();
  if (family && yima.ask) relatives();
})();
