// My data; places and their policies; one face on two accounts; checks that gave up; PIN and badge.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Admin } from "./pages_identity.mjs";

const { double, browser } = await started({ camera: null });

async function signedIn(t, screen, { as = "demo_staff_1", ...options } = {}) {
  const opened = await openPage(browser, options);
  t.after(() => opened.context.close());
  await new Gate(opened.page, double.page).signInTo(screen, as);
  await opened.page.locator("main h1").waitFor();
  return { ...opened, admin: new Admin(opened.page) };
}

const at = (minutes) => new Date(Date.now() - minutes * 60000).toISOString();
const manager = { employee_id: 2, username: "demo_manager_1" };
const LOOKS = [
  { employee_id: 1, service: "face", what: "enrolled_photo", object: "face:7", at: at(90), actor: manager },
  { employee_id: 1, service: "attendance", what: "record_photo", object: "record:101", at: at(12), actor: manager },
  { employee_id: 1, service: "face", what: "export", object: "person:1", at: at(4000), actor: { employee_id: 1, username: "demo_staff_1" } },
];
const ALARM = { id: 4, employee_ids: [1, 7], similarity: 0.61, site_id: 1, seen_at: at(30), state: "open", note: null };
const JOB = { id: 7, kind: "verify_person", state: "dead", attempts: 3, verification_id: "v-7", employee_id: 1, created_at: at(60), updated_at: at(50), result: null, error: "could_not_be_compared", deliveries: [] };

test("my data: the log of both services in one order, both copies, erased after the name is typed", async (t) => {
  await double.control("looked", { rows: LOOKS });
  await double.control("record", { employee_id: 1, action: "in" });
  const { page, errors } = await signedIn(t, "data");
  const rows = page.locator("tbody tr");
  await rows.nth(2).waitFor();
  assert.match(await rows.nth(0).textContent(), /Opened the photo of a record/);
  assert.match(await rows.nth(1).textContent(), /Opened a photo on file/);
  assert.match(await rows.nth(2).textContent(), /You.*Saved a copy/s);
  await axe(page, "my data");
  for (const service of ["face", "attendance"]) {
    const saving = page.waitForEvent("download");
    await page.locator(`[data-test="export-${service}"]`).click();
    const file = await saving;
    assert.equal(file.suggestedFilename(), `hazir-${service}-1.zip`);
    assert.equal(readFileSync(await file.path()).subarray(0, 2).toString(), "PK");
  }
  await page.getByRole("button", { name: "Erase everything…" }).click();
  const erase = page.locator('[data-test="erase"]');
  await page.fill("#erase-name", "demo_staff_2");
  assert.equal(await erase.isDisabled(), true);
  await page.fill("#erase-name", "demo_staff_1");
  await axe(page, "erase");
  await erase.click();
  const report = page.locator('[data-test="erasure-report"]');
  await report.getByText("The key is destroyed").waitFor();
  await report.getByText("photos of records").waitFor();
  await report.getByText("an account of work that is owed").waitFor();
  assert.deepEqual(errors, []);
});

test("one service away does not hide what the other has erased", async (t) => {
  const { page } = await signedIn(t, "data");
  await double.control("fault", { path: "/api/v1/attendance/people/1/erasure", kind: 503 });
  await page.getByRole("button", { name: "Erase everything…" }).click();
  await page.fill("#erase-name", "demo_staff_1");
  await page.locator('[data-test="erase"]').click();
  const report = page.locator('[data-test="erasure-report"]');
  await report.getByText("The key is destroyed").waitFor();
  await report.getByText("Nothing was erased there.").waitFor();
});

test("places: a live check brings the face with it; a change is a new version; closing takes it away", async (t) => {
  const { page, errors } = await signedIn(t, "admin?tab=places", { as: "demo_admin" });
  await page.locator('[data-place="2"]').click();
  const sheet = page.locator("dialog.dialog-sheet");
  await sheet.getByRole("checkbox", { name: /Their face/ }).check();
  await page.selectOption("#face_check", "later");
  await page.selectOption("#without_face", "refuse");
  await sheet.getByRole("checkbox", { name: /Their face/ }).uncheck();
  await sheet.getByRole("checkbox", { name: /A live camera/ }).check();
  // Somebody who has to be seen live is compared at once.
  assert.equal(await page.locator("#face_check").count(), 0);
  assert.equal(await sheet.getByRole("checkbox", { name: /Their face/ }).isChecked(), true);
  await sheet.getByText("Whoever has not consented needs another way").waitFor();
  await page.selectOption("#mode", "toggle");
  await axe(page, "place");
  const sent = page.waitForRequest((request) => request.url().endsWith("/places/2/policies"));
  await sheet.getByRole("button", { name: "Save" }).click();
  assert.deepEqual((await sent).postDataJSON(), { evidence: ["photo", "face", "liveness"], mode: "toggle", on_face_down: "refuse", skew_seconds: 120, face_check: "at_once", without_face: "refuse" });
  await page.locator("tr", { hasText: "Laboratory" }).getByText("Policy version 2").waitFor();
  await page.locator("tr", { hasText: "Laboratory" }).getByText("At once").waitFor();
  await page.getByRole("button", { name: "Add a place" }).click();
  await page.fill("#place-name", "Roof");
  await sheet.getByRole("button", { name: "Save" }).click();
  await page.locator("tr", { hasText: "Roof" }).getByRole("button").click();
  await sheet.getByRole("button", { name: "Close this place" }).click();
  await page.locator("dialog[open]:not(.dialog-sheet)").getByRole("button", { name: "Close this place" }).click();
  await page.locator("tr", { hasText: "Roof" }).waitFor({ state: "detached" });
  assert.deepEqual(errors, []);
});

test("one face on two accounts is looked at side by side and closed with what was found", async (t) => {
  await double.control("set", { alarms: [ALARM], jobs: [JOB] });
  const { page, errors } = await signedIn(t, "admin?tab=faces", { as: "demo_admin" });
  await page.locator("tr", { hasText: "Elif Aydın" }).getByText("Jonas Weber").waitFor();
  await page.getByText("Face of a check-in").waitFor();
  await axe(page, "faces");
  await page.locator('[data-alarm="4"]').click();
  await page.locator(".compare-frame img").nth(1).waitFor();
  await axe(page, "two accounts");
  await page.getByRole("dialog").locator(".stack > div > .button", { hasText: "Close" }).click();
  await page.fill("#reason", "twins");
  await page.locator("dialog[open] button[type=submit]").click();
  await page.getByText("No open alarms").waitFor();
  await page.getByRole("button", { name: "Closed" }).click();
  await page.locator('[data-alarm="4"]').waitFor();
  await page.locator('[data-job="7"]').getByRole("button", { name: "Try again" }).click();
  await page.getByText("None gave up").waitFor();
  assert.deepEqual(errors, []);
});

test("a PIN of one's own: a weak one is refused in words, a good one is set and removed", async (t) => {
  const { page, errors } = await signedIn(t, "account");
  await page.getByRole("button", { name: "Choose a PIN" }).click();
  await page.fill("#own-pin", "1234");
  const card = page.locator('section[aria-labelledby="pin-title"]');
  await card.getByRole("button", { name: "Save" }).click();
  await card.getByText("among the first that anybody tries").waitFor();
  await page.fill("#own-pin", "۲۵۸۰");
  await card.getByRole("button", { name: "Save" }).click();
  await card.getByText("PIN set").waitFor();
  await card.getByRole("button", { name: "Remove" }).click();
  await page.locator("dialog[open] button[type=submit]").click();
  await card.getByText("No PIN").waitFor();
  assert.deepEqual(errors, []);
});

test("an admin gives a badge, not somebody else's, and takes it away", async (t) => {
  await double.control("tablet", { people: { 5: { badge: "CARD-0005" } } });
  const { page, admin, errors } = await signedIn(t, "admin", { as: "demo_admin" });
  await admin.open(1);
  await admin.sheet().getByRole("button", { name: "Give a badge" }).click();
  await page.fill("#badge-code", "CARD-0005");
  await page.locator("#badge-code").press("Enter");
  await admin.sheet().getByText("belongs to somebody else").waitFor();
  await page.fill("#badge-code", "CARD-0017");
  await page.locator("#badge-code").press("Enter");
  await admin.sheet().getByText("Ends in 17").waitFor();
  await admin.sheet().getByRole("button", { name: "Remove: Badge" }).click();
  await admin.confirm();
  await admin.sheet().getByText("No badge").waitFor();
  assert.deepEqual(errors, []);
});

for (const [locale, theme] of [["fa-IR", "dark"], ["ar", "light"]]) {
  test(`axe finds nothing on a phone, ${theme}, ${locale}`, async (t) => {
    await double.control("set", { alarms: [ALARM], jobs: [JOB] });
    await double.control("looked", { rows: LOOKS });
    const { page, errors } = await signedIn(t, "data", { as: "demo_admin", locale, theme, width: 390, height: 844 });
    await page.locator(".data-export").first().waitFor();
    for (const [hash, ready] of [["#/data", ".data-export"], ["#/admin?tab=places", "[data-place]"], ["#/admin?tab=faces", "[data-alarm]"], ["#/account", "#pin-title"]]) {
      await page.evaluate((to) => (location.hash = to), hash);
      await page.locator(ready).first().waitFor();
      await axe(page, hash);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, hash);
    }
    assert.deepEqual(errors, []);
  });
}
