// The phone's own codes: made without the node, scanned by it, and shown for three days without a network. The
// network is really cut: the browser reaches the demo through a door of ours that closes.
import { spawnSync } from "node:child_process";
import { connect, createServer } from "node:net";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { look } from "./pages.mjs";
import { PARTS } from "./parts.mjs";
import { holds, soon } from "./tally.mjs";
import { PHONE, Visitor } from "./visitor.mjs";

const CITIZEN = "jingyi";
const HOUR_MS = 3_600_000;
const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const BASE45 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:";

/** A way to the demo that can be shut; counts who came while it was. */
export async function door(base) {
  const goal = new URL(base);
  const state = { shut: false, knocked: 0, bytes: 0 };
  const open = new Set();
  const server = createServer((socket) => {
    if (state.shut) { state.knocked += 1; socket.destroy(); return; }
    const onward = connect(Number(goal.port), goal.hostname);
    for (const end of [socket, onward]) {
      open.add(end);
      end.on("error", () => end.destroy());
      end.on("close", () => { open.delete(end); socket.destroy(); onward.destroy(); });
    }
    onward.on("data", (chunk) => { state.bytes += chunk.length; });
    socket.pipe(onward);
    onward.pipe(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    base: `http://localhost:${server.address().port}`,
    state,
    shut() { state.shut = true; for (const end of open) end.destroy(); },
    open() { state.shut = false; },
    close() { server.close(); for (const end of open) end.destroy(); },
  };
}

/** The bytes of a shown text. */
export function bytesOf(text) {
  const letters = [...text.slice(4)].map((letter) => BASE45.indexOf(letter));
  const bytes = [];
  for (let at = 0; at < letters.length; at += 3) {
    const value = letters[at] + 45 * letters[at + 1] + 2025 * (letters[at + 2] ?? 0);
    bytes.push(...(at + 2 < letters.length ? [value >> 8, value & 255] : [value]));
  }
  return bytes;
}

const stepOf = (text) => Buffer.from(bytesOf(text).slice(22, 26)).readUInt32BE(0);

async function scan(demo, text) {
  const answer = await fetch(`${demo.base}/v1/scan`, {
    method: "POST",
    headers: { authorization: `Bearer ${demo.tokens.doctor}`, "content-type": "application/json" },
    body: JSON.stringify({ code: text, purpose: "01201", place: "offline check" }),
  });
  return { status: answer.status, said: await answer.json() };
}

export function zbar(file) {
  const read = spawnSync("zbarimg", ["--quiet", "--raw", file], { encoding: "utf8" });
  holds(!read.error, "zbarimg is missing; install zbar-tools");
  return read.stdout.trim();
}

export async function ownCode(citizen) {
  await citizen.page.locator(".code.own").waitFor();
  await soon(async () => !(await citizen.page.locator(".code").evaluate((card) => card.classList.contains("stale"))), "the code stays stale");
  return citizen.text(PARTS.codeText);
}

/** A picture of the code and the text it was drawn from: taken again when a half minute ended between the two. */
export async function drawn(citizen, file) {
  for (let tries = 0; ; tries += 1) {
    const text = await citizen.text(PARTS.codeText);
    await citizen.page.locator(PARTS.codePicture).screenshot({ path: file });
    if (tries === 3 || text === await citizen.text(PARTS.codeText)) return text;
  }
}

export async function offline(tally, browser, demo, shots) {
  const way = await door(demo.base);
  const citizen = await Visitor.enter(browser, way.base, { who: CITIZEN, viewport: PHONE });
  try {
    await online(tally, citizen, demo, shots);
    await vectors(tally, citizen);
    await cut(tally, citizen, way, shots);
    await days(tally, browser, demo, shots);
  } finally {
    await citizen.leave();
    way.close();
  }
}

async function online(tally, citizen, demo, shots) {
  const { page } = citizen;
  await tally.check("own code: made by the phone, under 40 bytes, read by zbar, accepted once", async () => {
    await citizen.open("/phone");
    await ownCode(citizen);
    const file = `${shots}/own-code.png`;
    const text = await drawn(citizen, file);
    holds(bytesOf(text).length < 40, `${bytesOf(text).length} bytes`);
    holds(zbar(file) === text, `zbar reads ${zbar(file)} instead of ${text}`);
    const first = await scan(demo, text);
    holds(first.status < 300, `the scan answers ${first.status} ${JSON.stringify(first.said)}`);
    const again = await scan(demo, text);
    holds(again.status === 409 || again.status === 422, `the same code again answers ${again.status}`);
  });
  await tally.check("own code: a tap shows the next one, and both are accepted in one half minute", async () => {
    const before = await citizen.text(PARTS.codeText);
    await page.locator(PARTS.codePicture).click();
    await soon(async () => (await citizen.text(PARTS.codeText)) !== before, "the code stays the same after a tap");
    const next = await scan(demo, await citizen.text(PARTS.codeText));
    holds(next.status < 300, `the next code answers ${next.status} ${JSON.stringify(next.said)}`);
  });
  await tally.check("own code: digits to read out, and a bar code that zbar reads", async () => {
    holds(/^\d{3} \d{3}$/.test(await citizen.text("[data-test=spoken]")), `digits are '${await citizen.text("[data-test=spoken]")}'`);
    await page.locator("[data-toggle]").click();
    const file = `${shots}/own-bars.png`;
    await page.locator("[data-bars]").screenshot({ path: file });
    holds(/^[12]\d{27}$/.test(zbar(file)), `zbar reads '${zbar(file)}'`);
    await look(tally, citizen, "phone-bars", shots);
    await page.locator("[data-toggle]").click();
  });
  await tally.check("own code: enlarged, and back", async () => {
    await page.locator("[data-bright]").click();
    const box = await page.locator(PARTS.codePicture).boundingBox();
    holds(box.width >= 360, `the enlarged code is ${box.width} px wide`);
    await look(tally, citizen, "phone-bright", shots);
    await page.locator("[data-bright]").click();
  });
  await tally.check("phone: can be installed", async () => {
    const found = await page.evaluate(async () => {
      const manifest = await (await fetch(document.querySelector("link[rel=manifest]").href)).json();
      const icons = await Promise.all(manifest.icons.map(async (icon) => (await fetch(icon.src)).status));
      return { display: manifest.display, start: manifest.start_url, icons };
    });
    holds(found.display === "standalone" && found.start === "/phone" && found.icons.every((status) => status === 200), JSON.stringify(found));
  });
}

/** The bytes that the format's document promises, made by the page's script. */
async function vectors(tally, citizen) {
  await tally.check("own code: the page's script makes the vectors of docs/code-format-vectors.json", async () => {
    const file = join(root, "docs/code-format-vectors.json");
    holds(existsSync(file), "docs/code-format-vectors.json is missing");
    const said = JSON.parse(readFileSync(file, "utf8"));
    const rows = said.stocks.filter((one) => one.suite === 1);
    const minted = said.servers.find((one) => one.suite === 1).cases[0];
    holds(rows.length > 0 && minted.found === "accepted", "there are no vectors of phone codes");
    const wrong = await citizen.page.evaluate(async ([all, first]) => {
      const hex = (text) => Uint8Array.from(text.match(/../g), (pair) => parseInt(pair, 16));
      const found = [];
      const same = (name, made, wanted) => { if (made !== wanted) found.push(`${name}: ${made} instead of ${wanted}`); };
      for (const [at, row] of all.entries()) {
        const key = await crypto.subtle.importKey("raw", hex(row.secret), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
        const half = row.slot * 4;
        const stock = { region: row.region, suite: row.suite, epoch: row.epoch, first: half, span: 4, count: 1, handles: hex(row.handle), bars: hex(row.bar), key };
        same("spoken", await yima.spoken(stock, half), row.spoken);
        same("barcode", await yima.barDigits(stock, half), row.barcode);
        if (at === 0) same("text", await yima.mint(stock, Math.floor(first.step / 8), first.step % 8), first.text);
      }
      return found;
    }, [rows, minted]);
    holds(wrong.length === 0, wrong.join("\n"));
  });
}

async function cut(tally, citizen, way, shots) {
  const { page } = citizen;
  await tally.check("own code: the page opens and shows a new code with the network cut", async () => {
    await page.locator("html[data-kept]").waitFor();
    await citizen.open("/phone");
    const before = await ownCode(citizen);
    await soon(() => page.evaluate(async () => {
      const kept = await caches.open("yima-phone-1");
      return (await kept.keys()).length >= 5;
    }), "the page and its parts are not kept");
    citizen.faults = [];
    way.shut();
    await page.goto(`${way.base}/phone`, { waitUntil: "load" });
    await ownCode(citizen);
    const file = `${shots}/cut-code.png`;
    const text = await drawn(citizen, file);
    holds(text.startsWith("YM1:") && text !== before, `shows ${text} after ${before}`);
    holds(zbar(file) === text, `zbar reads ${zbar(file)}`);
    await page.screenshot({ path: `${shots}/phone-cut.png`, fullPage: true });
    way.open();
  });
}

/** Three days ahead: no server is asked, every code is of its own half minute; after four it says so. */
async function days(tally, browser, demo, shots) {
  const way = await door(demo.base);
  const citizen = await Visitor.enter(browser, way.base, { who: CITIZEN, viewport: PHONE });
  const { page } = citizen;
  const start = Date.now();
  try {
    await tally.check("own code: shown for 72 hours without one answer of a server", async () => {
      await page.clock.install({ time: start });
      await citizen.open("/phone");
      await ownCode(citizen);
      await page.locator("html[data-kept]").waitFor();
      await citizen.open("/phone");
      await ownCode(citizen);
      await soon(async () => { await page.clock.runFor(1000); return page.locator("html[data-stocked]").count(); }, "the stock of all days does not come");
      way.shut();
      // What was on its way when the door closed is not counted.
      await new Promise((resolve) => { setTimeout(resolve, 500); });
      const answered = [];
      page.on("response", (answer) => { if (!answer.fromServiceWorker()) answered.push(answer.url()); });
      for (const hours of [0.5, 12, 24, 48, 71.9, 72]) {
        const at = start + hours * HOUR_MS;
        await page.clock.setSystemTime(at);
        await page.goto(`${way.base}/phone`, { waitUntil: "load" });
        await soon(async () => {
          await page.clock.runFor(1000);
          const text = await citizen.text(PARTS.codeText);
          const off = stepOf(text) >> 3;
          return Math.abs(off - Math.floor(at / 30_000)) <= 4;
        }, `after ${hours} h the code is of another time: ${stepOf(await citizen.text(PARTS.codeText)) >> 3} instead of ${Math.floor(at / 30_000)}`);
      }
      holds(answered.length === 0, `answered by a server: ${answered.join(", ")}`);
    });
    await tally.check("own code: when its stock has run out, the phone says so", async () => {
      await page.clock.setSystemTime(start + 100 * HOUR_MS);
      await page.goto(`${way.base}/phone`, { waitUntil: "load" });
      await soon(async () => { await page.clock.runFor(1000); return page.locator("[data-offline]").isVisible(); }, "nothing is said");
      await page.screenshot({ path: `${shots}/phone-ended.png`, fullPage: true });
    });
  } finally {
    await citizen.leave();
    way.close();
  }
}

/** What a first visit on a slow phone costs: bytes over the wire, and milliseconds to the code. */
export async function weight(tally, browser, demo) {
  const way = await door(demo.base);
  const citizen = await Visitor.enter(browser, way.base, { viewport: PHONE });
  try {
    await tally.check("phone: at most 60 KB transferred, the code within 2.5 s on a slow phone", async () => {
      // The session comes without a page, so that nothing of the page is there before.
      await citizen.context.request.get(`${way.base}/demo/be/${CITIZEN}`, { maxRedirects: 0 });
      const { page } = citizen;
      const tools = await citizen.context.newCDPSession(page);
      // A slow 3G phone as Lighthouse means it: 1.6 Mbit/s down, 150 ms there and back, a processor four times slower.
      await tools.send("Network.enable");
      await tools.send("Network.emulateNetworkConditions", { offline: false, latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 0.75e6 / 8 });
      await tools.send("Emulation.setCPUThrottlingRate", { rate: 4 });
      const before = way.state.bytes, began = Date.now();
      await page.goto(`${way.base}/phone`, { waitUntil: "commit" });
      await page.locator(PARTS.codePicture).waitFor();
      const took = Date.now() - began;
      await page.waitForLoadState("load");
      const bytes = way.state.bytes - before;
      await page.locator("html[data-stocked]").waitFor();
      console.log(`phone: ${bytes} bytes, code after ${took} ms on a slow phone; the stock of four days behind it ${way.state.bytes - before - bytes} bytes`);
      holds(bytes <= 60 * 1024, `${bytes} bytes`);
      holds(took <= 2500, `${took} ms`);
      holds(bytes > 10_000, `only ${bytes} bytes: something was there before`);
    });
  } finally {
    await citizen.leave();
    way.close();
  }
}
