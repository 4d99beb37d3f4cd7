// One's cards, phones and family on the phone: by keyboard, without scripts, and what the other phone sees of it.
import { look } from "./pages.mjs";
import { holds, soon } from "./tally.mjs";
import { PHONE, Visitor } from "./visitor.mjs";

const GIVER = "guilan";
const HELPER = "jingyi";

export async function cards(tally, browser, demo, shots) {
  const giver = await Visitor.enter(browser, demo.base, { who: GIVER, viewport: PHONE });
  const helper = await Visitor.enter(browser, demo.base, { who: HELPER, viewport: PHONE });
  try {
    await stopped(tally, giver, shots);
    await given(tally, giver, helper, shots, await numberOf(demo));
    await removed(tally, browser, demo, giver, shots);
  } finally {
    await giver.leave();
    await helper.leave();
  }
  await withoutScripts(tally, browser, demo);
}

const said = (visitor) => visitor.text("[role=status].notice, .notice[role=status]");

/** Opens the fold of a step and does it, by keyboard alone. */
async function step(visitor, item, fold, button) {
  const { page } = visitor;
  const line = page.locator(item).first();
  await line.locator("summary", { hasText: fold }).focus();
  await page.keyboard.press("Enter");
  const does = line.getByRole("button", { name: button });
  await does.waitFor();
  await page.keyboard.press("Tab");
  holds(await does.evaluate((one) => one === document.activeElement), `Tab does not lead to ${button}`);
  await Promise.all([page.waitForNavigation(), page.keyboard.press("Enter")]);
}

async function stopped(tally, visitor, shots) {
  const { page } = visitor;
  await tally.check("cards: paused by keyboard, the code stops, and comes back", async () => {
    await visitor.open("/phone?elder=0");
    await page.locator(".code.own").waitFor();
    await visitor.open("/phone/cards");
    await step(visitor, "[data-test=card]", "停用", "确认停用");
    holds((await said(visitor)).includes("已停用"), `says ${await said(visitor)}`);
    await look(tally, visitor, "cards-paused", shots);
    await visitor.open("/phone");
    await page.locator("[data-test=stopped]").waitFor();
    await look(tally, visitor, "phone-stopped", shots);
    await visitor.open("/phone/cards");
    await page.getByRole("button", { name: "恢复使用" }).press("Enter");
    await page.waitForURL(/done=resume/);
    await visitor.open("/phone");
    await page.locator(".code.own").waitFor();
  });
  await tally.check("cards: reported lost while its code is on the screen: the page stops; replaced, this phone takes the new one", async () => {
    const other = await page.context().newPage();
    await other.goto(new URL("/phone/cards", visitor.base).href);
    await other.locator("[data-test=card] summary", { hasText: "挂失" }).click();
    await other.getByRole("button", { name: "确认挂失" }).click();
    await other.waitForURL(/done=lost/);
    await soon(async () => (await page.locator("[data-test=stopped]").count()) > 0, "the code stays on the screen", 20_000);
    await other.locator("[data-test=card] summary", { hasText: "补办" }).click();
    await other.getByRole("button", { name: "确认补办" }).click();
    await other.waitForURL(/done=replace/);
    await other.close();
    await visitor.open("/phone");
    await page.locator(".code.own").waitFor();
    visitor.faults = visitor.faults.filter((one) => !one.includes("409"));
  });
}

/** The number of somebody's identity card, as their own record says. */
async function numberOf(demo) {
  const { person } = demo.people.find((one) => one.key === HELPER);
  const answer = await fetch(`${demo.base}/fhir/Patient/${person}`, { headers: { authorization: `Bearer ${demo.tokens.citizen}` } });
  const patient = await answer.json();
  return patient.identifier.find((one) => one.system.endsWith("10011.1.3")).value;
}

async function given(tally, giver, helper, shots, number) {
  await tally.check("family: leave is given on one phone and shows on the other, one tap ends it", async () => {
    await giver.open("/phone/cards");
    await giver.page.locator("summary", { hasText: "让家人替我办" }).click();
    await giver.page.getByLabel("对方的身份证号").fill(number);
    await giver.page.getByLabel("挂号、预约、结账").check();
    await giver.page.getByLabel("结账最多多少元").fill("200");
    await look(tally, giver, "cards-give", shots);
    await Promise.all([giver.page.waitForNavigation(), giver.page.getByRole("button", { name: "确认授权" }).click()]);
    holds((await said(giver)).includes("已授权"), `says ${await said(giver)}`);
    await look(tally, giver, "cards-given", shots);
    await helper.open("/phone/cards");
    await look(tally, helper, "cards-held", shots);
    await helper.page.locator("[data-test=held] a").click();
    await helper.page.locator("[data-family] button[aria-pressed=true][data-for]").waitFor();
    await helper.page.locator(".code.own").waitFor();
    await look(tally, helper, "phone-for-another", shots);
    await step(giver, "[data-test=given]", "收回", "确认收回");
    holds((await said(giver)).includes("已收回"), `says ${await said(giver)}`);
    holds((await giver.page.locator("[data-test=given]").count()) === 0, "it is still there");
  });
}

async function removed(tally, browser, demo, visitor, shots) {
  await tally.check("phones: this one is marked, the other is removed and this one stays", async () => {
    const lost = await Visitor.enter(browser, demo.base, { who: GIVER, viewport: PHONE });
    await lost.open("/phone");
    await lost.page.locator(".code.own").waitFor();
    await lost.page.goto("about:blank");
    await visitor.open("/phone/cards");
    const here = visitor.page.locator("[data-this]:visible");
    await here.waitFor();
    holds((await here.count()) === 1, "not exactly one phone is this one");
    await look(tally, visitor, "cards-phones", shots);
    const other = visitor.page.locator("[data-test=phone]").filter({ has: visitor.page.locator("[data-this][hidden]") }).first();
    await other.locator("summary").click();
    await Promise.all([visitor.page.waitForNavigation(), other.getByRole("button", { name: "确认移除" }).click()]);
    holds((await said(visitor)).includes("已移除"), `says ${await said(visitor)}`);
    holds((await visitor.page.locator("[data-this]:visible").count()) === 1, "this phone went with it");
    await lost.leave();
  });
}

async function withoutScripts(tally, browser, demo) {
  await tally.check("cards without scripts: paused and resumed", async () => {
    const visitor = await Visitor.enter(browser, demo.base, { who: GIVER, viewport: PHONE, scripts: false });
    await visitor.open("/phone");
    await visitor.open("/phone/cards?elder=1");
    await visitor.page.locator("[data-test=card] summary", { hasText: "停用" }).click();
    await visitor.page.getByRole("button", { name: "确认停用" }).click();
    await visitor.page.waitForURL(/elder=1&done=suspend/);
    await visitor.page.getByRole("button", { name: "恢复使用" }).click();
    await visitor.page.waitForURL(/elder=1&done=resume/);
    holds(visitor.faults.length === 0, visitor.faults.join("\n"));
    await visitor.leave();
  });
}
