// What this phone shows when the desk has no network either (docs/code-format.md, kind Q2): a credential that the region
// signed ahead for a key of this phone, and that key's signature over the moment and the digits on the desk's screen.
// Each credential has a key of its own, so that no two of them look alike. Written for browsers from Chrome 80 on.
(() => {
  "use strict";
  const yima = window.yima = window.yima || {};
  const ED25519 = 1, P256 = 3, SUBS = 8, CHALLENGED = 0x80000000;
  // A credential lives for three days; another is fetched when less than two and a half are left.
  const FRESH_UNTIL_MS = 60 * 3600000;
  const ORDER = BigInt("0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const CURVE = { name: "ECDSA", namedCurve: "P-256" };

  async function pair(suite) {
    const keys = await crypto.subtle.generateKey(suite === ED25519 ? { name: "Ed25519" } : CURVE, false, ["sign", "verify"]);
    const whole = new Uint8Array(await crypto.subtle.exportKey("raw", keys.publicKey));
    if (suite === ED25519) return { suite, key: keys.privateKey, holder: whole };
    // The point, compressed: x, and whether y is odd.
    const holder = whole.slice(0, 33);
    holder[0] = 2 + (whole[64] & 1);
    return { suite, key: keys.privateKey, holder };
  }

  async function fetched(phone, suite) {
    const made = await pair(suite);
    const said = await yima.ask("devices/" + phone.device + "/credential", { holder: yima.toBase64(made.holder), suite });
    return { suite, key: made.key, bytes: yima.fromBase64(said.credential), ends: said.expires_at / 1000 - (phone.offset || 0) };
  }

  // Fetches a credential where the kept one runs low. Nobody shows one for somebody else.
  yima.furnish = async (phone) => {
    if (phone.forPerson || (phone.credential && phone.credential.ends - Date.now() > FRESH_UNTIL_MS)) return;
    try {
      phone.credential = await fetched(phone, ED25519);
    } catch (error) {
      // An old browser knows no Ed25519, and a region of another suite refuses it; without a network there is nothing to try.
      if (error.status ? error.code !== "credentials.device-key-invalid" : error instanceof TypeError && !navigator.onLine) throw error;
      phone.credential = await fetched(phone, P256);
    }
    await yima.keep(phone);
  };

  const big = (bytes) => BigInt("0x" + Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join(""));

  async function signed(held, message) {
    if (held.suite === ED25519) return new Uint8Array(await crypto.subtle.sign({ name: "Ed25519" }, held.key, message));
    const signature = new Uint8Array(await crypto.subtle.sign({ name: "ECDSA", hash: "SHA-256" }, held.key, message));
    // Of the two forms of a signature the one with the smaller s counts.
    const s = big(signature.subarray(32));
    if (s + s > ORDER) {
      const low = (ORDER - s).toString(16).padStart(64, "0");
      signature.set(Uint8Array.from(low.match(/../g), (two) => parseInt(two, 16)), 32);
    }
    return signature;
  }

  // The text of a code for a half minute; `challenge` is eight digits or empty. Null when no credential holds.
  yima.present = async (phone, half, sub, challenge) => {
    const held = phone.credential;
    if (!held || held.ends <= Date.now()) return null;
    const head = yima.joined(held.bytes, yima.number(half * SUBS + sub + (challenge ? CHALLENGED : 0)));
    const message = yima.joined(yima.utf8("YM1 holder"), head, yima.utf8(challenge));
    return "YM1:" + yima.base45(yima.joined(head, await signed(held, message)));
  };
})();
