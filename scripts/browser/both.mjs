// The code for two sides without a network: the phone's own browser makes the key, the region signs for it ahead, the
// network is really cut, the picture is read by zbar, and `yima verify` judges it with the lists it fetched before.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesOf, door, drawn, ownCode, zbar } from "./offline.mjs";
import { look } from "./pages.mjs";
import { PARTS } from "./parts.mjs";
import { holds, soon } from "./tally.mjs";
import { PHONE, Visitor } from "./visitor.mjs";

const CITIZEN = "jingyi";
const HOUR_MS = 3_600_000;
const PHONES = [
  { name: "ed25519", suite: 1, bytes: 197 },
  { name: "p256", suite: 3, bytes: 198, without: "Ed25519" },
];

/** A terminal with a folder of its own: the lists it fetched while it had a network, and what it remembers. */
class Terminal {
  static async withLists(program, demo) {
    const terminal = new Terminal(program, mkdtempSync(join(tmpdir(), "yima-terminal-")));
    for (const [name, path] of [["trust.json", "/v1/trust"], ["revoked.json", "/v1/revoked"]]) {
      const answer = await fetch(`${demo.base}${path}`, { headers: { authorization: `Bearer ${demo.tokens.kiosk}` } });
      writeFileSync(join(terminal.folder, name), await answer.text());
    }
    return terminal;
  }

  constructor(program, folder) {
    Object.assign(this, { program, folder });
  }

  /** What `yima verify` says: the verdict's word, and whether it is remembered. */
  verify(text, ...more) {
    const told = spawnSync(this.program, ["verify", text, "--trust", "trust.json", "--revoked", "revoked.json", "--json", ...more],
      { cwd: this.folder, encoding: "utf8" });
    const said = JSON.parse(told.stdout || "{}");
    return `${said.verdict ?? told.stderr.trim()}${said.accepted ? ", remembered" : ""}`;
  }

  gone() {
    rmSync(this.folder, { recursive: true });
  }
}

const wanted = (found, expected, what) => holds(found === expected, `${what}: ${found} instead of ${expected}`);

export async function both(tally, browser, demo, shots, program) {
  for (const phone of PHONES) {
    const terminal = await Terminal.withLists(program, demo);
    const way = await door(demo.base);
    const citizen = await Visitor.enter(browser, way.base, { viewport: PHONE });
    try {
      if (phone.without) await citizen.page.addInitScript(refuse, phone.without);
      await citizen.open(`/demo/be/${CITIZEN}`);
      await prepared(tally, citizen, phone, shots);
      await cut(tally, citizen, way, terminal, phone, shots);
    } finally {
      await citizen.leave();
      way.close();
      terminal.gone();
    }
  }
}

/** A browser of a time before one algorithm. */
function refuse(algorithm) {
  const generate = crypto.subtle.generateKey.bind(crypto.subtle);
  crypto.subtle.generateKey = (wish, ...rest) => (wish.name === algorithm
    ? Promise.reject(new DOMException("Unrecognized name.", "NotSupportedError"))
    : generate(wish, ...rest));
}

/** While there is a network: the credential comes with the stock, and its key cannot be read out. */
async function prepared(tally, citizen, phone, shots) {
  const { page } = citizen;
  await tally.check(`both offline (${phone.name}): a credential is fetched ahead, for a key that stays in the browser`, async () => {
    await ownCode(citizen);
    await page.locator("html[data-stocked]").waitFor();
    const held = await page.evaluate(async (person) => {
      const { suite, key, ends } = (await yima.recall(person, null)).credential;
      const read = await crypto.subtle.exportKey("pkcs8", key).then(() => true, () => false);
      return { suite, hours: (ends - Date.now()) / 3_600_000, read };
    }, await page.locator("[data-person]").getAttribute("data-person"));
    holds(held.suite === phone.suite && !held.read, JSON.stringify(held));
    holds(held.hours > 71 && held.hours <= 72, `it lives for ${held.hours} hours`);
  });
  if (phone.without) return;
  for (const [name, lang, path] of [["en", "en", "/phone"], ["elder", "zh-CN", "/phone?elder=1"], ["zh-CN", "zh-CN", "/phone?elder=0"]]) {
    await tally.check(`both offline: shown in ${name}`, async () => {
      await citizen.open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
      citizen.lang = lang;
      await ownCode(citizen);
      await page.locator("[data-both]").click();
      await long(citizen);
      await look(tally, citizen, `phone-both-${name}`, shots);
    });
  }
}

const long = (citizen) => soon(async () => (await citizen.text(PARTS.codeText)).length > 290, "no long code is shown");

async function cut(tally, citizen, way, terminal, phone, shots) {
  const { page } = citizen;
  const first = {};
  await tally.check(`both offline (${phone.name}): drawn with the network cut, read by zbar, valid by the cached lists`, async () => {
    await page.locator("html[data-kept]").waitFor();
    await citizen.open("/phone");
    way.shut();
    await page.goto(`${way.base}/phone`, { waitUntil: "load" });
    await ownCode(citizen);
    await page.locator("[data-both]").click();
    await long(citizen);
    const file = `${shots}/both-${phone.name}.png`;
    const text = await drawn(citizen, file);
    wanted(bytesOf(text).length, phone.bytes, "bytes");
    const side = Number((await page.locator(PARTS.codePicture).getAttribute("viewBox")).split(" ")[2]) - 8;
    holds((side - 17) / 4 <= 12, `version ${(side - 17) / 4}`);
    wanted(zbar(file), text, "zbar");
    wanted(terminal.verify(text, "--cache", "seen"), "valid, remembered", "the verdict");
    Object.assign(first, { text, at: Date.now() });
  });
  await tally.check(`both offline (${phone.name}): the same code again is used here already; a tap shows the next`, async () => {
    wanted(terminal.verify(first.text, "--cache", "seen"), "used-here", "a replay");
    await page.locator(PARTS.codePicture).click();
    await soon(async () => (await citizen.text(PARTS.codeText)) !== first.text, "the code stays the same");
    wanted(terminal.verify(await citizen.text(PARTS.codeText), "--cache", "seen"), "valid, remembered", "the next code");
  });
  await tally.check(`both offline (${phone.name}): signs the digits on the desk's screen`, async () => {
    const before = await citizen.text(PARTS.codeText);
    await page.getByLabel(/8 位数字/).fill("20261124");
    await soon(async () => (await citizen.text(PARTS.codeText)) !== before, "the code does not change with the digits");
    const text = await citizen.text(PARTS.codeText);
    wanted(terminal.verify(text, "--challenge", "20261125"), "forged", "other digits");
    wanted(terminal.verify(text), "challenge-unknown", "no digits");
    wanted(terminal.verify(text, "--challenge", "20261124"), "valid", "the right digits");
    await page.screenshot({ path: `${shots}/phone-both-cut.png`, fullPage: true });
  });
  await tally.check(`both offline (${phone.name}): after the credential's end it is expired, and the phone says so`, async () => {
    const late = new Date(first.at + 73 * HOUR_MS).toISOString();
    wanted(terminal.verify(first.text, "--at", late), "expired", "three days later");
    await page.evaluate((at) => { Date.now = () => at; }, first.at + 73 * HOUR_MS);
    await soon(async () => (await page.locator("[data-offline]").isVisible()) && (await citizen.text("[data-offline]")).includes("联网"), "nothing is said");
  });
}
