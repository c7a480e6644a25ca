// Enrolment on the running system: guidance by the real models, faults in words, and the end of the consent.
// Then the same face, and one that nobody knows, at a kiosk.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { openPage } from "../harness.mjs";
import { Face, Gate } from "../pages.mjs";
import { Kiosk } from "../pages_faces.mjs";
import { portrait } from "../portraits.mjs";
import { browserWith, caller, closeBrowsers, enrol, ownSite, signedIn, system } from "./world.mjs";

after(closeBrowsers);

let site = null;
before(async () => {
  site = await ownSite("Enrolment");
});

test("from the consent to the enrolled photo and back: guidance, a photo that does not fit, one that does, withdrawal", async (t) => {
  const person = await site.person("staff", "Enrol Ling");
  const { page, errors } = await signedIn(t, person.username, { password: person.password, screen: "face", camera: "far" });
  const face = new Face(page);
  await page.locator('[data-test="consent-text"]').getByRole("heading").waitFor();
  await face.consent();
  await page.getByText("No photos yet").waitFor();

  // Somebody far from the camera is told so, and the photo taken all the same says it as well.
  await page.locator('[data-test="add-photo"]').click();
  await page.locator('.guide-hint[data-hint="too_small"]').getByText("Come closer").waitFor();
  await page.locator('[data-test="shutter"]').click();
  await page.keyboard.press("Escape");
  const wrong = page.locator('.shot-row[data-state="wrong"]');
  await wrong.getByText("The face is too small in the photo.").waitFor();
  assert.equal(await page.locator('[data-test="save-photos"]').count(), 0, "nothing that could be saved");
  await wrong.getByRole("button", { name: "Remove photo 1" }).click();

  // Two photos of different people are refused by whoever compares them, in words.
  await page.locator('[data-test="add-photo"]').click();
  for (const name of ["obama", "biden"]) {
    await page.setInputFiles('[data-test="photo-file"]', { name: `${name}.jpg`, mimeType: "image/jpeg", buffer: readFileSync(portrait(name)) });
  }
  await page.keyboard.press("Escape");
  await page.locator('.shot-row[data-state="good"]').nth(1).waitFor();
  await face.save();
  await page.getByText("These photos show different people.").first().waitFor();
  assert.equal(await face.faces().count(), 0);
  await page.getByRole("button", { name: "Remove photo 2" }).click();
  await face.save();
  await page.getByText("1 photo saved").first().waitFor();
  await face.faces().first().locator("img").waitFor();
  assert.equal(await face.faces().count(), 1);

  const call = await caller(person.username, person.password);
  const kept = `${system.face}/api/v1/people/${person.employee_id}/faces`;
  assert.equal((await call(kept)).items.length, 1);
  await page.getByRole("button", { name: "Withdraw and erase" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw and erase" }).click();
  await page.locator('[data-test="consent-text"]').waitFor();
  assert.equal(await face.faces().count(), 0);
  assert.equal((await call(`${system.face}/api/v1/people/${person.employee_id}/consent`)).version, null);
  assert.deepEqual(errors, []);
});

test("a kiosk: a face that is known, one that is not known, and the badge beside it", async (t) => {
  const person = await site.person("staff", "Kiosk Guest");
  await enrol(person.username, "obama", person.password);
  const tablet = await site.person("device", "Kiosk Tablet");
  const badge = `CARD-9-${Date.now()}`;
  await site.place("Door", { evidence: ["photo", "face"], mode: "toggle" });
  await site.admin(`${system.auth}/api/v1/users/${person.employee_id}/kiosk`, "PUT", { badge });
  const records = async () => {
    const { items } = await site.admin(`${system.attendance}/api/v1/attendance/records?employee_id=${person.employee_id}&limit=10`);
    return items.map((one) => [one.action, one.status]);
  };
  const stand = async (camera) => {
    const opened = await openPage(await browserWith(camera), { width: 1024, height: 768 });
    t.after(() => opened.context.close());
    const gate = new Gate(opened.page, system.client);
    await gate.open("#/kiosk");
    await gate.signIn(tablet.username, tablet.password);
    const kiosk = new Kiosk(opened.page, system.client);
    await kiosk.phase("idle").waitFor();
    await opened.page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
    return { ...opened, kiosk };
  };

  const known = await stand("obama2");
  await known.kiosk.begin("face");
  await known.kiosk.phase("known").getByText("Kiosk Guest").waitFor();
  await known.kiosk.confirm();
  await known.kiosk.done("recorded").getByText(/Checked in at/).waitFor();
  assert.deepEqual(await records(), [["in", "accepted"]]);

  const stranger = await stand("biden");
  await stranger.kiosk.begin("face");
  const problem = stranger.page.locator('[data-test="kiosk-problem"]');
  await problem.getByText("You were not recognised.").waitFor({ timeout: 15000 });
  await problem.getByRole("button", { name: "PIN" }).waitFor();
  await problem.getByRole("button", { name: "Badge" }).click();
  await stranger.kiosk.phase("badge").waitFor();
  assert.deepEqual(await records(), [["in", "accepted"]], "a stranger moved nobody");
  await stranger.kiosk.scan(badge);
  await stranger.kiosk.phase("known").getByText("Kiosk Guest").waitFor();
  await stranger.kiosk.cancel();
  assert.deepEqual([...known.errors, ...stranger.errors], []);
});
