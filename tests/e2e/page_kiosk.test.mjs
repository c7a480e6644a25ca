// The kiosk: by face, by PIN, by badge; who it is not; no network; a lost answer; its lock.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Kiosk } from "./pages_faces.mjs";

const { double, browser } = await started();
const PEOPLE = { 1: { pin: "2580", badge: "CARD-0001" }, 5: { pin: "7391" }, 7: { badge: "CARD-0007" } };

async function kiosk(t, { width = 1024, height = 768, people = PEOPLE, ...options } = {}) {
  await double.control("tablet", { people });
  const opened = await openPage(browser, { width, height, ...options });
  t.after(() => opened.context.close());
  const gate = new Gate(opened.page, double.page);
  const shown = new Kiosk(opened.page, double.page);
  await shown.open(gate);
  await opened.page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  return { ...opened, gate, kiosk: shown };
}

const standing = (list) => double.control("set", { standing: list });
const records = async () => (await double.control("log")).records.map((one) => [one.employee_id, one.action, one.status]);

test("look, confirm, done, and back to the beginning; the second time it is out", async (t) => {
  await standing([1]);
  const { page, kiosk: shown, errors } = await kiosk(t);
  await shown.begin("face");
  await shown.phase("known").getByText("Elif Aydın").waitFor();
  await shown.confirm();
  await shown.done("recorded").getByText(/Checked in at/).waitFor();
  await shown.phase("idle").waitFor();
  await shown.begin("face");
  await shown.phase("known").getByRole("button", { name: "Check out" }).waitFor();
  await shown.confirm();
  await shown.done("recorded").getByText(/Checked out at/).waitFor();
  assert.deepEqual(await records(), [[1, "in", "accepted"], [1, "out", "accepted"]]);
  assert.deepEqual(errors, []);
});

test("from the press to the record in two seconds and the hand's time", async (t) => {
  await standing([1]);
  const { kiosk: shown } = await kiosk(t);
  const from = Date.now();
  await shown.begin("face");
  await shown.phase("known").waitFor();
  await shown.confirm();
  await shown.done("recorded").waitFor();
  const took = Date.now() - from;
  t.diagnostic(`look and confirm against the double: ${took} ms`);
  assert.ok(took < 4000, `${took} ms`);
});

test("it confirms by itself after the count-down; “not me” stops it", async (t) => {
  await standing([1]);
  const { page, kiosk: shown } = await kiosk(t);
  await shown.begin("face");
  await shown.phase("known").waitFor();
  await page.getByText(/By itself in \d s/).waitFor();
  await page.getByRole("button", { name: "Not me" }).click();
  await shown.phase("idle").waitFor();
  await page.waitForTimeout(600);
  assert.deepEqual(await records(), []);
  await shown.begin("face");
  await shown.phase("known").waitFor();
  await shown.done("recorded").waitFor();
  assert.equal((await records()).length, 1);
});

test("a face that is not known is looked for again, then PIN and badge stand beside it", async (t) => {
  await standing(["too_dark", "no_face", null]);
  const { page, kiosk: shown } = await kiosk(t);
  await shown.begin("face");
  await page.locator('.guide-hint[data-hint="too_dark"]').waitFor();
  await page.locator('[data-test="kiosk-problem"]').getByText("You were not recognised.").waitFor();
  await page.locator('[data-test="kiosk-problem"]').getByRole("button", { name: "PIN" }).click();
  await shown.phase("pin").waitFor();
});

test("number and PIN on the keys; a wrong one names neither", async (t) => {
  const { page, kiosk: shown, errors } = await kiosk(t);
  await shown.begin("pin");
  await shown.type("1");
  await shown.type("9999");
  await page.getByText("Number or PIN is not right.").waitFor();
  await shown.phase("problem").getByRole("button", { name: "PIN" }).click();
  await page.keyboard.type("5", { delay: 80 });
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Your PIN" }).waitFor();
  await page.keyboard.type("7391", { delay: 80 });
  assert.equal(await page.locator(".pin-shown [aria-hidden]").textContent(), "••••");
  await page.locator('[data-test="pin-next"]').click();
  await shown.phase("known").getByText("Zeynep Kaya").waitFor();
  await shown.confirm();
  await shown.done("recorded").waitFor();
  assert.deepEqual(errors, []);
});

test("a badge works from the first screen, as it does from its own", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await shown.scan("CARD-0001");
  await shown.phase("known").getByText("Elif Aydın").waitFor();
  await shown.cancel();
  await shown.begin("badge");
  await page.getByText("Hold your badge to the reader").waitFor();
  await shown.scan("CARD-9999");
  await page.getByText("This badge is not known here.").waitFor();
});

const cutOff = (page) => page.route(/attendance\/(kiosk|batch)/, (route) => route.abort("internetdisconnected"));
const back = (page) => page.unroute(/attendance\/(kiosk|batch)/);

test("without a network a badge is kept, sealed, looks unrecorded, and is recorded once", async (t) => {
  const { page, kiosk: shown, errors } = await kiosk(t);
  await cutOff(page);
  for (const code of ["CARD-0001", "CARD-0007"]) {
    await shown.scan(code);
    await page.locator('[data-test="kiosk-keeping"]').getByText("No network right now").waitFor();
    await shown.confirm();
    await page.locator('[data-test="kiosk-kept"]').getByText(/not recorded yet/).waitFor();
    await shown.phase("kept").getByRole("button", { name: "Close" }).click();
  }
  await shown.line("offline").getByText("2 kept here, not recorded yet").waitFor();
  const raw = await page.evaluate(async () => {
    const db = await new Promise((done) => { const open = indexedDB.open("hazir-kiosk", 1); open.onsuccess = () => done(open.result); });
    const all = await new Promise((done) => { const get = db.transaction("queue").objectStore("queue").getAll(); get.onsuccess = () => done(get.result); });
    return all.map((one) => JSON.stringify(one) + new TextDecoder().decode(one.sealed));
  });
  assert.equal(raw.length, 2);
  assert.ok(raw.every((text) => !text.includes("CARD-")), "the badge's code is not readable there");
  await page.reload();
  await shown.line("offline").getByText("2 kept here").waitFor();
  // Recorded, but the answer is lost: handed over again, they are the same two records.
  await back(page);
  let lost = 1;
  await page.route(/attendance\/batch/, async (route) => {
    if (lost-- > 0) {
      await route.fetch();
      await route.abort("connectionreset");
    } else await route.continue();
  });
  await page.locator('[data-test="kiosk-menu"]').click();
  await page.getByRole("button", { name: "Try now" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".kiosk-queue li").length === 2);
  await page.getByRole("button", { name: "Try now" }).click();
  await page.getByText("Nothing waits here.").waitFor();
  assert.deepEqual(await records(), [[1, "in", "accepted"], [7, "in", "accepted"]]);
  const claimed = (await double.control("log")).records.map((one) => one.claimed_at);
  assert.ok(claimed.every((at) => Date.parse(at) < Date.now()));
  assert.deepEqual(errors, []);
});

test("without a network neither a PIN nor a face is kept, and the badge is named", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await cutOff(page);
  await shown.begin("pin");
  await shown.type("1");
  await shown.type("2580");
  await page.getByText("A PIN cannot be checked without a network.").waitFor();
  assert.equal(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }).includes("2580")), false);
  await shown.cancel();
  await shown.begin("face");
  await page.getByText("Nobody can be recognised without a network.").waitFor();
  await shown.line("offline").getByText("No network").waitFor();
});

test("a place that keeps a photo gets one with a badge too; one that lets no kiosk decide is said", async (t) => {
  await double.control("tablet", { people: PEOPLE });
  const { place_list: places } = await double.control("places");
  places[0].policy.evidence = ["photo"];
  await double.control("set", { place_list: places });
  const { page, context } = await openPage(browser, { width: 1024, height: 768 });
  t.after(() => context.close());
  const shown = new Kiosk(page, double.page);
  await shown.open(new Gate(page, double.page));
  await page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  await shown.scan("CARD-0001");
  await shown.phase("known").waitFor();
  const sent = page.waitForRequest((request) => request.url().endsWith("/kiosk/confirm"));
  await shown.confirm();
  assert.ok((await sent).postDataJSON().image.length > 1000);
  await shown.done("recorded").waitFor();
  places[0].policy.mode = "strict";
  await double.control("set", { place_list: places });
  await page.reload();
  await page.getByText("No place of this site lets a kiosk decide").waitFor();
});

test("what was kept and can never be recorded is said until somebody has noted it", async (t) => {
  const { page, kiosk: shown } = await kiosk(t);
  await cutOff(page);
  await shown.scan("CARD-9999");
  await page.locator('[data-test="kiosk-keeping"]').waitFor();
  await shown.confirm();
  await page.locator('[data-test="kiosk-kept"]').waitFor();
  await back(page);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await shown.line("failed").getByText("1 could not be recorded").waitFor();
  await shown.line("failed").click();
  await page.getByText("by badge").waitFor();
  await page.getByRole("button", { name: "I have noted these" }).click();
  await page.getByText("Nothing waits here.").waitFor();
});

test("an answer that is lost after the record is asked for again under the same key: one record", async (t) => {
  await standing([1]);
  const { kiosk: shown } = await kiosk(t);
  await double.control("set", { outcome: { lose_answer: true } });
  await shown.begin("face");
  await shown.phase("known").waitFor();
  await shown.confirm();
  await shown.done("recorded").waitFor();
  assert.equal((await records()).length, 1);
});

test("doubtful and pending look like themselves", async (t) => {
  await standing([1]);
  const { kiosk: shown } = await kiosk(t);
  for (const status of ["review", "pending"]) {
    await double.control("set", { outcome: { status } });
    await shown.begin("face");
    await shown.phase("known").waitFor();
    await shown.confirm();
    await shown.done(status).waitFor();
    await shown.phase("idle").waitFor();
  }
});

test("no camera: the other ways are whole", async (t) => {
  await double.control("tablet", { people: PEOPLE });
  const { page, context } = await openPage(browser, { width: 1024, height: 768 });
  t.after(() => context.close());
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotFoundError"));
  });
  const shown = new Kiosk(page, double.page);
  await shown.open(new Gate(page, double.page));
  await page.getByText("There is no camera.").waitFor();
  assert.equal(await page.locator('[data-way="face"]').isDisabled(), true);
  await shown.scan("CARD-0001");
  await shown.phase("known").waitFor();
});

test("the device account sees nothing else; leaving asks for its password; nobody else's page opens on it", async (t) => {
  const { page, kiosk: shown, gate } = await kiosk(t);
  await page.evaluate(() => (location.hash = "#/admin"));
  await page.waitForTimeout(300);
  assert.equal(await shown.phase("idle").count(), 1);
  assert.equal(await page.locator(".top").count(), 0);
  await page.locator('[data-test="kiosk-menu"]').click();
  await page.fill("#kiosk-password", "wrong");
  await page.getByRole("button", { name: "Sign the kiosk out" }).click();
  await page.getByText("User name or password is not right.").waitFor();
  await double.control("expire", { session: true });
  await page.reload();
  await page.locator("#username").waitFor();
  await gate.signIn("demo_staff_1");
  await page.locator('[data-test="bound"]').getByText("This tablet is a kiosk").waitFor();
  assert.equal(await page.getByRole("button", { name: "Release this tablet" }).count(), 0);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("#username").waitFor();
  await gate.signIn("tablet");
  await shown.phase("idle").waitFor();
  await page.locator('[data-test="kiosk-menu"]').click();
  await page.fill("#kiosk-password", "password");
  await page.getByRole("button", { name: "Sign the kiosk out" }).click();
  await page.locator("#username").waitFor();
  await gate.signIn("demo_staff_1");
  await page.locator(".top").waitFor();
});

test("a person at the kiosk's address is told how one is made", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  const gate = new Gate(page, double.page);
  await gate.open("#/kiosk");
  await gate.signIn("demo_staff_1");
  await page.getByText("A kiosk runs under an account of its own").waitFor();
});

test("the next person finds the tablet's own language again", async (t) => {
  const { page } = await kiosk(t);
  await page.clock.install();
  await page.getByRole("button", { name: "Türkçe" }).click();
  await page.getByText("Hoş geldiniz").waitFor();
  await page.clock.runFor(21000);
  await page.getByText("Welcome").waitFor();
});

for (const [locale, theme, width, height] of [["en-GB", "light", 1024, 768], ["fa-IR", "dark", 390, 844], ["ar", "light", 1440, 900]]) {
  test(`axe finds nothing and nothing is cut off, ${width}x${height}, ${theme}, ${locale}`, async (t) => {
    await standing([6, null]);
    const { page, kiosk: shown, errors } = await kiosk(t, { locale, theme, width, height });
    const whole = async (what) => {
      await axe(page, what);
      const [wide, high] = await page.evaluate(() => [document.documentElement.scrollWidth, document.querySelector(".kiosk-panel").scrollHeight - document.querySelector(".kiosk-panel").clientHeight]);
      assert.equal(wide, width, what);
      assert.ok(high <= 1, `${what} is cut off by ${high} px`);
    };
    await whole("idle");
    await shown.begin("pin");
    await whole("PIN");
    await shown.cancel();
    await shown.begin("badge");
    await whole("badge");
    await shown.cancel();
    await shown.begin("face");
    await shown.phase("known").waitFor();
    await whole("known");
    await shown.confirm();
    await shown.done("recorded").waitFor();
    await whole("done");
    await page.locator('[data-test="kiosk-menu"]').click();
    await axe(page, "menu");
    assert.deepEqual(errors, []);
  });
}
