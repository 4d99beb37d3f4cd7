// A passkey of a (virtual) authenticator: set up on the account page, then used
// to sign in without a password.
import { holds } from "./tally.mjs";
import { DESK, Visitor } from "./visitor.mjs";

export async function passkey(tally, browser, demo) {
  // Passkeys belong to a host name; an address of numbers has none.
  const base = demo.base.replace("127.0.0.1", "localhost");
  const doctor = await Visitor.enter(browser, base, { who: "lin", viewport: DESK });
  const { page } = doctor;
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("WebAuthn.enable");
  await devtools.send("WebAuthn.addVirtualAuthenticator", {
    options: { protocol: "ctap2", transport: "internal", hasResidentKey: true, hasUserVerification: true,
      isUserVerified: true, automaticPresenceSimulation: true },
  });
  await tally.check("account: a passkey is set up", async () => {
    await page.goto(`${base}/account`);
    await page.locator("#label").fill("virtual");
    await page.locator("[data-passkey=add]").click();
    await page.getByText("virtual", { exact: true }).waitFor({ timeout: 5000 });
  });
  await tally.check("sign-in: the passkey opens the desk without a password", async () => {
    await page.context().clearCookies();
    await page.goto(`${base}/sign-in?next=/clinic`);
    await page.locator("#name").fill("lin");
    await page.locator("[data-passkey=use]").click();
    await page.waitForURL((address) => address.pathname === "/clinic", { timeout: 5000 });
    holds(await page.locator("input[name=code]").first().isVisible(), "the desk shows its scan box");
  });
  await doctor.leave();
}
