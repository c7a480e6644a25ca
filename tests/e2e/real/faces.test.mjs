// The screens about faces on the running system: the kiosk, the review queue, one's own data.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { openPage } from "../harness.mjs";
import { Gate } from "../pages.mjs";
import { Kiosk, LiveCheck, Review } from "../pages_faces.mjs";
import { browserWith, caller, closeBrowsers, enrol, signedIn, system, tablet } from "./world.mjs";

after(closeBrowsers);

test("the kiosk knows a face, records in and out by turns, and takes PIN and badge as well", async (t) => {
  const admin = await caller("demo_admin");
  const { id } = await enrol("demo_staff_5", "obama");
  const { name, password, site } = await tablet(admin, id);
  await admin(`${system.auth}/api/v1/users/${id}/kiosk`, "PUT", { pin: "2580", badge: "CARD-77-0001" });

  const { page, context, errors } = await openPage(await browserWith("obama2"), { width: 1024, height: 768 });
  t.after(() => context.close());
  const kiosk = new Kiosk(page, system.client);
  const gate = new Gate(page, system.client);
  await gate.open("#/kiosk");
  await gate.signIn(name, password);
  await kiosk.phase("idle").waitFor();
  await page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  const from = Date.now();
  await kiosk.begin("face");
  await kiosk.phase("known").getByText("Demo Staff 5").waitFor();
  const known = Date.now();
  await kiosk.confirm();
  await kiosk.done("recorded").getByText(/Checked in at/).waitFor();
  t.diagnostic(`known after ${known - from} ms, recorded ${Date.now() - known} ms later`);
  await kiosk.phase("idle").waitFor();
  await kiosk.scan("card-77-0001");
  await kiosk.phase("known").getByRole("button", { name: "Check out" }).waitFor();
  await kiosk.confirm();
  await kiosk.done("recorded").getByText(/Checked out at/).waitFor();
  await kiosk.phase("idle").waitFor();
  await kiosk.begin("pin");
  await page.getByRole("button", { name: "User name instead" }).click();
  await page.fill("#kiosk-name", "demo_staff_5");
  await page.keyboard.press("Enter");
  await kiosk.type("2580");
  await kiosk.phase("known").getByText("Demo Staff 5").waitFor();
  await kiosk.cancel();

  // Without a network: kept, and handed over once it is back.
  await page.route(/attendance\/(kiosk|batch)/, (route) => route.abort("internetdisconnected"));
  await kiosk.scan("CARD-77-0001");
  await page.locator('[data-test="kiosk-keeping"]').waitFor();
  await kiosk.confirm();
  await page.locator('[data-test="kiosk-kept"]').waitFor();
  await page.unroute(/attendance\/(kiosk|batch)/);
  await page.evaluate(() => dispatchEvent(new Event("online")));
  await kiosk.line("online").waitFor();
  const ofThem = async () => (await admin(`${system.attendance}/api/v1/attendance/records?employee_id=${id}&limit=10&status=all`)).items;
  const items = await ofThem();
  assert.deepEqual(items.map((one) => [one.action, one.status]), [["in", "accepted"], ["out", "accepted"], ["in", "accepted"]]);

  // Where the place asks whether somebody is there, the same picture before the camera is not enough; the badge is.
  const live = await admin(`${system.attendance}/api/v1/attendance/places`, "POST", { site_id: site, name: "Live kiosk", policy: { evidence: ["face", "liveness"], mode: "toggle" } });
  await page.evaluate((place) => localStorage.setItem("hazir.kiosk.settings", JSON.stringify({ auto: 0, wake: false, place })), live.id);
  await page.reload();
  await page.getByText("Live kiosk").waitFor();
  await page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  await kiosk.begin("face");
  await kiosk.task("move").waitFor();
  await page.locator('[data-test="kiosk-problem"]').getByText("did not look live").waitFor({ timeout: 20000 });
  await kiosk.cancel();
  await kiosk.scan("CARD-77-0001");
  await kiosk.phase("known").waitFor();
  await kiosk.confirm();
  await kiosk.done("recorded").waitFor();
  const [last, refused] = await ofThem();
  assert.deepEqual([last.action, last.status, last.evidence.known_by], ["out", "accepted", "badge"]);
  assert.deepEqual([refused.status, refused.place_id, refused.evidence.liveness.decision], ["refused", live.id, "reject"]);
  assert.deepEqual(errors, []);
});

test("a still picture before the camera is not live, and the person is told what was missing", async (t) => {
  const admin = await caller("demo_admin");
  const { id } = await enrol("demo_staff_6", "obama");
  const me = await admin(`${system.auth}/api/v1/users/${id}`);
  await admin(`${system.attendance}/api/v1/attendance/places`, "POST", { site_id: me.site_id, name: "Vault", policy: { evidence: ["photo", "face", "liveness"] } });
  const { page, today, errors } = await signedIn(t, "demo_staff_6", { camera: "obama2" });
  const live = new LiveCheck(page);
  await today.choose("Vault");
  await today.press("in");
  await live.challenge().waitFor();
  await live.begin();
  await today.result("refused").getByText("did not look live").waitFor({ timeout: 20000 });
  await today.result("refused").getByText(/movement|Nothing moved|photo or a screen/).first().waitFor();
  assert.equal(await today.hero("out").count(), 1);
  assert.deepEqual(errors, []);
});

test("a doubtful record is accepted in the queue, taken back, and refused", async (t) => {
  const staff = await caller("demo_staff_1");
  const { employee_id: id } = await staff(`${system.auth}/api/v1/users/me`);
  // A clock that is ten minutes off: a person has to look.
  const punch = { id: `doubt-${Date.now()}`, claimed_at: new Date(Date.now() - 1000).toISOString(), action: "in" };
  const sent = await staff(`${system.attendance}/attendance/batch`, "POST", { punches: [punch], sent_at: new Date(Date.now() + 600000).toISOString() });
  assert.equal(sent.results[0].record.status, "review");
  const { page, errors } = await signedIn(t, "demo_manager_1", { screen: "review" });
  const review = new Review(page);
  await page.locator(`[data-review="${sent.results[0].record.id}"]`).click();
  await review.detail(sent.results[0].record.id).waitFor();
  await page.keyboard.press("a");
  await review.last().getByText(/^Accepted/).waitFor();
  await page.keyboard.press("u");
  await page.locator(`[data-review="${sent.results[0].record.id}"]`).waitFor();
  await page.locator(`[data-review="${sent.results[0].record.id}"]`).click();
  await page.locator('[data-test="refuse"]').click();
  await review.last().getByText(/^Refused/).waitFor();
  const { items } = await staff(`${system.attendance}/api/v1/attendance/records?employee_id=${id}&status=all&limit=5`);
  assert.equal(items.find((one) => one.id === sent.results[0].record.id).status, "voided");
  assert.deepEqual(errors, []);
});

test("one's own data: the consent's text, both copies, everything erased", async (t) => {
  const { page, errors } = await signedIn(t, "demo_staff_2", { screen: "face" });
  await page.locator('[data-test="consent-text"]').waitFor();
  await page.evaluate(() => (location.hash = "#/data"));
  for (const service of ["face", "attendance"]) {
    const saving = page.waitForEvent("download");
    await page.locator(`[data-test="export-${service}"]`).click();
    assert.equal(readFileSync(await (await saving).path()).subarray(0, 2).toString(), "PK");
  }
  await page.reload();
  await page.getByText("Saved a copy").first().waitFor();
  await page.getByRole("button", { name: "Erase everything…" }).click();
  await page.fill("#erase-name", "demo_staff_2");
  await page.locator('[data-test="erase"]').click();
  const report = page.locator('[data-test="erasure-report"]');
  await report.getByText("The key is destroyed").first().waitFor();
  await report.getByText("Attendance records").first().waitFor();
  assert.equal(await report.getByRole("alert").count(), 0);
  assert.deepEqual(errors, []);
});
