// The kiosk at a place that asks whether somebody is there: what is shown, what is sent, what comes of it.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Kiosk } from "./pages_faces.mjs";

const { double, browser } = await started();

async function kiosk(t, { width = 1024, height = 768, ...options } = {}) {
  await double.control("tablet", { people: { 1: { pin: "2580", badge: "CARD-0001" } } });
  const { place_list: places } = await double.control("places");
  places[0].policy.evidence = ["face", "liveness"];
  await double.control("set", { place_list: places, standing: [1] });
  const opened = await openPage(browser, { width, height, ...options });
  t.after(() => opened.context.close());
  const shown = new Kiosk(opened.page, double.page);
  await shown.open(new Gate(opened.page, double.page));
  await opened.page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  return { ...opened, kiosk: shown };
}

const records = async () => (await double.control("log")).records.map((one) => [one.employee_id, one.action, one.status]);

test("straight, the movement in large words with an arrow, known, done; two and four frames and the challenge are sent", async (t) => {
  const { page, kiosk: shown, errors } = await kiosk(t);
  await page.locator('[data-way="face"]').getByText("Look, then move as shown").waitFor();
  const from = Date.now();
  await shown.begin("face");
  await shown.task("move").getByRole("heading", { name: "Turn your head to the left" }).waitFor();
  await shown.task("move").locator('.movement[data-kind="turn_left"]').waitFor();
  await page.locator('.kiosk-mirror .movement[data-kind="turn_left"]').waitFor();
  await shown.phase("known").getByText("Elif Aydın").waitFor();
  const took = Date.now() - from;
  t.diagnostic(`from the press to the name, with a movement: ${took} ms`);
  assert.ok(took < 6000, `${took} ms`);
  const sent = (await double.control("log")).shown;
  assert.deepEqual([sent.image, sent.frame], [2, 4]);
  assert.ok(sent.challenge.length > 20);
  await shown.confirm();
  await shown.done("recorded").waitFor();
  assert.deepEqual(await records(), [[1, "in", "accepted"]]);
  assert.deepEqual(errors, []);
});

test("whoever cannot turn the head presses that, while it is asked for and after it was not seen", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await shown.begin("face");
  await shown.task().locator('[data-test="alternative"]').click();
  await shown.task("move").getByRole("heading", { name: "Come closer" }).waitFor();
  assert.equal(await page.locator('[data-test="alternative"]').count(), 0);
  await shown.phase("known").waitFor();
  await shown.cancel();
  await double.control("set", { moving: "challenge_failed" });
  await shown.begin("face");
  const problem = page.locator('[data-test="kiosk-problem"]');
  await problem.getByText("The movement that was asked for was not seen.").waitFor();
  for (const way of ["Face", "PIN", "Badge"]) await problem.getByRole("button", { name: way, exact: true }).waitFor();
  assert.deepEqual(await records(), [[1, "in", "refused"]]);
  await double.control("set", { moving: "live" });
  await problem.locator('[data-test="alternative"]').click();
  await shown.task("move").getByRole("heading", { name: "Come closer" }).waitFor();
  await shown.phase("known").waitFor();
});

test("a face that is not known there is looked for again with a new challenge; a picture is told so", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await double.control("set", { standing: ["no_face", 1], moving: "spoof_suspected" });
  await shown.begin("face");
  await page.locator('[data-test="kiosk-problem"]').getByText("looked like a photo or a screen").waitFor();
  assert.equal(await page.locator('[data-test="alternative"]').count(), 0);
  const { requests } = await double.control("log");
  const asked = (end) => requests.filter((one) => one.path.endsWith(end)).length;
  assert.deepEqual([asked("/faces/challenges"), asked("/kiosk/look")], [2, 2]);
});

test("badge and PIN are asked for no movement; nobody begins by walking past", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await shown.scan("CARD-0001");
  await shown.phase("known").waitFor();
  await shown.confirm();
  await shown.done("recorded").waitFor();
  await shown.phase("idle").waitFor();
  await page.locator('[data-test="kiosk-menu"]').click();
  await page.getByText("This place asks for a movement: here somebody presses first.").waitFor();
  await page.keyboard.press("Escape");
  // The pretended webcam is still, so whatever begins would have to be told by a picture that changes.
  await page.evaluate(() => {
    const draw = CanvasRenderingContext2D.prototype.getImageData;
    CanvasRenderingContext2D.prototype.getImageData = function data(...where) {
      const found = draw.apply(this, where);
      found.data.fill(Math.random() * 255);
      return found;
    };
  });
  await page.waitForTimeout(7500);
  assert.equal(await shown.phase("idle").count(), 1);
});

test("stopped in the middle nothing is sent; without a network the badge is named", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await shown.begin("face");
  await shown.task("move").waitFor();
  await shown.cancel();
  await shown.phase("idle").waitFor();
  await page.waitForTimeout(2600);
  assert.equal((await double.control("log")).requests.filter((one) => one.path.endsWith("/kiosk/look")).length, 0);
  assert.equal(await shown.phase("idle").count(), 1);
  await page.route("**/faces/challenges", (route) => route.abort("internetdisconnected"));
  await shown.begin("face");
  await page.getByText("Nobody can be recognised without a network.").waitFor();
});

for (const [locale, theme, width, height] of [["en-GB", "light", 1024, 768], ["fa-IR", "dark", 768, 1024], ["tr-TR", "dark", 390, 844], ["ar", "light", 1440, 900]]) {
  test(`the movement: axe finds nothing and nothing is cut off, ${width}x${height}, ${theme}, ${locale}`, async (t) => {
    const { page, kiosk: shown, errors } = await kiosk(t, { locale, theme, width, height, reducedMotion: "reduce" });
    await page.route("**/kiosk/look", () => {}); // it stays at the last step
    const whole = async (what) => {
      const [wide, high] = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".kiosk-panel").scrollHeight - document.querySelector(".kiosk-panel").clientHeight]);
      assert.equal(wide, width, what);
      assert.ok(high <= 1, `${what} is cut off by ${high} px`);
    };
    await shown.begin("face");
    await shown.task("move").waitFor();
    await whole("the movement");
    await shown.task("sent").waitFor();
    await whole("sent");
    await axe(page, "sent");
    assert.deepEqual(errors, []);
  });
}
