// The scan box. A keyboard-wedge scanner is caught wherever the cursor is, a
// pasted code opens at once, F2 comes to the box, and the camera is offered
// where the browser reads codes itself. Without this file the form still posts.
(() => {
  "use strict";
  const form = document.querySelector("form[data-scan]");
  if (!form) return;
  const input = form.elements.code;
  const looksLikeCode = (text) => /^YM1:\S/i.test(text.trim());

  let sent = false;
  form.addEventListener("submit", (event) => {
    if (sent) { event.preventDefault(); return; }
    sent = true;
    input.readOnly = true;
    input.placeholder = form.dataset.working;
    form.setAttribute("aria-busy", "true");
  });
  // Coming back through the browser's history finds the form ready again.
  window.addEventListener("pageshow", () => {
    sent = false;
    input.readOnly = false;
    form.removeAttribute("aria-busy");
  });
  const open = (text) => {
    input.value = text.trim();
    form.requestSubmit();
  };

  // A scanner types faster than a hand: keys this close together are one burst.
  // What comes before the code (a stray key, a scanner's own prefix) is dropped.
  const BURST_MS = 250;
  const BURST_MAX = 1000;
  const codeIn = (text) => {
    const start = text.toUpperCase().indexOf("YM1:");
    return start < 0 ? "" : text.slice(start);
  };
  let burst = "";
  let last = 0;
  let before = null; // the field the burst ran into, and what it held

  // With a Chinese input method on, keys arrive as "Process"; the place of the
  // key on the board still says which one it was.
  const SHIFTED = { Digit4: "$", Digit5: "%", Digit8: "*", Equal: "+", Semicolon: ":" };
  const PLAIN = { Space: " ", Minus: "-", Period: ".", Slash: "/", Semicolon: ";", Equal: "=" };
  const typed = (event) => {
    if (event.key.length === 1) return event.key;
    if (event.key !== "Process" && event.key !== "Unidentified") return "";
    const code = event.code;
    if (code.startsWith("Key")) return code.slice(3);
    if (event.shiftKey && SHIFTED[code]) return SHIFTED[code];
    if (code.startsWith("Digit")) return code.slice(5);
    return PLAIN[code] || "";
  };

  document.addEventListener("keydown", (event) => {
    if (event.key === "F2") {
      event.preventDefault();
      input.focus();
      input.select();
      return;
    }
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const now = event.timeStamp;
    if (now - last > BURST_MS) { burst = ""; before = null; }
    if (event.key === "Enter" || (event.key === "Process" && event.code === "Enter")) {
      const text = codeIn(burst);
      if (text.length > 12) {
        event.preventDefault();
        event.stopPropagation();
        if (before && before.field !== input) before.field.value = before.value;
        burst = "";
        open(text);
      }
      return;
    }
    const key = typed(event);
    if (!key) return;
    if (burst === "") {
      const field = document.activeElement;
      before = field && typeof field.value === "string" ? { field, value: field.value } : null;
    }
    last = now;
    burst = (burst + key).slice(-BURST_MAX);
    // Once it is clearly a code, the rest does not fall into another field.
    if (codeIn(burst) && !(before && before.field === input)) event.preventDefault();
  }, true);

  document.addEventListener("paste", (event) => {
    const text = event.clipboardData ? event.clipboardData.getData("text") : "";
    if (!looksLikeCode(text)) return;
    event.preventDefault();
    open(text);
  });

  const button = form.querySelector("[data-camera]");
  const canSee = "BarcodeDetector" in window && navigator.mediaDevices && navigator.mediaDevices.getUserMedia;
  if (button && canSee) {
    window.BarcodeDetector.getSupportedFormats().then((formats) => {
      button.hidden = !formats.includes("qr_code");
    }).catch(() => {});
    button.addEventListener("click", aim);
  }

  async function aim() {
    const dialog = document.createElement("dialog");
    dialog.className = "aim";
    const video = document.createElement("video");
    video.muted = true;
    video.playsInline = true;
    const words = document.createElement("p");
    words.setAttribute("role", "status");
    words.textContent = form.dataset.aiming;
    const close = document.createElement("button");
    close.className = "btn";
    close.textContent = form.dataset.close;
    close.addEventListener("click", () => dialog.close());
    dialog.append(video, words, close);
    document.body.append(dialog);
    let stream = null;
    let running = true;
    dialog.addEventListener("close", () => {
      running = false;
      if (stream) stream.getTracks().forEach((track) => track.stop());
      dialog.remove();
      button.focus();
    });
    dialog.showModal();
    try {
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      if (!running) { stream.getTracks().forEach((track) => track.stop()); return; }
      video.srcObject = stream;
      await video.play();
      const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
      while (running) {
        const found = await detector.detect(video).catch(() => []);
        const code = found.map((one) => one.rawValue).find(looksLikeCode);
        if (code && running) { dialog.close(); open(code); return; }
        await new Promise((resolve) => setTimeout(resolve, 150));
      }
    } catch (error) {
      words.textContent = form.dataset.noCamera;
    }
  }
})();
