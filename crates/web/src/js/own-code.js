// The phone as a device that makes its own codes: registered once, stocked for days, needs no network to show
// (docs/code-format.md, kind Q1). Secrets are keys of the browser that cannot be read out again; they live in
// IndexedDB with the handles. Written for browsers from Chrome 80 on. Leaves the page to phone.js.
(() => {
  "use strict";
  const yima = window.yima = window.yima || {};
  const HALF_MINUTE_MS = 30000, SUBS = 8, HOUR_MS = 3600000;
  // A stock lasts four days; a fresh one is fetched when less than three and a half are left.
  const STOCK_DAYS = 4, FRESH_UNTIL_MS = 84 * HOUR_MS;
  const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";
  const words = (text) => new TextEncoder().encode(text);

  yima.base45 = (bytes) => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 2) {
      const pair = at + 1 < bytes.length;
      const value = pair ? bytes[at] * 256 + bytes[at + 1] : bytes[at];
      text += BASE45[value % 45] + BASE45[Math.floor(value / 45) % 45] + (pair ? BASE45[Math.floor(value / 2025)] : "");
    }
    return text;
  };

  const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes)).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  const fromBase64 = (text) => Uint8Array.from(atob(text.replace(/-/g, "+").replace(/_/g, "/")), (letter) => letter.charCodeAt(0));

  function joined(...parts) {
    const all = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of parts) { all.set(part, at); at += part.length; }
    return all;
  }

  function number(value) {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, value);
    return bytes;
  }

  Object.assign(yima, { utf8: words, toBase64, fromBase64, joined, number });

  const tag = async (key, bytes) => new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes));

  // The truncation of RFC 4226 with so many digits.
  function digits(mac, count) {
    const at = mac[mac.length - 1] & 15;
    const value = (mac[at] & 127) * 0x1000000 + mac[at + 1] * 0x10000 + mac[at + 2] * 0x100 + mac[at + 3];
    return String(value % 10 ** count).padStart(count, "0");
  }

  // The text of a code; null when the stock does not reach that half minute.
  yima.mint = async (stock, half, sub) => {
    const at = Math.floor((half - stock.first) / stock.span);
    if (at < 0 || at >= stock.count) return null;
    const head = joined([0x11, stock.suite, stock.region >> 16 & 255, stock.region >> 8 & 255, stock.region & 255, stock.epoch & 255],
      stock.handles.subarray(16 * at, 16 * at + 16), number(half * SUBS + sub));
    return "YM1:" + yima.base45(joined(head, (await tag(stock.key, head)).subarray(0, 12)));
  };

  // Six digits to read out; they hold for the half minute.
  yima.spoken = async (stock, half) => digits(await tag(stock.key, joined(words("YM1 spoken"), number(half))), 6);

  // 28 digits for a bar code, null when the stock does not reach.
  yima.barDigits = async (stock, half) => {
    const at = Math.floor((half - stock.first) / stock.span);
    if (at < 0 || at >= stock.count) return null;
    const handle = stock.bars.subarray(8 * at, 8 * at + 8);
    const view = new DataView(handle.buffer, handle.byteOffset, 8);
    const long = (BigInt(view.getUint32(0)) << BigInt(32)) + BigInt(view.getUint32(4));
    const check = digits(await tag(stock.key, joined(words("YM1 bar"), number(half), handle)), 7);
    return (stock.epoch % 2 === 0 ? "1" : "2") + String(long).padStart(20, "0") + check;
  };

  // --- what is kept on the phone ---

  let opened = null;
  function database() {
    opened = opened || new Promise((done, failed) => {
      const asked = indexedDB.open("yima", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("phones", { keyPath: "key" });
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
    return opened;
  }

  async function kept(mode, act) {
    const phones = (await database()).transaction("phones", mode).objectStore("phones");
    return new Promise((done, failed) => {
      const asked = act(phones);
      asked.onsuccess = () => done(asked.result);
      asked.onerror = () => failed(asked.error);
    });
  }

  // --- talking to the node ---

  class Refused extends Error {
    constructor(status, code) {
      super(status + " " + code);
      this.status = status;
      this.code = code;
    }
  }

  async function ask(path, body) {
    const options = { credentials: "same-origin", cache: "no-store" };
    if (body) Object.assign(options, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) });
    const answer = await fetch("/phone/me/" + path, options);
    if (answer.redirected) throw new Refused(401, "signed-out");
    const said = await answer.json();
    if (!answer.ok) throw new Refused(answer.status, said.code);
    return said;
  }
  yima.ask = ask;

  async function register(phone, label) {
    const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, false, ["deriveBits"]);
    const point = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
    const body = { label, public_key: toBase64(point) };
    if (phone.forPerson) body.for = phone.forPerson;
    const said = await ask("devices", body);
    return Object.assign(phone, { device: said.device, exchange: pair.privateKey, stock: null, credential: null });
  }

  async function unwrapped(phone, said) {
    const theirs = await crypto.subtle.importKey("raw", fromBase64(said.key.public_key), { name: "ECDH", namedCurve: "P-256" }, false, []);
    const shared = await crypto.subtle.deriveBits({ name: "ECDH", public: theirs }, phone.exchange, 256);
    const seed = await crypto.subtle.importKey("raw", shared, "HKDF", false, ["deriveKey"]);
    const info = words("yima-device-1 " + said.device + " " + said.epoch);
    const wrap = await crypto.subtle.deriveKey({ name: "HKDF", hash: "SHA-256", salt: new Uint8Array(0), info }, seed,
      { name: "AES-GCM", length: 256 }, false, ["unwrapKey"]);
    return crypto.subtle.unwrapKey("raw", fromBase64(said.key.wrapped), wrap,
      { name: "AES-GCM", iv: fromBase64(said.key.iv), additionalData: words(said.device) }, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  }

  async function restock(phone, days) {
    const said = await ask("devices/" + phone.device + "/stock", { days });
    phone.stock = { region: said.region, suite: said.suite, epoch: said.epoch, first: said.first, span: said.span, count: said.count,
      handles: fromBase64(said.handles), bars: fromBase64(said.bars), key: await unwrapped(phone, said) };
    // How far this phone's clock is from the node's; small differences are the network's.
    const off = said.now_at / 1000 - Date.now();
    phone.offset = Math.abs(off) > 5000 ? off : 0;
    await yima.keep(phone);
    return phone;
  }

  const now = (phone) => Date.now() + (phone.offset || 0);
  yima.half = (phone) => Math.floor(now(phone) / HALF_MINUTE_MS);
  yima.left = (phone) => HALF_MINUTE_MS - now(phone) % HALF_MINUTE_MS;

  // Until when this phone can show codes by itself, milliseconds since 1970 by its own clock.
  const endOf = (phone) => phone.stock ? (phone.stock.first + phone.stock.span * phone.stock.count) * HALF_MINUTE_MS - (phone.offset || 0) : 0;
  yima.endOf = endOf;

  yima.able = () => Boolean(window.indexedDB && window.crypto && crypto.subtle && window.isSecureContext !== false);

  yima.keep = (phone) => kept("readwrite", (phones) => phones.put(phone));
  yima.forget = (person, forPerson) => kept("readwrite", (phones) => phones.delete(person + "/" + (forPerson || "")));

  // The phone of a person as it is kept here, or null.
  yima.recall = async (person, forPerson) => (await kept("readonly", (phones) => phones.get(person + "/" + (forPerson || "")))) || null;

  // Registers where needed and fetches a stock where the old one runs low: a day's at first, so that the code is there
  // soon, all days when `whole`. Throws what the network or the node said.
  yima.ready = async (person, forPerson, label, whole) => {
    let phone = (await yima.recall(person, forPerson)) || { key: person + "/" + (forPerson || ""), person, forPerson: forPerson || null };
    const left = phone.stock ? endOf(phone) - Date.now() : 0;
    if (left > FRESH_UNTIL_MS || (!whole && left > HOUR_MS)) return phone;
    const days = whole ? STOCK_DAYS : 1;
    if (!phone.device) phone = await register(phone, label);
    try {
      return await restock(phone, days);
    } catch (error) {
      // The node no longer knows this device, or its card ended: a new one, once.
      if (!(error instanceof Refused) || ![404, 409, 410].includes(error.status)) throw error;
      return restock(await register(phone, label), days);
    }
  };
})();
