// Keeps the phone's first screen and what it is made of, so that it opens without a network. Pages come from the
// network where there is one; nothing else of the site is kept. Written for browsers from Chrome 80 on.
"use strict";
const KEPT = "yima-phone-1";
// A slow network is as good as none when somebody stands at a desk.
const PATIENCE_MS = 2500;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil((async () => {
  for (const name of await caches.keys()) if (name.startsWith("yima-phone-") && name !== KEPT) await caches.delete(name);
  await self.clients.claim();
})()));

// One copy for ordinary and one for large type, whatever else the address says.
const pageKey = (url) => "/phone" + (url.searchParams.get("elder") === "1" ? "?elder=1" : "");

async function keep(url, answer) {
  const kept = await caches.open(KEPT);
  if (answer.ok && !answer.redirected) await kept.put(pageKey(url), answer.clone());
  // Signed out: what was kept belonged to somebody who is no longer here.
  else if (answer.type === "opaqueredirect" || answer.status === 401 || answer.status === 403) await caches.delete(KEPT);
}

async function page(request, url) {
  const kept = await caches.open(KEPT);
  const old = (await kept.match(pageKey(url))) || (await kept.match("/phone")) || (await kept.match("/phone?elder=1"));
  const fresh = fetch(request).then(async (answer) => { await keep(url, answer); return answer; });
  if (!old) return fresh;
  const late = new Promise((done) => { setTimeout(() => done(old.clone()), PATIENCE_MS); });
  return Promise.race([fresh.catch(() => old), late]);
}

async function asset(request) {
  const kept = await caches.open(KEPT);
  return (await kept.match(request.url)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (url.pathname.startsWith("/assets/")) event.respondWith(asset(event.request));
  else if (event.request.mode === "navigate" && url.pathname === "/phone") event.respondWith(page(event.request, url));
});

// The page says what it is made of; older assets go.
self.addEventListener("message", (event) => event.waitUntil((async () => {
  const kept = await caches.open(KEPT);
  const wanted = new Set(event.data.assets);
  for (const request of await kept.keys()) {
    if (new URL(request.url).pathname.startsWith("/assets/") && !wanted.has(request.url)) await kept.delete(request);
  }
  for (const url of wanted) if (!(await kept.match(url))) await kept.add(url);
  const url = new URL(event.data.page);
  if (!(await kept.match(pageKey(url)))) await keep(url, await fetch(url, { credentials: "same-origin" }));
})()));
