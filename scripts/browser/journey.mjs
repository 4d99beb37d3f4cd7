// The golden step by keyboard alone: the phone shows a code, the doctor scans
// it, the half year is there, the citizen sees the look and ends it.
import { spawnSync } from "node:child_process";
import { holds, soon } from "./tally.mjs";
import { look } from "./pages.mjs";
import { PARTS } from "./parts.mjs";
import { DESK, PHONE, Visitor } from "./visitor.mjs";

const CITIZEN = "jingyi";
const DOCTOR = "lin";
/** Of another hospital: the same doctor may scan the same code twice. */
const OTHER_DOCTOR = "gao";
const DOCTOR_NAME = /林若衡|Lin Ruoheng/;

/** Types as a keyboard-wedge scanner does: fast, then Enter. */
async function wedge(page, text) {
  await page.keyboard.type(text, { delay: 1 });
  await page.keyboard.press("Enter");
}

async function freshCode(citizen) {
  await citizen.open("/phone");
  // The node's code gives way to the phone's own a moment later.
  await citizen.page.locator(".code.own").waitFor();
  const code = await citizen.text(PARTS.codeText);
  holds(code.startsWith("YM1:"), `the phone shows '${code}'`);
  return code;
}

export async function journey(tally, browser, demo, shots) {
  const citizen = await Visitor.enter(browser, demo.base, { who: CITIZEN, viewport: PHONE });
  const doctor = await Visitor.enter(browser, demo.base, { who: DOCTOR, viewport: DESK });
  await shows(tally, citizen, shots);
  await scans(tally, citizen, doctor, shots);
  await sees(tally, citizen, shots);
  await refuses(tally, citizen, doctor, shots);
  await ends(tally, citizen, doctor);
  await tally.check("journey: quiet console, no outside host", async () => {
    const faults = [...citizen.faults, ...doctor.faults];
    holds(faults.length === 0, faults.join("\n"));
  });
  await citizen.leave();
  await doctor.leave();
}

async function shows(tally, citizen, shots) {
  await tally.check("phone: being somebody leads to the code", async () => {
    holds(new URL(citizen.page.url()).pathname === "/phone", `leads to ${citizen.page.url()}`);
  });
  await tally.check("phone: the drawn code is the code's text", async () => {
    let text = await freshCode(citizen);
    const file = `${shots}/code.png`;
    // A new half minute between reading and drawing is another code: once more then.
    for (let tries = 0; tries < 3; tries += 1) {
      await citizen.page.locator(PARTS.codePicture).screenshot({ path: file });
      const after = await citizen.text(PARTS.codeText);
      if (after === text) break;
      text = after;
    }
    const read = spawnSync("zbarimg", ["--quiet", "--raw", file], { encoding: "utf8" });
    holds(!read.error, "zbarimg is missing; install zbar-tools");
    holds(read.stdout.trim() === text, `zbarimg reads '${read.stdout.trim()}' instead of '${text}'`);
  });
}

async function scans(tally, citizen, doctor, shots) {
  const { page } = doctor;
  await tally.check("clinic: a scanned code opens the half year", async () => {
    await doctor.open("/clinic");
    const code = await freshCode(citizen);
    const began = Date.now();
    await wedge(page, code);
    await page.locator(PARTS.row).first().waitFor();
    const took = Date.now() - began;
    holds(took < 5_000, `the timeline took ${took} ms`);
    const rows = await page.locator(PARTS.row).count();
    holds(rows >= 5, `only ${rows} entries are listed`);
    const from = new Set((await page.locator(PARTS.rowInstitution).allTextContents()).map((name) => name.trim()));
    holds(from.size >= 2, `entries come from ${[...from].join(", ")} only`);
    holds(await page.locator(PARTS.grantUntil).isVisible(), "the grant's clock is not shown");
  });
  await tally.check("clinic: a report opens by keyboard", async () => {
    await page.locator("body").click({ position: { x: 1, y: 1 } });
    await doctor.tabTo(PARTS.row);
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const key = await page.evaluate(() => document.activeElement.dataset.key);
    await page.keyboard.press("Enter");
    await soon(async () => new URL(page.url()).search.includes(encodeURIComponent(key)) || page.url().includes(key), "the address does not name the entry");
    holds(await page.locator(`${PARTS.report} h2`).first().isVisible(), "no report is shown");
  });
  await tally.check("clinic: F2 comes to the scan box", async () => {
    await page.keyboard.press("F2");
    holds(await page.locator(PARTS.scanInput).evaluate((input) => input === document.activeElement), "F2 does not");
  });
  for (const lang of ["zh-CN", "en"]) {
    await tally.check(`person-${lang}: opens`, async () => {
      doctor.lang = lang;
      await doctor.inLanguage(lang);
      await page.locator(PARTS.row).first().waitFor();
      await look(tally, doctor, `person-${lang}`, shots);
    });
  }
  await tally.check("clinic: the desk holds still while its panels scroll", async () => {
    await doctor.inLanguage("zh-CN");
    const beyond = await page.evaluate(() => document.documentElement.scrollHeight - innerHeight);
    holds(beyond <= 1, `the page goes on ${beyond} px below its window`);
  });
}

async function sees(tally, citizen, shots) {
  await tally.check("phone: says who can see the record now", async () => {
    await soon(async () => DOCTOR_NAME.test(await citizen.text(PARTS.openGrants)), "the doctor is not named");
  });
  await tally.check("looks: the newest look is the doctor's", async () => {
    await citizen.open("/phone/looks");
    const first = await citizen.text(PARTS.look);
    holds(DOCTOR_NAME.test(first), `the newest look is '${first}'`);
  });
  for (const lang of ["zh-CN", "en"]) {
    citizen.lang = lang;
    for (const path of ["/phone/looks", "/phone", "/phone/looks?elder=1", "/phone?elder=1"]) {
      const name = `seen-${path.replaceAll(/[^a-z0-9]+/g, "-").slice(1)}-${lang}`;
      await tally.check(`${name}: opens`, async () => {
        await citizen.open(`${path}${path.includes("?") ? "&" : "?"}lang=${lang}`);
        await look(tally, citizen, name, shots);
      });
    }
  }
  await citizen.open("/phone?elder=0&lang=zh-CN");
}

async function refuses(tally, citizen, doctor, shots) {
  const rows = [
    ["used", async () => {
      const code = await freshCode(citizen);
      const other = await Visitor.enter(citizen.context.browser(), citizen.base, { who: OTHER_DOCTOR });
      await other.open("/clinic");
      await wedge(other.page, code);
      await other.page.locator(PARTS.row).first().waitFor();
      await other.leave();
      return code;
    }],
    ["unreadable", async () => "YM1:THIS IS NO CODE OF OURS"],
  ];
  for (const [name, make] of rows) {
    await tally.check(`clinic: a code that is ${name} is refused in words`, async () => {
      const code = await make();
      await doctor.open("/clinic");
      doctor.expected.push("/clinic/scan");
      await wedge(doctor.page, code);
      await doctor.page.locator(PARTS.error).first().waitFor();
      const says = await doctor.text(PARTS.error);
      holds(says.length > 8, `says only '${says}'`);
      doctor.lang = (await doctor.page.locator("html").getAttribute("lang")) ?? "";
      await look(tally, doctor, `refused-${name}`, shots);
    });
  }
}

async function ends(tally, citizen, doctor) {
  await tally.check("phone: the citizen ends the look, by keyboard", async () => {
    const code = await freshCode(citizen);
    await doctor.open("/clinic");
    await wedge(doctor.page, code);
    await doctor.page.locator(PARTS.row).first().waitFor();
    await citizen.open("/phone");
    const before = await citizen.page.locator(PARTS.endGrant).count();
    holds(before > 0, "there is nothing to end");
    for (let left = before; left > 0; left -= 1) {
      await citizen.tabTo(PARTS.endGrant);
      await Promise.all([citizen.page.waitForNavigation(), citizen.page.keyboard.press("Enter")]);
      await soon(async () => (await citizen.page.locator(PARTS.endGrant).count()) === left - 1, "the grant is still open");
    }
  });
  await tally.check("clinic: nothing is left on the doctor's screen", async () => {
    const here = new URL(doctor.page.url());
    // Whether the person exists is private now, so the page may answer 404.
    doctor.expected.push(here.pathname + here.search);
    await doctor.page.reload({ waitUntil: "load" });
    holds((await doctor.page.locator(PARTS.row).count()) === 0, "entries are still listed");
    holds((await doctor.page.locator(PARTS.person).count()) === 0, "the person is still shown");
  });
}
