// One's own face: the consent's text, guidance while the camera runs, photos with their faults, the live check, what is decided later.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Face, Frame, Gate, Today } from "./pages.mjs";
import { LiveCheck } from "./pages_faces.mjs";

const { double, browser } = await started();

async function signedIn(t, screen, { as = "demo_staff_1", ...options } = {}) {
  const opened = await openPage(browser, options);
  t.after(() => opened.context.close());
  await new Gate(opened.page, double.page).signInTo(screen, as);
  return { ...opened, face: new Face(opened.page), today: new Today(opened.page), live: new LiveCheck(opened.page) };
}

const quality = (list) => double.control("set", { quality: list });
const hint = (page, code) => page.locator(`.guide-hint[data-hint="${code}"]`);

test("the consent's text comes from the service, in the person's language, before anything else", async (t) => {
  const { page, face, errors } = await signedIn(t, "face");
  const text = page.locator('[data-test="consent-text"]');
  await text.getByText("Consent to face recognition").waitFor();
  assert.equal(await page.locator('[data-test="add-photo"]').count(), 0);
  assert.equal(await page.locator('[data-test="give-consent"]').isDisabled(), true);
  await page.locator('.check input[type="checkbox"]').check();
  await new Frame(page).language("fa");
  await text.getByText("رضایت به شناسایی چهره").waitFor();
  assert.equal(await page.locator('.check input[type="checkbox"]').isChecked(), false, "another text was not agreed to yet");
  const sent = page.waitForRequest((request) => request.url().endsWith("/consent") && request.method() === "POST");
  await face.consent();
  assert.deepEqual((await sent).postDataJSON(), { version: "2026-11", language: "fa" });
  await page.locator('[data-test="add-photo"]').waitFor();
  assert.deepEqual(errors, []);
});

test("without the consent's text no consent is taken", async (t) => {
  await double.control("fault", { path: "/api/v1/faces/consent-text", kind: 503, times: 1 });
  const { page } = await signedIn(t, "face");
  await page.getByText("The service is not ready right now.").waitFor();
  assert.equal(await page.locator('[data-test="give-consent"]').count(), 0);
  await page.getByRole("button", { name: "Try again" }).click();
  await page.locator('[data-test="give-consent"]').waitFor();
});

test("guidance follows what the camera sees, one word at a time, and stops nobody when it is away", async (t) => {
  const { page, face, errors } = await signedIn(t, "face");
  await face.consent();
  await quality([["too_small", "too_dark"]]);
  await page.locator('[data-test="add-photo"]').click();
  await hint(page, "too_small").getByText("Come closer").waitFor();
  await axe(page, "guidance");
  await quality([["turned_away"]]);
  await hint(page, "turned_away").getByText("Look straight ahead").waitFor();
  await quality([[]]);
  await hint(page, "good").waitFor();
  await double.control("fault", { path: "/api/v1/faces/quality", kind: 503, times: 3 });
  await hint(page, "off").waitFor();
  assert.equal(await page.locator('[data-test="shutter"]').isEnabled(), true);
  const asked = (await double.control("log")).requests.filter((one) => one.path.endsWith("/quality")).length;
  await page.keyboard.press("Escape");
  await page.waitForTimeout(1200);
  const after = (await double.control("log")).requests.filter((one) => one.path.endsWith("/quality")).length;
  assert.ok(after <= asked + 1, "nothing is asked once the camera is closed");
  assert.deepEqual(errors, []);
});

test("each photo says what is wrong with it; only those that fit are saved", async (t) => {
  const { page, face, errors } = await signedIn(t, "face");
  await face.consent();
  await face.addPhotos(1);
  await page.locator('.shot-row[data-state="good"]').getByText("Fits").waitFor();
  await quality([["blurred", "too_dark"]]);
  await face.addPhotos(1);
  const wrong = page.locator('.shot-row[data-state="wrong"]');
  await wrong.getByText("The photo is blurred.").waitFor();
  await wrong.getByText("It is too dark.").waitFor();
  await axe(page, "photos with faults");
  await page.getByRole("button", { name: "Save this photo" }).click();
  await face.faces().first().waitFor();
  assert.equal(await face.faces().count(), 1);
  assert.equal(await wrong.count(), 1, "the other one is still there to be taken again");
  await quality([[]]);
  await page.getByRole("button", { name: "Take photo 1 again" }).click();
  await page.locator('[data-test="shutter"]:not([disabled])').click();
  await page.keyboard.press("Escape");
  await double.control("set", { outcome: { code: "tilted", index: 0 } });
  await face.save();
  await wrong.getByText("The head is tilted.").waitFor();
  assert.deepEqual(errors, []);
});

test("withdrawing says what goes and what stays", async (t) => {
  const { page, face } = await signedIn(t, "face");
  await face.consent();
  await page.getByText("Goes at once").waitFor();
  await page.getByText("Your attendance records with their times").waitFor();
  await page.getByRole("button", { name: "Withdraw and erase" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw and erase" }).click();
  await page.locator('[data-test="consent-text"]').waitFor();
});

test("the live check: the challenge first, about three frames a second, whole and small, in one request", async (t) => {
  const { page, today, live, errors } = await signedIn(t, "today");
  await today.choose("Server room");
  await today.press("in");
  await live.challenge("turn_left").getByText("Turn your head to the left").waitFor();
  await axe(page, "challenge");
  const sent = page.waitForRequest((request) => request.url().endsWith("/attendance") && request.method() === "POST");
  const from = Date.now();
  await live.begin();
  await page.locator('[data-step="move"] [data-kind="turn_left"].movement').waitFor();
  const body = (await sent).postDataJSON();
  assert.ok(Date.now() - from < 8000);
  assert.equal(body.frames.length, 5);
  assert.ok(body.challenge.length > 20 && body.image.length > 1000);
  const size = await page.evaluate(async (image) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(image), (c) => c.charCodeAt(0))]));
    return [picture.width, picture.height];
  }, body.frames[2]);
  assert.ok(Math.max(...size) <= 960 && size[0] / size[1] > 1.2, String(size));
  await today.result("recorded").waitFor();
  assert.deepEqual(errors, []);
});

test("whoever cannot turn the head is asked for something else, and told of the way without", async (t) => {
  const { page, today, live } = await signedIn(t, "today");
  await today.choose("Server room");
  await today.press("in");
  await live.challenge("turn_left").waitFor();
  await page.locator('[data-test="alternative"]').click();
  await live.challenge("closer").getByText("Come closer").waitFor();
  await page.getByText("Ask your manager for another way").waitFor();
});

test("a challenge whose time is over is not used; a new one is asked for", async (t) => {
  await double.control("set", { challenge_seconds: 1.5 });
  const { page, today, live } = await signedIn(t, "today");
  await today.choose("Server room");
  await today.press("in");
  await page.getByText("The time for this is over.").waitFor();
  assert.equal(await page.locator('[data-test="begin-live"]').count(), 0);
  await double.control("set", { challenge_seconds: 60 });
  await page.getByRole("button", { name: "Begin again" }).click();
  await live.challenge().waitFor();
});

test("a live check that was not enough says why, and moves nobody", async (t) => {
  const { page, today, live } = await signedIn(t, "today");
  await today.choose("Server room");
  await today.press("in");
  await live.challenge().waitFor();
  await double.control("expire_challenges");
  await live.begin();
  await today.result("refused").getByText("The time for the movement was over.").waitFor();
  await today.result("refused").getByText("did not look live").waitFor();
  assert.equal(await today.hero("out").count(), 1);
  const refused = page.locator(".record[data-status='refused']");
  await refused.waitFor();
  assert.equal(await refused.count(), 1);
});

test("without the network the live check says so and can be tried again", async (t) => {
  const { page, today, live } = await signedIn(t, "today");
  await page.route("**/faces/challenges", (route) => route.abort("internetdisconnected"));
  await today.choose("Server room");
  await today.press("in");
  await page.getByRole("dialog").getByText("The service cannot be reached.").waitFor();
  await page.unroute("**/faces/challenges");
  await page.getByRole("dialog").getByRole("button", { name: "Try again" }).click();
  await live.challenge().waitFor();
});

test("a record that is being checked changes in place when the decision comes, and a word says so", async (t) => {
  const { page, today } = await signedIn(t, "today");
  await new Frame(page).pill("live").waitFor();
  await double.control("set", { outcome: { status: "pending" } });
  await today.press("in");
  await today.result("pending").waitFor();
  await today.records("pending").getByText("Being checked").waitFor();
  await axe(page, "pending");
  const { records } = await double.control("log");
  await double.control("decide", { id: records[0].id, status: "accepted" });
  await page.locator(".toast").getByText(/^In at .*: Recorded$/).waitFor();
  await today.records("accepted").waitFor();
  await today.result("recorded").waitFor();
  assert.equal(await today.records("pending").count(), 0);
});
