// The live feed as the page keeps it, the board, and one's own face data.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, started } from "./harness.mjs";
import { Board, Face, Frame, Gate, Today } from "./pages.mjs";

const { double, browser } = await started();

async function board(t, username = "demo_manager_1") {
  const opened = await openPage(browser);
  t.after(() => opened.context.close());
  await new Gate(opened.page, double.page).signInTo("board", username);
  const frame = new Frame(opened.page);
  await frame.pill("live").waitFor();
  const shown = new Board(opened.page);
  await shown.rows().first().waitFor();
  return { ...opened, frame, board: shown };
}

const subscriptions = async () => (await double.control("log")).feed;

test("the board follows the feed without a reload and lists every event", async (t) => {
  const { board: shown, page, errors } = await board(t);
  assert.equal(await shown.countIn().textContent(), "0");
  await double.control("record", { employee_id: 4, action: "in", place_id: 1 });
  await shown.row("Mehmet Demir").getByText("In", { exact: true }).waitFor();
  assert.equal(await shown.countIn().textContent(), "1");
  await double.control("record", { employee_id: 4, action: "out", place_id: 1, status: "refused" });
  await shown.events().getByText("tried to check out").waitFor();
  assert.equal(await shown.countIn().textContent(), "1", "a refused punch moves nobody");
  await page.getByRole("button", { name: /^In/ }).click();
  assert.equal(await shown.rows().count(), 1);
  await page.getByRole("button", { name: /^All/ }).click();
  await page.fill("#search", "zeynep");
  assert.equal(await shown.rows().count(), 1);
  await page.fill("#search", "");
  await page.selectOption("#team", "2");
  assert.equal(await shown.rows().count(), 3);
  assert.deepEqual(errors, []);
});

test("a closed socket resumes by its cursor: nothing missed, nothing twice", async (t) => {
  const { board: shown, frame } = await board(t);
  await double.control("record", { employee_id: 4, action: "in" });
  await shown.events().nth(0).waitFor();
  for (const code of [1012, 4008, 1001]) {
    await double.control("close", { code });
    await double.control("record", { employee_id: 5, action: "in" });
  }
  await frame.pill("live").waitFor();
  await shown.events().nth(3).waitFor();
  assert.equal(await shown.events().count(), 4);
  const log = await subscriptions();
  assert.ok(log.length >= 2, "reconnected");
  assert.ok(log.slice(1).every((entry) => /^c\d+$/.test(entry.after)), JSON.stringify(log));
  assert.ok(log.every((entry) => entry.scope === "all"));
});

test("4010 drops the cursor and fetches the board again", async (t) => {
  const { board: shown, frame } = await board(t);
  const before = (await double.control("log")).requests.filter((r) => r.path.endsWith("/board")).length;
  await double.control("close", { code: 4010 });
  await frame.pill("reconnecting").waitFor();
  await double.control("record", { employee_id: 6, action: "in" });
  await frame.pill("live").waitFor();
  await shown.row("نیلوفر").getByText("In", { exact: true }).waitFor();
  const after = (await double.control("log")).requests.filter((r) => r.path.endsWith("/board")).length;
  assert.ok(after > before, "a new snapshot");
});

test("4001 renews the token once and goes on; with the session gone it asks to sign in", async (t) => {
  const { page, frame } = await board(t);
  await double.control("expire");
  await double.control("close", { code: 4001 });
  await frame.pill("live").waitFor();
  await page.waitForTimeout(600);
  assert.deepEqual((await subscriptions()).map((entry) => entry.accepted).at(-1), true);
  await double.control("expire", { session: true });
  await double.control("close", { code: 4501 });
  await page.getByText("Welcome back").waitFor();
  await new Gate(page, double.page).signIn("demo_manager_1");
  await page.getByRole("heading", { name: "Live board" }).waitFor();
});

test("a lasting refusal of the feed is said calmly and can be tried again", async (t) => {
  const { page, frame } = await board(t);
  await double.control("close", { code: 4504 });
  await page.getByRole("button", { name: /Not live/ }).click();
  await frame.pill("live").waitFor();
});

test("silence is noticed: paused, then a new socket from the same cursor", async (t) => {
  await double.control("set", { heartbeat: 0.5 });
  const { frame } = await board(t);
  await double.control("set", { silent: true });
  await frame.pill("stale").waitFor();
  await double.control("set", { silent: false });
  await frame.pill("live").waitFor();
});

test("one's own record made elsewhere appears without a reload", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("today", "demo_staff_1");
  await new Frame(page).pill("live").waitFor();
  await double.control("record", { employee_id: 1, action: "in", place_id: 1 });
  await new Today(page).hero("in").waitFor();
  assert.ok((await subscriptions()).every((entry) => entry.scope === "own"));
  assert.equal(await page.getByRole("link", { name: "Live board" }).count(), 0);
});

test("my face: consent first, photos kept after a refusal, saved, erased, withdrawn", async (t) => {
  const { page, context, errors } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("face", "demo_staff_1");
  const face = new Face(page);
  await page.getByText("There is always another way").waitFor();
  await face.consent();
  await face.addPhotos(2);
  await double.control("set", { outcome: { code: "no_face", index: 1 } });
  await face.save();
  await page.getByText("No face can be seen in the photo.").first().waitFor();
  assert.equal(await page.locator('.shot[data-fault="true"]').count(), 1);
  await page.getByRole("button", { name: "Remove photo 2" }).click();
  await face.addPhotos(1);
  await face.save();
  await face.faces().nth(1).waitFor();
  await page.getByText("Good quality").first().waitFor();
  await page.getByRole("button", { name: "Erase photo 1" }).click();
  await page.waitForFunction(() => document.querySelectorAll(".faces li").length === 1);
  await page.getByRole("button", { name: "Withdraw and erase" }).click();
  await page.getByRole("dialog").getByRole("button", { name: "Withdraw and erase" }).click();
  await page.getByText("Your consent comes first").waitFor();
  assert.deepEqual(errors, []);
});

test("my face says plainly that the site has biometrics off", async (t) => {
  await double.control("set", { biometrics: false });
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("face", "demo_staff_1");
  await page.getByText("Face recognition is off at your site").waitFor();
  assert.equal(await page.locator('[data-test="add-photo"]').count(), 0);
});

test("a forgotten check-out is drawn as a moment, not as presence until now", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).open();
  const wide = await page.evaluate(async () => {
    const { h, render } = await import("./vendor/preact.mjs");
    const { DayRibbon } = await import("./components/chart.js");
    const host = document.createElement("div");
    const now = Date.UTC(2026, 10, 21, 12);
    const at = (hour) => new Date(Date.UTC(2026, 10, 21, hour)).toISOString();
    render(h(DayRibbon, { spans: [{ from: at(2), to: null }, { from: at(11), to: null }], now, zone: "UTC", label: "day" }), host);
    return [...host.querySelectorAll(".ribbon-span")].map((bar) => Number(bar.getAttribute("width")));
  });
  assert.deepEqual(wide.map(Math.round), [4, 42]);
});
