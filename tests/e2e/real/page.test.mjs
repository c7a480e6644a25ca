// The page on the running system: real services, real feed, real faces in front of the fake webcam.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { axe } from "../axe.mjs";
import { openPage } from "../harness.mjs";
import { Board, Face, Gate, Today } from "../pages.mjs";
import { browserWith, closeBrowsers, kill, newcomer, signedIn, system, terminal } from "./world.mjs";

after(closeBrowsers);

test("a face is enrolled with consent, another photo of it is accepted, another person's is refused", async (t) => {
  const enrolled = await signedIn(t, "demo_staff_3", { screen: "face", camera: "obama" });
  const face = new Face(enrolled.page);
  await enrolled.page.getByText("Your consent comes first").waitFor();
  await face.consent();
  await face.addPhotos(1);
  await face.save();
  await face.faces().first().waitFor();
  assert.deepEqual(enrolled.errors, []);

  const accepted = await signedIn(t, "demo_staff_3", { camera: "obama2" });
  await accepted.today.choose("Main gate");
  await accepted.page.getByText("Asks for").waitFor();
  await accepted.today.press("in");
  await accepted.today.shutter();
  await accepted.today.result("recorded").waitFor();
  await accepted.today.hero("in").waitFor();
  await accepted.today.records("accepted").first().locator(".photo img").waitFor();
  assert.deepEqual(accepted.errors, []);

  const refused = await signedIn(t, "demo_staff_3", { camera: "biden" });
  await refused.today.hero("in").waitFor();
  await refused.today.choose("Main gate");
  await refused.today.press("out");
  await refused.today.shutter();
  await refused.today.result("refused").getByText("does not match yours").waitFor();
  assert.equal(await refused.today.hero("in").count(), 1, "the state is left alone");
  await refused.today.records("refused").first().waitFor();
  assert.deepEqual(refused.errors, []);
});

test("without consent the Main gate leads to the screen that helps", async (t) => {
  const { page, today, errors } = await signedIn(t, "demo_staff_4", { camera: "obama3" });
  await today.choose("Main gate");
  await today.press("in");
  await today.shutter();
  await today.result("refused").getByRole("link", { name: "My face" }).click();
  await page.getByText("Your consent comes first").waitFor();
  assert.deepEqual(errors, []);
});

test("a check-in on one page moves the manager's board on another, within a second", async (t) => {
  const manager = await signedIn(t, "demo_manager_1", { screen: "board" });
  const board = new Board(manager.page);
  const row = board.row("Demo Staff 1");
  await row.first().waitFor();
  const staff = await signedIn(t, "demo_staff_1");
  await staff.today.hero("out").waitFor();
  const before = Number(await board.countIn().textContent());
  await staff.today.press("in");
  await staff.today.result("recorded").waitFor();
  await row.first().getByText("In", { exact: true }).waitFor({ timeout: 1000 });
  assert.equal(Number(await board.countIn().textContent()), before + 1);
  assert.equal(await board.events().count(), 1, "one event for one punch");
  await staff.today.hero("in").waitFor();
  await staff.today.press("out");
  await staff.today.hero("out").waitFor();
  await row.first().getByText("Out", { exact: true }).waitFor({ timeout: 1000 });
  assert.equal(await staff.today.records("accepted").count(), 2);
  assert.deepEqual([...manager.errors, ...staff.errors], []);
});

test("a newcomer registers on the page and checks in at once", async (t) => {
  const { page, context, errors } = await openPage(await browserWith(null));
  t.after(() => context.close());
  const gate = new Gate(page, system.client);
  await gate.open("#/register");
  await gate.signIn(`page_newcomer_${Date.now()}`, "three long words");
  const today = new Today(page);
  await today.hero("out").waitFor();
  await today.press("in");
  await today.hero("in").waitFor();
  assert.deepEqual(errors, []);
});

test("a reload keeps the session by its cookie; the language turns the page and stays; signing out ends it", async (t) => {
  const { page, frame, today, errors } = await signedIn(t, "demo_staff_2");
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  assert.doesNotMatch(kept, /eyJ|token|refresh/i);
  const renewed = page.waitForResponse((response) => response.url().endsWith("/api/v1/auth/refresh"));
  await page.reload();
  assert.equal((await renewed).status(), 200);
  await today.hero().waitFor();
  await frame.language("fa");
  await page.locator('html[lang="fa"][dir="rtl"]').waitFor();
  await page.reload();
  await page.locator('html[lang="fa"][dir="rtl"]').waitFor();
  await today.hero().waitFor();
  await frame.signOut();
  await page.locator("#username").waitFor();
  await page.reload();
  await page.locator("#username").waitFor();
  assert.deepEqual(errors, []);
});

test("the reporter dies; what happened meanwhile is shown once it is back, once", async (t) => {
  const { page, frame, errors } = await signedIn(t, "demo_manager_1", { screen: "board" });
  const board = new Board(page);
  await board.rows().first().waitFor();
  const punch = await terminal("demo_staff_4");
  kill("reporter");
  await page.locator('.pill:not([data-state="live"])').waitFor();
  await punch("in");
  await frame.pill("live").waitFor({ timeout: 30000 });
  await board.row("Demo Staff 4").first().getByText("In", { exact: true }).waitFor();
  await punch("out");
  await board.row("Demo Staff 4").first().getByText("Out", { exact: true }).waitFor();
  assert.equal(await board.events().count(), 2);
  assert.deepEqual(errors, []);
});

test("a session ended elsewhere asks to sign in again", async (t) => {
  const name = `ends_elsewhere_${Date.now()}`;
  const { token } = await newcomer(name);
  const { page } = await signedIn(t, name);
  const answer = await fetch(`${system.auth}/api/v1/auth/logout-all`, { method: "POST", headers: { Authorization: `Bearer ${token}` } });
  assert.equal(answer.status, 204);
  await page.getByText("Welcome back").waitFor();
  await new Gate(page, system.client).signIn(name);
  await new Today(page).hero("out").waitFor();
});

for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing on the screens as they really are, ${theme}, ${locale}`, async (t) => {
    const { page, today, errors } = await signedIn(t, "demo_manager_1", { screen: "board", theme, locale });
    await new Board(page).rows().first().waitFor();
    await axe(page, "board");
    await page.evaluate(() => (location.hash = "#/face"));
    await page.locator(".card .check, .faces").first().waitFor();
    await axe(page, "face");
    await page.evaluate(() => (location.hash = "#/today"));
    await today.hero().waitFor();
    await axe(page, "today");
    assert.deepEqual(errors, []);
  });
}

test("the page is served under a strict policy that it keeps", async (t) => {
  const { page, context } = await signedIn(t, "demo_staff_2");
  const answer = await context.request.get(`${system.client}/index.html`);
  const policy = answer.headers()["content-security-policy"];
  assert.match(policy, /default-src 'none'/);
  assert.doesNotMatch(policy, /unsafe|\*/);
  assert.equal(await page.evaluate(() => document.querySelectorAll("script:not([src]), style, [style]").length), 0);
});
