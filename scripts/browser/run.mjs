#!/usr/bin/env node
// Yima's pages in a real browser, on a demo of its own: every page in both
// languages and in large type, then the golden step by keyboard alone.
//
//   node scripts/browser/run.mjs [PROGRAM]
//
// PROGRAM is the yima to test (target/debug/yima unless told). Pictures of all
// pages are left in target/browser.
import { existsSync, mkdirSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { both } from "./both.mjs";
import { CAMERA_FLAGS, camera } from "./camera.mjs";
import { cards } from "./cards.mjs";
import { startDemo } from "./demo.mjs";
import { journey } from "./journey.mjs";
import { money } from "./money.mjs";
import { offline, weight } from "./offline.mjs";
import { pages, withoutScripts } from "./pages.mjs";
import { passkey } from "./passkey.mjs";
import { Tally, holds } from "./tally.mjs";

const PEOPLE = 50;

const root = resolve(dirname(fileURLToPath(import.meta.url)), "../..");
const target = process.env.CARGO_TARGET_DIR ? resolve(process.env.CARGO_TARGET_DIR) : join(root, "target");
const program = resolve(process.argv[2] ?? join(target, "debug/yima"));
const shots = join(target, "browser");

function browserProgram() {
  const known = [process.env.YIMA_CHROMIUM, "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const found = known.find((path) => path && existsSync(path));
  if (!found) throw new Error("no Chromium found; install chromium, or name it in YIMA_CHROMIUM");
  return found;
}

async function main() {
  const tally = new Tally();
  mkdirSync(shots, { recursive: true });
  const sandbox = process.getuid?.() === 0 ? ["--no-sandbox"] : [];
  const browser = await chromium.launch({ executablePath: browserProgram(), args: [...sandbox, ...CAMERA_FLAGS, "--disable-dev-shm-usage"] });
  const demo = await startDemo(program, PEOPLE);
  try {
    await journey(tally, browser, demo, shots);
    await passkey(tally, browser, demo);
    await camera(tally, browser, demo, shots);
    await offline(tally, browser, demo, shots);
    await weight(tally, browser, demo);
    await both(tally, browser, demo, shots, program);
    await cards(tally, browser, demo, shots);
    await money(tally, browser, demo, shots, program);
    await pages(tally, browser, demo, shots);
    await withoutScripts(tally, browser, demo);
  } finally {
    await browser.close();
    await tally.check("demo: stops at Ctrl-C", async () => {
      const code = await demo.stop();
      holds(code === 0, `ends with code ${code}`);
    });
  }
  console.log(tally.closing);
  return tally.failed === 0 ? 0 : 1;
}

process.exitCode = await main().catch((error) => {
  console.error(error);
  return 1;
});
