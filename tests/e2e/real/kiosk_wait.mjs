// What somebody waits for at a kiosk's page, from the press to the name and from the confirmation to the record: prints JSON for
// bench/kiosk.py, in milliseconds of each round. The webcam is still, so a movement is answered "not live": by the same calls.
import { openPage } from "../harness.mjs";
import { Gate } from "../pages.mjs";
import { Kiosk } from "../pages_faces.mjs";
import { browserWith, caller, closeBrowsers, enrol, system, tablet } from "./world.mjs";

const ROUNDS = Number(process.argv[2] || 8);

const admin = await caller("demo_admin");
const { id } = await enrol("demo_staff_5", "obama");
const account = await tablet(admin, id);
const policy = { evidence: ["face", "liveness"], mode: "toggle" };
const live = await admin(`${system.attendance}/api/v1/attendance/places`, "POST", { site_id: account.site, name: "Live kiosk", policy });
const { page } = await openPage(await browserWith("obama2"), { width: 1024, height: 768 });
const kiosk = new Kiosk(page, system.client);
const gate = new Gate(page, system.client);
await gate.open("#/kiosk");
await gate.signIn(account.name, account.password);

/** The page at one of the places, idle and with its camera on; it begins and confirms only when it is pressed. */
async function at(place) {
  await page.evaluate((chosen) => localStorage.setItem("hazir.kiosk.settings", JSON.stringify({ auto: 0, wake: false, place: chosen })), place);
  await page.reload();
  await kiosk.phase("idle").waitFor();
  await page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  await page.waitForTimeout(1000);
}

/** Milliseconds from the press of `button` until the kiosk is in one of `phases`, by the page's own clock. */
const pressed = (button, phases) => page.evaluate(([selector, wanted]) => new Promise((done) => {
  const shown = document.querySelector('[data-test="kiosk"]');
  const from = performance.now();
  new MutationObserver((_, observer) => {
    if (!wanted.includes(shown.dataset.phase)) return;
    observer.disconnect();
    requestAnimationFrame(() => done(performance.now() - from));
  }).observe(shown, { attributes: true });
  document.querySelector(selector).click();
}), [button, phases]);

const found = { known: [], recorded: [], moved: [] };
await kiosk.phase("idle").waitFor();
await at(account.place);
for (let round = 0; round <= ROUNDS; round += 1) {
  found.known.push(await pressed('[data-way="face"]', ["known"]));
  found.recorded.push(await pressed('[data-test="kiosk-confirm"]', ["done"]));
  await page.getByRole("button", { name: "Close" }).click();
  await kiosk.phase("idle").waitFor();
}
await at(live.id);
for (let round = 0; round <= ROUNDS; round += 1) {
  found.moved.push(await pressed('[data-way="face"]', ["known", "problem"]));
  await kiosk.cancel();
  await kiosk.phase("idle").waitFor();
}
await closeBrowsers();
// The first of each is left out: the models and the page's own code warm up.
console.log(JSON.stringify(Object.fromEntries(Object.entries(found).map(([name, all]) => [name, all.slice(1)]))));
