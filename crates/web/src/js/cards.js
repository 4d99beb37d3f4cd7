// One's cards and phones: says which phone is the one that is looked at, and offers what only a script can do.
(() => {
  "use strict";
  const yima = window.yima;
  if (!yima || !yima.able || !yima.able()) return;
  for (const offered of document.querySelectorAll("[data-scripted]")) offered.hidden = false;
  for (const line of document.querySelectorAll("[data-device]")) {
    yima.recall(line.dataset.owner, line.dataset.for || null).then((kept) => {
      if (!kept || kept.device !== line.dataset.device) return;
      line.querySelector("[data-this]").hidden = false;
      if (!line.dataset.for) line.parentNode.prepend(line);
    }).catch(() => { /* a private window keeps nothing and is no phone of the list */ });
  }
})();
