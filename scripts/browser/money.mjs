// Money in a real browser: a visit is paid on the phone by one tap, explained fen by
// fen, its e-bill verifies; another is paid at a kiosk; the agency sees what is in doubt.
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { holds, soon } from "./tally.mjs";
import { look } from "./pages.mjs";
import { DESK, PHONE, Visitor } from "./visitor.mjs";

const CITIZEN = "jingyi";
const UPRIGHT = { width: 1080, height: 1920 };
const LANGUAGES = ["zh-CN", "en"];

/** Yuan as the page writes them, in fen. */
function fen(text) {
  const [whole, part = "00"] = text.replaceAll(/[^0-9.-]/g, "").split(".");
  return Number(whole) * 100 + Math.sign(Number(whole) || 1) * Number(part.padEnd(2, "0"));
}

async function numbers(page, selector) {
  return (await page.locator(selector).allTextContents()).map(fen);
}

const sum = (all) => all.reduce((one, other) => one + other, 0);

/** The parts of the fund bar are the whole; the own part is what is said above it. */
async function addsUp(page, place) {
  const [total, own] = await page.locator(place).first().evaluate((one) => [Number(one.dataset.total), Number(one.dataset.own)]);
  const parts = await numbers(page, ".shares dd");
  holds(parts.length > 0 && sum(parts) === total, `the parts ${parts.join(" + ")} are not ${total}`);
  const drawn = await page.locator(".fundbar rect").evaluateAll((all) => all.reduce((wide, one) => wide + Number(one.getAttribute("width")), 0));
  holds(drawn === 1000, `the bar is ${drawn} of 1000 wide`);
  holds(own === 0 || parts.includes(own), `nobody pays ${own}`);
  return { total, own };
}

/** In every tree the innermost amounts sum to the outermost. */
async function explained(page) {
  const trees = await page.locator("[data-tree]").evaluateAll((all) => all.map((tree) => [
    Number(tree.dataset.tree),
    [...tree.querySelectorAll("[data-leaf]")].reduce((whole, leaf) => whole + Number(leaf.dataset.leaf), 0),
  ]));
  holds(trees.length > 0, "nothing is explained");
  for (const [whole, leaves] of trees) holds(whole === leaves, `leaves of ${leaves} are not ${whole}`);
  return trees.map(([whole]) => whole);
}

/** Everything that is touched is large enough. */
async function touchable(page, least) {
  const small = await page.locator("a:visible, button:visible, summary:visible").evaluateAll((all, least) => all
    .filter((one) => !one.classList.contains("skip"))
    .map((one) => [one.outerHTML.slice(0, 60), one.getBoundingClientRect().height])
    .filter(([, height]) => height > 0 && height < least - 0.5), least);
  holds(small.length === 0, small.map(([what, height]) => `${what} is ${height} px high`).join("\n"));
}

/** The citizen's phone, on the page where one pays. */
async function phone(browser, demo, scripts = true) {
  const citizen = await Visitor.enter(browser, demo.base, { viewport: PHONE, scripts });
  await citizen.open(`/demo/be/${CITIZEN}?next=/phone/pay`);
  return citizen;
}

/** Somebody with a desk, by role: the demo's token as the session of a browser. */
async function staff(browser, demo, role, viewport) {
  const visitor = await Visitor.enter(browser, demo.base, { viewport });
  await visitor.context.addCookies([{ name: "yima_session", value: demo.tokens[role], url: demo.base }]);
  return visitor;
}

export async function money(tally, browser, demo, shots, program) {
  const citizen = await phone(browser, demo);
  await waits(tally, citizen, shots);
  const settled = await pays(tally, citizen, shots);
  await afterwards(tally, citizen, shots, settled);
  await bills(tally, citizen, shots, program);
  await citizen.leave();
  await atKiosk(tally, browser, demo, shots);
  await scriptless(tally, browser, demo);
  await inDoubt(tally, browser, demo, shots);
}

async function waits(tally, citizen, shots) {
  const { page } = citizen;
  for (const lang of LANGUAGES) {
    citizen.lang = lang;
    for (const [name, query, least] of [["pay", "", 44], ["pay-elder", "&elder=1", 60]]) {
      await tally.check(`${name}-${lang}: the parts are the whole`, async () => {
        await citizen.open(`/phone/pay?lang=${lang}${query}`);
        const { own } = await addsUp(page, ".own");
        const button = await citizen.text("[data-test=confirm]");
        holds(own === 0 || button.includes((own / 100).toFixed(2)), `the button says '${button}' for ${own}`);
        if (!query) {
          const items = await numbers(page, ".items b.num");
          holds(sum(items) === Number(await page.locator(".own").getAttribute("data-total")), `items of ${sum(items)}`);
        }
      });
      await tally.check(`${name}-${lang}: explained before paying`, async () => {
        const own = Number(await page.locator(".own").getAttribute("data-own"));
        await explained(page);
        // The first tree is the person's part by purse: the own share is one of its leaves.
        const purses = await page.locator("[data-tree]").first().locator("[data-leaf]").evaluateAll((all) => all.map((one) => Number(one.dataset.leaf)));
        holds(own === 0 || purses.includes(own), `what is explained is ${purses.join(" + ")}, without ${own}`);
        await page.locator("[data-why] > summary").click();
        await touchable(page, least);
      });
      await look(tally, citizen, `${name}-${lang}`, shots);
    }
  }
  await tally.check("pay: without accounts the person pays more", async () => {
    await citizen.open("/phone/pay?lang=zh-CN");
    const before = await addsUp(page, ".own");
    await Promise.all([page.waitForNavigation(), page.locator("[role=switch]").click()]);
    const after = await addsUp(page, ".own");
    holds(after.total === before.total && after.own >= before.own, `${before.own} became ${after.own}`);
    holds((await page.locator("[role=switch]").getAttribute("aria-checked")) === "false", "the switch still says on");
    await Promise.all([page.waitForNavigation(), page.locator("[role=switch]").click()]);
  });
}

/** Pays without account money, so that the mobile channel has something to do. */
async function pays(tally, citizen, shots) {
  const { page } = citizen;
  citizen.lang = "zh-CN";
  let settled = "";
  await tally.check("pay: a double tap settles once and pays once", async () => {
    await citizen.open("/phone/pay?lang=zh-CN&account=0");
    // Two taps at the same instant, by the form as it stands.
    const places = await page.evaluate(async () => {
      const form = document.querySelector("form.paybar");
      const tap = () => fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) }).then((answer) => new URL(answer.url).pathname);
      return Promise.all([tap(), tap()]);
    });
    holds(places[0] === places[1] && places[0].startsWith("/phone/pay/"), `two taps lead to ${places.join(" and ")}`);
    settled = places[0];
    // And a third one, of the page that is still open.
    await Promise.all([page.waitForNavigation(), page.locator("[data-test=confirm]").click()]);
    holds(new URL(page.url()).pathname === settled, `a third tap leads to ${page.url()}`);
  });
  await tally.check("pay: says that it is being confirmed, then that it is paid", async () => {
    await page.screenshot({ path: `${shots}/pay-confirming.png`, fullPage: true });
    const stand = () => page.locator("[data-stand]").getAttribute("data-stand").catch(() => "");
    await soon(async () => (await stand()) === "paid", "it is never paid", 30_000);
  });
  await tally.check("pay: nothing waits any more", async () => {
    await citizen.open("/phone/pay");
    holds(await page.locator("[data-nothing]").isVisible(), "something still waits");
  });
  return settled;
}

async function afterwards(tally, citizen, shots, settled) {
  const { page } = citizen;
  for (const lang of LANGUAGES) {
    citizen.lang = lang;
    for (const [name, path] of [["paid", settled], ["why", `${settled}/why`], ["pay-none", "/phone/pay"]]) {
      for (const [kind, query, least] of [["", "", 44], ["-elder", "&elder=1", 60]]) {
        await tally.check(`${name}${kind}-${lang}: opens`, async () => {
          await citizen.open(`${path}?lang=${lang}${query}`);
          if (name === "paid") await addsUp(page, ".due");
          if (name === "why") {
            const trees = await explained(page);
            holds(trees.length === 4, `${trees.length} trees`);
            await page.locator("[data-tree] details").evaluateAll((all) => { for (const one of all) one.open = true; });
          }
          await touchable(page, least);
          await look(tally, citizen, `${name}${kind}-${lang}`, shots);
        });
      }
    }
  }
}

async function bills(tally, citizen, shots, program) {
  const { page } = citizen;
  for (const lang of LANGUAGES) {
    citizen.lang = lang;
    for (const [kind, query, least] of [["", "", 44], ["-elder", "&elder=1", 60]]) {
      await tally.check(`bills${kind}-${lang}: open`, async () => {
        await citizen.open(`/phone/bills?lang=${lang}${query}`);
        holds((await page.locator("[data-bill]").count()) === 2, "there are not two bills");
        await touchable(page, least);
        await look(tally, citizen, `bills${kind}-${lang}`, shots);
        await Promise.all([page.waitForNavigation(), page.locator("[data-bill] a.btn").first().click()]);
        const [lines, parts] = [await numbers(page, ".ebill tbody td:nth-child(2)"), await numbers(page, ".ebill tfoot tr:not(:last-child) td:nth-child(2)")];
        holds(sum(lines) === sum(parts), `lines of ${sum(lines)}, parts of ${sum(parts)}`);
        await touchable(page, least);
        await look(tally, citizen, `bill${kind}-${lang}`, shots);
      });
    }
  }
  await tally.check("bills: the PDF comes inline, and verifies offline", async () => {
    await citizen.open("/phone/bills?lang=zh-CN");
    const pdf = new URL(await page.locator("[data-pdf]").first().getAttribute("href"), page.url()).href;
    const answer = await citizen.context.request.get(pdf);
    holds(answer.status() === 200, `the PDF answers ${answer.status()}`);
    const named = answer.headers()["content-disposition"] ?? "";
    holds(/^inline; filename="bill-\d{13}\.pdf"$/.test(named), `content-disposition is '${named}'`);
    const file = `${shots}/bill.pdf`;
    writeFileSync(file, await answer.body());
    const trusted = await citizen.context.request.get(new URL("/v1/trust", page.url()).href);
    const trust = `${shots}/trust.json`;
    writeFileSync(trust, await trusted.body());
    const told = spawnSync(program, ["bill", "verify", file, "--trust", trust], { encoding: "utf8" });
    holds(told.status === 0, `yima bill verify: ${told.stdout}${told.stderr}`);
  });
}

/** A hospital's program registers and charges a visit; answers its number. */
async function charged(demo, number, price) {
  const ask = async (path, body, key) => {
    const answer = await fetch(new URL(path, demo.base), {
      method: "POST",
      headers: { authorization: `Bearer ${demo.tokens.his}`, "content-type": "application/json", "idempotency-key": key },
      body: JSON.stringify(body),
    });
    const text = await answer.text();
    holds(answer.ok, `${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  const { visit } = await ask("/v1/visits", { person: demo.people.find((one) => one.key === CITIZEN).person, med_type: "11", about: { diagnosis: "I10.x00", department: "心内科" } }, `${number}-1`);
  const line = { sn: "1", code: "000000000300001", name: "超声心动图", qty_milli: 1000, price_fen: price, amount_fen: price, category: "03", unit: "次" };
  await ask(`/v1/visits/${visit}/fees`, { batch: number, lines: [line] }, `${number}-2`);
  return visit;
}

async function atKiosk(tally, browser, demo, shots) {
  const citizen = await phone(browser, demo);
  const kiosk = await staff(browser, demo, "kiosk", UPRIGHT);
  const { page } = kiosk;
  await tally.check("kiosk: starts with the scan", async () => {
    await charged(demo, "browser-1", 15_000);
    for (const lang of LANGUAGES) {
      kiosk.lang = lang;
      await kiosk.open(`/kiosk?lang=${lang}`);
      await look(tally, kiosk, `kiosk-${lang}`, shots);
    }
  });
  await tally.check("kiosk: a scan says who is here and what waits", async () => {
    kiosk.lang = "zh-CN";
    await kiosk.open("/kiosk?lang=zh-CN");
    const { code } = await (await citizen.context.request.get(new URL("/phone/code", demo.base).href)).json();
    await page.keyboard.type(code, { delay: 1 });
    await Promise.all([page.waitForURL(/\/kiosk\/person/), page.keyboard.press("Enter")]);
    const hello = await kiosk.text("h1");
    holds(hello.includes("*"), `the name is not masked: ${hello}`);
    holds((await page.locator("a.big").count()) === 1, "there is not one visit");
    await look(tally, kiosk, "kiosk-person-zh-CN", shots);
  });
  await tally.check("kiosk: the parts are the whole, one touch settles", async () => {
    await Promise.all([page.waitForNavigation(), page.locator("a.big").click()]);
    for (const lang of LANGUAGES) {
      kiosk.lang = lang;
      await kiosk.inLanguage(lang);
      await addsUp(page, ".own");
      await touchable(page, 80);
      await look(tally, kiosk, `kiosk-visit-${lang}`, shots);
    }
    kiosk.lang = "zh-CN";
    await kiosk.inLanguage("zh-CN");
    await Promise.all([page.waitForNavigation(), page.locator("main a.btn").click()]);
    const { own } = await addsUp(page, ".own");
    holds(own > 0, "nothing is owed without account money");
    await Promise.all([page.waitForNavigation(), page.locator("[data-test=confirm]").click()]);
    await look(tally, kiosk, "kiosk-tender-zh-CN", shots);
  });
  await tally.check("kiosk: a slip of the card machine pays, and a slip comes out", async () => {
    await page.locator("#slip").fill("20261124000017");
    await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
    await addsUp(page, "[data-slip]");
    for (const lang of LANGUAGES) {
      kiosk.lang = lang;
      await kiosk.inLanguage(lang);
      await look(tally, kiosk, `kiosk-slip-${lang}`, shots);
    }
  });
  for (const media of ["screen", "print"]) {
    await tally.check(`kiosk: the code of the slip is read by zbar on ${media}, and leads to a bill that counts`, async () => {
      await page.emulateMedia({ media });
      const code = page.locator("[data-slip] [data-check]");
      const address = await code.getAttribute("data-check");
      const file = `${shots}/kiosk-slip-code-${media}.png`;
      await code.screenshot({ path: file });
      await page.emulateMedia({ media: null });
      const read = spawnSync("zbarimg", ["--quiet", "--raw", file], { encoding: "utf8" });
      holds(!read.error, "zbarimg is missing; install zbar-tools");
      holds(read.stdout.trim() === address, `zbar reads '${read.stdout.trim()}' instead of '${address}'`);
      // Whoever scans it is anybody: a browser that nobody is signed in with.
      const scanned = new URL(read.stdout.trim());
      const anybody = await Visitor.enter(browser, demo.base, { viewport: PHONE });
      await anybody.open(`${scanned.pathname}${scanned.search}&lang=zh-CN`);
      holds(scanned.pathname === "/bills/check", `leads to ${scanned.pathname}`);
      holds(await anybody.page.locator("[data-test=done]").isVisible(), "the bill does not count");
      holds(!(await anybody.page.content()).includes("*"), "a name is shown");
      await anybody.leave();
    });
  }
  await tally.check("kiosk: the start forgets who was here", async () => {
    await kiosk.open("/kiosk?lang=zh-CN");
    await page.goto(new URL("/kiosk/person", demo.base).href);
    holds(new URL(page.url()).pathname === "/kiosk", `leads to ${page.url()}`);
  });
  await citizen.leave();
  await kiosk.leave();
}

/** Paying without any script: forms post, the page of the payment reloads by itself. */
async function scriptless(tally, browser, demo) {
  await tally.check("pay without scripts", async () => {
    await charged(demo, "browser-2", 9_000);
    const citizen = await phone(browser, demo, false);
    await citizen.open("/phone/pay?elder=1&account=0");
    await Promise.all([citizen.page.waitForNavigation(), citizen.page.locator("[data-test=confirm]").click()]);
    const stand = () => citizen.page.locator("[data-stand]").getAttribute("data-stand").catch(() => "");
    await soon(async () => (await stand()) === "paid", "it is never paid", 30_000);
    holds(citizen.faults.length === 0, citizen.faults.join("\n"));
    await citizen.leave();
  });
}

async function inDoubt(tally, browser, demo, shots) {
  const officer = await staff(browser, demo, "officer", DESK);
  for (const lang of LANGUAGES) {
    officer.lang = lang;
    await tally.check(`in-doubt-${lang}: opens, with the ways to ledger and reconciliation`, async () => {
      await officer.open(`/office/in-doubt?lang=${lang}`);
      holds((await officer.page.locator("nav.ways a").count()) === 3, "there are not three ways");
      await look(tally, officer, `in-doubt-${lang}`, shots);
    });
  }
  for (const path of ["/office/ledger", "/office/reconciliation"]) {
    await tally.check(`${path}: opens`, async () => { await officer.open(path); });
  }
  await officer.leave();
}
