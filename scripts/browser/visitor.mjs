// Somebody with a browser of their own: signed in as a person of the demo, and
// watched for everything a page must not do.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

export const PHONE = { width: 390, height: 844 };
export const DESK = { width: 1366, height: 900 };

export class Visitor {
  /** `who` is a key of the demo, or null for somebody who is not signed in. */
  static async enter(browser, base, { who = null, lang = "zh-CN", viewport = DESK, scripts = true } = {}) {
    const context = await browser.newContext({
      locale: lang, viewport, deviceScaleFactor: 2, javaScriptEnabled: scripts, reducedMotion: "reduce",
    });
    context.setDefaultTimeout(15_000);
    const visitor = new Visitor(context, await context.newPage(), base, lang);
    if (who) await visitor.open(`/demo/be/${who}`);
    return visitor;
  }

  constructor(context, page, base, lang) {
    Object.assign(this, { context, page, base, lang, faults: [], expected: [] });
    const host = new URL(base).host;
    page.on("console", (message) => {
      if (message.type() !== "error") return;
      const where = message.location().url ?? "";
      if (!this.expected.some((path) => where.endsWith(path))) this.faults.push(`console: ${message.text()} (${where})`);
    });
    page.on("pageerror", (error) => this.faults.push(`script: ${error.message}`));
    page.on("request", (request) => {
      const address = new URL(request.url());
      const inside = address.protocol === "data:" || address.protocol === "blob:" || address.host === host;
      if (!inside) this.faults.push(`asks another host: ${request.url()}`);
    });
  }

  /** Opens a path; answers the status. `status` other than 200 must be announced. */
  async open(path, status = 200) {
    if (status !== 200) this.expected.push(path);
    const answer = await this.page.goto(new URL(path, this.base).href, { waitUntil: "load" });
    if (answer.status() !== status) throw new Error(`${path} answers ${answer.status()} instead of ${status}`);
    return answer;
  }

  /** The current address in a language. */
  async inLanguage(lang) {
    const address = new URL(this.page.url());
    address.searchParams.set("lang", lang);
    await this.open(address.pathname + address.search);
  }

  /** What axe finds, one line each. */
  async violations() {
    await this.page.evaluate(AXE);
    const found = await this.page.evaluate(
      (tags) => globalThis.axe.run(document, { runOnly: { type: "tag", values: tags }, resultTypes: ["violations"] }),
      WCAG,
    );
    return found.violations.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(" ")} (${one.help})`));
  }

  /** How many CSS pixels the page is wider than its window. */
  async overflow() {
    return this.page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  }

  async text(selector) {
    return (await this.page.locator(selector).first().textContent() ?? "").trim();
  }

  /** Presses Tab until the selector's element has the focus. */
  async tabTo(selector, presses = 120) {
    for (let press = 0; press < presses; press += 1) {
      await this.page.keyboard.press("Tab");
      if (await this.page.evaluate((wanted) => document.activeElement?.matches(wanted) ?? false, selector)) return;
    }
    throw new Error(`${presses} times Tab do not reach ${selector}`);
  }

  async leave() {
    await this.context.close();
  }
}
