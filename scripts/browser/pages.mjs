// Every page in both languages: its language, axe, the console, the hosts it
// asks, and that nothing is cut off on a small window or at 200 % zoom.
import { holds, soon } from "./tally.mjs";
import { PARTS } from "./parts.mjs";
import { DESK, PHONE, Visitor } from "./visitor.mjs";

const LANGUAGES = ["zh-CN", "en"];
/** A desk at 200 % zoom, a phone of the smallest kind (WCAG 2.2, 1.4.10). */
const ZOOMED = { width: 683, height: 450 };
const SMALLEST = { width: 320, height: 640 };

const PAGES = [
  { name: "home", path: "/", viewport: DESK },
  { name: "sign-in", path: "/sign-in", viewport: DESK },
  { name: "not-found", path: "/nowhere-at-all", viewport: DESK, status: 404 },
  { name: "phone", path: "/phone", who: "jingyi", viewport: PHONE },
  { name: "phone-elder", path: "/phone?elder=1", who: "guilan", viewport: PHONE },
  { name: "looks", path: "/phone/looks", who: "jingyi", viewport: PHONE },
  { name: "looks-elder", path: "/phone/looks?elder=1", who: "guilan", viewport: PHONE },
  { name: "cards", path: "/phone/cards", who: "jingyi", viewport: PHONE },
  { name: "cards-elder", path: "/phone/cards?elder=1", who: "guilan", viewport: PHONE },
  { name: "clinic", path: "/clinic", who: "lin", viewport: DESK },
  { name: "account", path: "/account", who: "lin", viewport: DESK },
];

export async function look(tally, visitor, name, shots) {
  const { page } = visitor;
  const narrow = (page.viewportSize()?.width ?? 0) < 600;
  await page.screenshot({ path: `${shots}/${name}.png`, fullPage: true });
  await tally.check(`${name}: language`, async () => {
    const lang = await page.locator("html").getAttribute("lang");
    holds(lang === visitor.lang, `html has lang ${lang} instead of ${visitor.lang}`);
  });
  await tally.check(`${name}: axe`, async () => {
    // As tall as the page: the tabs at the foot of the window cover what one has not scrolled to.
    const before = page.viewportSize();
    const height = narrow ? await page.evaluate(() => document.documentElement.scrollHeight) : before.height;
    await page.setViewportSize({ ...before, height: Math.max(before.height, height) });
    const found = await visitor.violations();
    await page.setViewportSize(before);
    holds(found.length === 0, found.join("\n"));
  });
  await tally.check(`${name}: one heading, one main`, async () => {
    holds((await page.locator("h1").count()) === 1, "there is not exactly one h1");
    holds((await page.locator("main#main").count()) === 1, "there is not exactly one main");
  });
  await tally.check(`${name}: nothing cut off`, async () => {
    const before = page.viewportSize();
    await page.setViewportSize(narrow ? SMALLEST : ZOOMED);
    const wider = await visitor.overflow();
    await page.setViewportSize(before);
    holds(wider <= 1, `the page is ${wider} px wider than its window`);
  });
  await tally.check(`${name}: quiet console, no outside host`, async () => {
    const faults = visitor.faults.splice(0);
    holds(faults.length === 0, faults.join("\n"));
  });
}

/** All pages that need no scan. */
export async function pages(tally, browser, demo, shots) {
  for (const lang of LANGUAGES) {
    for (const { name, path, who, viewport, status } of PAGES) {
      const label = `${name}-${lang}`;
      await tally.check(`${label}: opens`, async () => {
        const visitor = await Visitor.enter(browser, demo.base, { who, lang, viewport });
        await visitor.open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`, status);
        await look(tally, visitor, label, shots);
        await visitor.leave();
      });
    }
  }
}

/** The golden step without any script: the code is there, the form posts, the record opens. */
export async function withoutScripts(tally, browser, demo) {
  await tally.check("without scripts: code, scan, record, looks", async () => {
    const citizen = await Visitor.enter(browser, demo.base, { who: "jianguo", viewport: PHONE, scripts: false });
    await citizen.open("/phone");
    holds(await citizen.page.locator(PARTS.codePicture).isVisible(), "the code is not drawn");
    const doctor = await Visitor.enter(browser, demo.base, { who: "gao", scripts: false });
    await doctor.open("/clinic");
    await doctor.page.locator(PARTS.scanInput).fill(await citizen.text(PARTS.codeText));
    await doctor.page.keyboard.press("Enter");
    await doctor.page.locator(PARTS.row).first().waitFor();
    await citizen.open("/phone/looks");
    await soon(async () => (await citizen.page.locator(PARTS.look).count()) > 0, "no look is listed", 2_000);
    for (const visitor of [citizen, doctor]) {
      holds(visitor.faults.length === 0, visitor.faults.join("\n"));
      await visitor.leave();
    }
  });
}
