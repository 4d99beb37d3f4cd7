// The camera of the clinic's scan box. Where the browser reads no codes itself the
// button is not offered. Chromium on Linux reads none, so a stand-in for its
// detector is put into the page; camera, picture and permission are Chromium's own,
// from a camera that is not real (CAMERA_FLAGS).
import { holds, soon } from "./tally.mjs";
import { PARTS } from "./parts.mjs";
import { DESK, PHONE, Visitor } from "./visitor.mjs";

/** Chromium's made-up camera, and its question answered with yes. */
export const CAMERA_FLAGS = ["--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream"];

const CITIZEN = "guilan";
const DOCTOR = "gao";

/**
 * Runs in the page before its own scripts: reads `globalThis.shown` once the
 * camera's picture is really there, and remembers what it was given.
 */
function standIn(formats) {
  const seen = { asked: 0, live: 0, tracks: [] };
  globalThis.standIn = seen;
  globalThis.BarcodeDetector = class {
    static getSupportedFormats() { return Promise.resolve(formats); }
    constructor({ formats: wanted }) { if (!wanted.includes("qr_code")) throw new TypeError("not asked for qr_code"); }
    async detect(video) {
      seen.asked += 1;
      seen.tracks = video.srcObject.getVideoTracks();
      const live = video.videoWidth > 0 && !video.paused && seen.tracks.some((track) => track.readyState === "live");
      if (!live) return [];
      seen.live += 1;
      // Two empty pictures first, then a code of somebody else's, then ours.
      if (seen.live <= 2 || !globalThis.shown) return [];
      return [{ rawValue: "https://example.com/" }, { rawValue: globalThis.shown, format: "qr_code" }];
    }
  };
}

async function atTheDesk(browser, demo, formats) {
  const doctor = await Visitor.enter(browser, demo.base, { who: DOCTOR, viewport: DESK });
  if (formats) await doctor.context.addInitScript(standIn, formats);
  await doctor.open("/clinic");
  return doctor;
}

/** The button's script has asked the browser what it reads; a moment decides. */
async function offered(page) {
  await page.waitForTimeout(500);
  return page.locator(PARTS.camera).isVisible();
}

async function quietly(tally, name, doctor) {
  await tally.check(`${name}: quiet console, no outside host`, async () => {
    holds(doctor.faults.length === 0, doctor.faults.join("\n"));
  });
  await doctor.leave();
}

export async function camera(tally, browser, demo, shots) {
  await absent(tally, browser, demo);
  await opens(tally, browser, demo, shots);
  await givesUp(tally, browser, demo);
  await refused(tally, browser, demo);
}

async function absent(tally, browser, demo) {
  for (const [name, formats] of [["without a detector", null], ["with a detector that reads no QR codes", ["ean_13"]]]) {
    await tally.check(`camera: ${name} it is not offered`, async () => {
      const doctor = await atTheDesk(browser, demo, formats);
      if (!formats) {
        await doctor.context.addInitScript(() => { delete globalThis.BarcodeDetector; });
        await doctor.open("/clinic");
      }
      holds((await doctor.page.locator(PARTS.camera).count()) === 1, "the page has no such button at all");
      holds(!(await offered(doctor.page)), "the button is shown");
      await doctor.leave();
    });
  }
}

async function opens(tally, browser, demo, shots) {
  const citizen = await Visitor.enter(browser, demo.base, { who: CITIZEN, viewport: PHONE });
  const doctor = await atTheDesk(browser, demo, ["qr_code", "ean_13"]);
  const { page } = doctor;
  await tally.check("camera: a code it sees is sent and opens the person", async () => {
    holds(await offered(page), "the button is not shown");
    await page.locator(PARTS.camera).click();
    await page.locator(PARTS.aim).waitFor();
    await soon(() => page.evaluate(() => globalThis.standIn.live > 2), "the camera's picture never came");
    await page.screenshot({ path: `${shots}/camera.png` });
    holds(await page.locator(PARTS.scanInput).inputValue() === "", "something was scanned before a code was seen");
    const axe = await doctor.violations();
    holds(axe.length === 0, axe.join("\n"));
    await citizen.open("/phone");
    const code = await citizen.text(PARTS.codeText);
    const sent = page.waitForRequest((request) => request.method() === "POST" && request.url().endsWith("/clinic/scan"));
    await page.evaluate((text) => { globalThis.shown = text; }, code);
    const form = new URLSearchParams((await sent).postData() ?? "");
    holds(form.get("code") === code, `'${form.get("code")}' was sent instead of '${code}'`);
    await page.locator(PARTS.row).first().waitFor();
    holds(await page.locator(PARTS.person).isVisible(), "the person is not shown");
  });
  await quietly(tally, "camera", doctor);
  await citizen.leave();
}

async function givesUp(tally, browser, demo) {
  const doctor = await atTheDesk(browser, demo, ["qr_code"]);
  const { page } = doctor;
  await tally.check("camera: Escape closes it, stops it and comes back to the button", async () => {
    holds(await offered(page), "the button is not shown");
    await page.locator(PARTS.camera).click();
    await soon(() => page.evaluate(() => globalThis.standIn.live > 0), "the camera's picture never came");
    await page.keyboard.press("Escape");
    await page.locator(PARTS.aim).waitFor({ state: "detached" });
    holds(await page.locator(PARTS.camera).evaluate((one) => one === document.activeElement), "the focus is elsewhere");
    const ended = await page.evaluate(() => globalThis.standIn.tracks.every((track) => track.readyState === "ended"));
    holds(ended, "the camera goes on");
    const asked = await page.evaluate(() => globalThis.standIn.asked);
    await page.waitForTimeout(600);
    holds((await page.evaluate(() => globalThis.standIn.asked)) <= asked + 1, "pictures are still read");
    holds(new URL(page.url()).pathname === "/clinic", `leads to ${page.url()}`);
  });
  await quietly(tally, "camera closed", doctor);
}

async function refused(tally, browser, demo) {
  const doctor = await atTheDesk(browser, demo, ["qr_code"]);
  const { page } = doctor;
  await tally.check("camera: one that cannot be opened is said in words", async () => {
    holds(await offered(page), "the button is not shown");
    await page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
    });
    const says = await page.locator("form[data-scan]").getAttribute("data-no-camera");
    await page.locator(PARTS.camera).click();
    await soon(async () => (await doctor.text(`${PARTS.aim} [role=status]`)) === says, `it does not say '${says}'`);
  });
  await quietly(tally, "camera refused", doctor);
}
