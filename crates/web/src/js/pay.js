// The phone's money pages: one press of a button sends once, a payment that is being
// confirmed is asked about, printing is offered. Without this file the forms post, the
// page of a payment reloads by itself, and the browser prints.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) { event.preventDefault(); return; }
      sent = true;
      form.setAttribute("aria-busy", "true");
    });
    // Coming back through the browser's history finds the form ready again.
    window.addEventListener("pageshow", () => { sent = false; form.removeAttribute("aria-busy"); });
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => { window.print(); });
  }

  const stand = document.querySelector("[data-stand=confirming]");
  if (!stand) return;
  const WAIT_MS = 1_500;
  async function look() {
    try {
      const answer = await fetch(stand.dataset.asks, { cache: "no-store" });
      if (!answer.ok) { location.reload(); return; }
      const now = await answer.json();
      if (now.stand !== stand.dataset.stand) { location.reload(); return; }
    } catch (error) { /* no network for the moment; the next look finds out */ }
    setTimeout(look, WAIT_MS);
  }
  setTimeout(look, WAIT_MS);
})();
