// The review queue: both photos, the keyboard, undo, somebody else's decision, one's own record, a phone.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Frame, Gate } from "./pages.mjs";
import { Review } from "./pages_faces.mjs";

const { double, browser } = await started({ camera: null });
const EVIDENCE = { face: "review", similarity: 0.36, threshold: 0.42, liveness: { decision: "review", score: 0.55, reason: "too_close_to_judge" } };
const waiting = (employee_id, minutes_ago, more = {}) => double.control("record", { employee_id, action: "in", status: "review", minutes_ago, evidence: EVIDENCE, ...more });

async function queue(t, { as = "demo_manager_1", ...options } = {}) {
  const opened = await openPage(browser, options);
  t.after(() => opened.context.close());
  await new Gate(opened.page, double.page).signInTo("review", as);
  return { ...opened, review: new Review(opened.page) };
}

test("looked through by the keyboard alone: next, zoom, accept, refuse, undo", async (t) => {
  const first = await waiting(1, 40);
  const second = await waiting(5, 30);
  await waiting(7, 20);
  const { page, review, errors } = await queue(t);
  await review.items().nth(2).waitFor();
  await review.detail(first.id).waitFor();
  await page.locator(".compare-frame img").nth(1).waitFor();
  await page.locator('[data-test="similarity"]').getByText("0.36").waitFor();
  await page.keyboard.press("j");
  await review.detail(second.id).waitFor();
  await page.keyboard.press("k");
  await review.detail(first.id).waitFor();
  await page.keyboard.press("z");
  assert.equal(await page.locator('.compare-frame[data-zoom="2"]').count(), 2);
  await page.keyboard.press("a");
  await review.last().getByText("Accepted: Elif Aydın").waitFor();
  await review.detail(second.id).waitFor();
  assert.equal(await review.items().count(), 2);
  await page.fill("#review-reason", "jar of letters");
  await page.locator("#review-reason").press("a");
  assert.equal(await review.items().count(), 2, "typing decides nothing");
  await page.locator("h1").click();
  await page.keyboard.press("r");
  await review.last().getByText("Refused: Zeynep Kaya").waitFor();
  await page.keyboard.press("u");
  await page.getByText("Decision taken back").waitFor();
  await review.items().nth(1).waitFor();
  const { records } = await double.control("log");
  assert.deepEqual(records.map((record) => record.status), ["accepted", "review", "review"]);
  assert.deepEqual(errors, []);
});

test("what is decided is listed with who and why, and can be taken back there", async (t) => {
  await waiting(1, 5);
  const { page, review } = await queue(t);
  await review.detail().waitFor();
  await page.fill("#review-reason", "called him");
  await page.locator('[data-test="refuse"]').click();
  await page.getByText("Nothing to review").waitFor();
  await page.getByRole("button", { name: "Decided" }).click();
  await review.detail().getByText("called him").waitFor();
  await review.detail().getByText("demo_manager_1").first().waitFor();
  await axe(page, "decided");
  await review.detail().getByRole("button", { name: "Undo" }).click();
  await page.getByText("Nothing decided yet").waitFor();
});

test("the queue is live: a new one appears, one that another manager decided leaves", async (t) => {
  const { page, review } = await queue(t);
  await page.getByText("Nothing to review").waitFor();
  await axe(page, "nothing to review");
  await new Frame(page).pill("live").waitFor();
  const made = await waiting(5, 0);
  await review.items().first().waitFor();
  await double.control("reviewed", { id: made.id, by: 3, decision: "accept" });
  await page.getByText("Nothing to review").waitFor();
});

test("a decision that comes second says so", async (t) => {
  const made = await waiting(5, 3);
  const { page, review } = await queue(t);
  await review.detail().waitFor();
  await page.route("**/decision", async (route) => {
    await double.control("reviewed", { id: made.id, by: 3, decision: "refuse" });
    await route.continue();
  });
  await page.locator('[data-test="accept"]').click();
  await page.getByText("Somebody else has decided on this already.").waitFor();
  const { records } = await double.control("log");
  assert.equal(records[0].status, "voided");
});

test("staff have no queue, and no link to one", async (t) => {
  const { page } = await queue(t, { as: "demo_staff_1" });
  await page.locator('[data-test="hero"]').waitFor();
  assert.equal(await page.getByRole("link", { name: "Review" }).count(), 0);
});

test("one reason is looked at alone; when there is none such, everything is a press away", async (t) => {
  await waiting(1, 9);
  await waiting(5, 7, { evidence: { ...EVIDENCE, reason: "late_punch" } });
  const { page, review, errors } = await queue(t);
  await review.items().nth(1).waitFor();
  await page.selectOption("#review-reason-filter", { label: "Came later, clock not certain" });
  await page.waitForFunction(() => document.querySelectorAll("[data-review]").length === 1);
  await review.detail().getByRole("heading", { name: "Zeynep Kaya" }).waitFor();
  await page.selectOption("#review-reason-filter", { label: "No face on file to compare with" });
  await page.getByText("None of these").waitFor();
  await axe(page, "none of these");
  await page.getByRole("button", { name: "Show everything" }).click();
  await review.items().nth(1).waitFor();
  assert.deepEqual(errors, []);
});

test("a queue or a photo that cannot be fetched says so, and can be asked for again", async (t) => {
  const made = await waiting(1, 9);
  await double.control("fault", { path: "/api/v1/attendance/reviews", kind: 503, times: 1 });
  const { page, review } = await queue(t);
  await page.getByText("The service is not ready right now.").waitFor();
  await double.control("fault", { path: `/api/v1/attendance/records/${made.id}/photo`, kind: 503, times: 1 });
  await page.getByRole("button", { name: "Try again" }).click();
  await review.detail().waitFor();
  const frame = page.locator(".compare-frame").first();
  await frame.getByText("The photo could not be loaded").waitFor();
  await frame.getByRole("button", { name: "Try again" }).click();
  await frame.locator("img").waitFor();
  await double.control("fault", { path: "/api/v1/attendance/reviews", kind: 503, times: 1 });
  await page.getByRole("button", { name: "Decided" }).click();
  await page.getByText("The service is not ready right now.").waitFor();
  assert.equal(await review.items().count(), 0, "what waits is not shown as what is decided");
});

test("both photos are enlarged around the face that was found, and moved together", async (t) => {
  await double.control("set", { detected: { faces: [{ box: [0, 0, 40, 60] }, { box: [200, 100, 100, 120] }], width: 400, height: 300 } });
  await waiting(1, 9);
  const { page, review, errors } = await queue(t, { reducedMotion: "reduce" });
  await review.detail().waitFor();
  await page.locator('.compare-frame[data-face="true"]').nth(1).waitFor();
  await page.keyboard.press("z");
  await page.locator('.compare-frame[data-zoom="2"]').nth(1).waitFor();
  const centres = () => page.evaluate(() => [...document.querySelectorAll(".compare-frame")].map((frame) => {
    const [seen, face] = [frame, frame.querySelector(".compare-face")].map((one) => one.getBoundingClientRect());
    return [face.x + face.width / 2 - seen.x - seen.width / 2, face.y + face.height / 2 - seen.y - seen.height / 2].map(Math.round);
  }));
  for (const [x, y] of await centres()) assert.ok(Math.abs(x) < 12 && Math.abs(y) < 12, `${x} ${y}`);
  await page.waitForTimeout(300);
  await page.locator(".compare-frame").first().evaluate((frame) => frame.scrollBy(-30, -20));
  await page.waitForFunction(() => {
    const [a, b] = document.querySelectorAll(".compare-frame");
    return Math.abs(a.scrollLeft - b.scrollLeft) < 2 && Math.abs(a.scrollTop - b.scrollTop) < 2;
  });
  assert.deepEqual(errors, []);
});

test("what was meant for one record is not done to the one that took its place; a key held down decides once", async (t) => {
  const first = await waiting(1, 40);
  await waiting(5, 30);
  const { page, review } = await queue(t);
  await review.detail(first.id).waitFor();
  await new Frame(page).pill("live").waitFor();
  await page.evaluate(() => {
    new MutationObserver((_, watcher) => {
      const detail = document.querySelector('[data-test="review-detail"]');
      if (!detail || detail.textContent.includes("Elif")) return;
      watcher.disconnect();
      document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "a", code: "KeyA", bubbles: true }));
    }).observe(document.body, { childList: true, subtree: true, characterData: true });
  });
  await double.control("reviewed", { id: first.id, by: 3, decision: "accept" });
  await review.detail().getByRole("heading", { name: "Zeynep Kaya" }).waitFor();
  await page.waitForTimeout(900);
  assert.equal(await review.items().count(), 1, "nobody decided on the second");
  await waiting(7, 1);
  await waiting(6, 1);
  await review.items().nth(2).waitFor();
  await page.evaluate(() => {
    for (const repeat of [false, true, true]) document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "ش", code: "KeyA", repeat, bubbles: true }));
  });
  await review.last().waitFor();
  await page.waitForTimeout(500);
  assert.equal(await review.items().count(), 2);
});

test("the keys can be switched off", async (t) => {
  await waiting(1, 9);
  const { page, review } = await queue(t);
  await review.detail().waitFor();
  await page.getByRole("checkbox", { name: /^Keys/ }).uncheck();
  await page.keyboard.press("a");
  await page.waitForTimeout(400);
  assert.equal(await review.items().count(), 1);
});

for (const [locale, theme] of [["en-GB", "light"], ["fa-IR", "dark"]]) {
  test(`axe finds nothing, wide and on a phone, ${theme}, ${locale}`, async (t) => {
    await waiting(1, 12);
    await waiting(6, 8);
    const { page, review, errors } = await queue(t, { locale, theme });
    await review.detail().waitFor();
    await axe(page, "review");
    await page.setViewportSize({ width: 390, height: 844 });
    await review.items().first().click();
    await page.locator('[data-test="accept"]').waitFor();
    await axe(page, "review on a phone");
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    await page.locator(".review-back button").click();
    await review.items().first().waitFor();
    assert.deepEqual(errors, []);
  });
}
