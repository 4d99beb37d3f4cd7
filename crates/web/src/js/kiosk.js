// The kiosk: after a minute without a touch the start is shown again, with a button for
// more time; forms send once; the slip prints. Without this file the browser leads back
// to the start by itself.
(() => {
  "use strict";
  for (const form of document.querySelectorAll("form[data-once]")) {
    let sent = false;
    form.addEventListener("submit", (event) => {
      if (sent) { event.preventDefault(); return; }
      sent = true;
      form.setAttribute("aria-busy", "true");
    });
    window.addEventListener("pageshow", () => { sent = false; form.removeAttribute("aria-busy"); });
  }

  const print = document.querySelector("[data-print]");
  if (print) {
    print.hidden = false;
    print.addEventListener("click", () => { window.print(); });
  }

  const idle = document.querySelector("[data-idle]");
  if (!idle) return;
  const whole = Number(idle.dataset.idle);
  const says = idle.querySelector("[data-left]");
  let left = whole;
  const again = () => { left = whole; says.textContent = String(left); };
  idle.hidden = false;
  idle.querySelector("[data-more]").addEventListener("click", again);
  for (const event of ["pointerdown", "keydown"]) document.addEventListener(event, again);
  setInterval(() => {
    left -= 1;
    says.textContent = String(Math.max(0, left));
    if (left <= 0) location.replace(idle.dataset.to);
  }, 1_000);
})();
