// The page's own tests, against the test double: signing in, punching, and every outcome a punch can have.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, started } from "./harness.mjs";
import { Frame, Gate, Today } from "./pages.mjs";

const { double, browser } = await started();

async function signedIn(t, { username = "demo_staff_1", ...options } = {}) {
  const opened = await openPage(browser, options);
  t.after(() => opened.context.close());
  await new Gate(opened.page, double.page).signInTo("today", username);
  const today = new Today(opened.page);
  await today.hero().waitFor();
  return { ...opened, today, frame: new Frame(opened.page) };
}

test("sign in refuses a wrong password in words, then lets in", async (t) => {
  const { page, context, errors } = await openPage(browser);
  t.after(() => context.close());
  const gate = new Gate(page, double.page);
  await gate.open();
  await gate.signIn("demo_staff_1", "wrong");
  await gate.problem().getByText("User name or password is not right.").waitFor();
  await gate.problem().getByText("Details").click();
  assert.match(await gate.problem().locator("code").textContent(), /^req-/);
  await gate.signIn("demo_staff_1");
  await new Today(page).hero("out").waitFor();
  assert.deepEqual(errors, []);
});

test("the tokens are in no storage a script can read, and a reload stays signed in", async (t) => {
  const { page, today } = await signedIn(t);
  const kept = await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + document.cookie);
  assert.doesNotMatch(kept, /token|refresh/i);
  await page.reload();
  await today.hero("out").waitFor();
});

test("register makes an account, shows what is wrong at its field, and signs in", async (t) => {
  const { page, context, errors } = await openPage(browser);
  t.after(() => context.close());
  const gate = new Gate(page, double.page);
  await gate.open("#/register");
  await gate.signIn("newcomer", "short");
  await page.getByText("Choose a longer or less common password.").waitFor();
  await page.reload();
  assert.equal(await page.inputValue("#username"), "newcomer", "a half-written form survives");
  await gate.signIn("newcomer", "three long words");
  await new Today(page).hero("out").waitFor();
  assert.deepEqual(errors, []);
});

test("check in and out: green only after the 201, state and list follow", async (t) => {
  const { page, today, errors } = await signedIn(t);
  await page.getByText("No records today").waitFor();
  // Held in the browser, so that the moment before the answer can be looked at.
  let release;
  const held = new Promise((done) => (release = done));
  await page.route("**/attendance", async (route) => {
    if (route.request().method() === "POST") await held;
    await route.continue();
  });
  await today.press("in");
  await today.result("sending").waitFor();
  assert.equal(await today.result("recorded").count(), 0);
  assert.equal(await today.hero("in").count(), 0);
  release();
  await today.result("recorded").waitFor();
  await today.hero("in").waitFor();
  await today.records("accepted").first().waitFor();
  await today.press("out");
  await today.hero("out").waitFor();
  assert.equal(await today.records("accepted").count(), 2);
  assert.deepEqual(errors, []);
});

test("check in with a photo of at most 1280 px; the camera is let go; the thumbnail is fetched with the token", async (t) => {
  const { page, today, errors } = await signedIn(t);
  await today.choose("Laboratory");
  await page.getByText("Asks for a photo").waitFor();
  await page.evaluate(() => {
    const open = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
    navigator.mediaDevices.getUserMedia = async (wish) => (window.stream = await open(wish));
  });
  await today.press("in");
  const sent = page.waitForRequest((request) => request.url().endsWith("/attendance") && request.method() === "POST");
  await today.shutter();
  const body = (await sent).postDataJSON();
  const size = await page.evaluate(async (image) => {
    const picture = await createImageBitmap(new Blob([Uint8Array.from(atob(image), (c) => c.charCodeAt(0))]));
    return [picture.width, picture.height];
  }, body.image);
  assert.ok(Math.max(...size) <= 1280 && Math.min(...size) > 0, String(size));
  assert.equal(body.place_id, 2);
  await today.result("recorded").waitFor();
  await page.waitForFunction(() => window.stream.getTracks().every((track) => track.readyState === "ended"));
  await page.locator(".record .photo img").waitFor();
  assert.match(await page.locator(".record .photo img").getAttribute("src"), /^blob:/);
  assert.deepEqual(errors, []);
});

test("a refused face looks refused, says what to do, and leaves the state alone", async (t) => {
  const { today } = await signedIn(t);
  await today.choose("Medicine store");
  await double.control("set", { outcome: { code: "face_mismatch" } });
  await today.press("in");
  await today.shutter();
  await today.result("refused").getByText("does not match yours").waitFor();
  await today.result("refused").getByText("ask your manager for another way").waitFor();
  assert.equal(await today.hero("out").count(), 1);
  await today.records("refused").waitFor();
});

test("consent_missing leads to the screen that helps", async (t) => {
  const { today, page } = await signedIn(t);
  await double.control("set", { outcome: { code: "consent_missing" } });
  await today.press("in");
  await today.result("refused").getByRole("link", { name: "My face" }).click();
  await page.getByText("Your consent comes first").waitFor();
});

test("pending and review look like themselves, and a later decision turns pending into recorded", async (t) => {
  const { today, frame } = await signedIn(t);
  await frame.pill("live").waitFor();
  await double.control("set", { outcome: { status: "pending" } });
  await today.press("in");
  await today.result("pending").waitFor();
  const { records } = await double.control("log");
  await double.control("decide", { id: records[0].id, status: "accepted" });
  await today.result("recorded").getByText("accepted").waitFor();
  await double.control("set", { outcome: { status: "review" } });
  await today.press("out");
  await today.result("review").waitFor();
});

test("without a network the punch is kept, survives a reload, and is recorded once under the same key", async (t) => {
  const { page, today } = await signedIn(t);
  const sent = [];
  page.on("request", (request) => {
    if (request.url().endsWith("/attendance") && request.method() === "POST") {
      sent.push([request.headers()["idempotency-key"], request.postData()]);
    }
  });
  await today.choose("Laboratory");
  await page.route("**/attendance", (route) => route.abort("internetdisconnected"));
  await today.press("in");
  await today.shutter();
  await today.result("queued").waitFor();
  await today.records("queued").waitFor();
  assert.equal(await today.result("recorded").count(), 0);
  assert.equal(await today.hero("out").count(), 1, "the state stays what the service said");
  await page.reload();
  await today.result("queued").waitFor();
  // Pressed while there is no network the button stays, so that it must be there and must send.
  const again = page.getByRole("button", { name: "Try now" });
  while (sent.length < 2) await page.waitForTimeout(20);
  const before = sent.length;
  // The reload's own try may still be under way, and a press meanwhile is that try.
  for (let presses = 0; sent.length === before && presses < 40; presses += 1) {
    await again.click();
    await page.waitForTimeout(50);
  }
  assert.ok(sent.length > before, "the press sends");
  await page.unroute("**/attendance");
  // It tries by itself as well: when that is quicker, there is nothing left to press.
  const pressed = again.click();
  await Promise.all([today.result("recorded").waitFor(), pressed.catch(() => undefined)]);
  assert.ok(sent.length >= 3, "tried at the press, after the reload and at the end");
  assert.equal(new Set(sent.map(String)).size, 1, "one key and one body for one intent");
  const { records } = await double.control("log");
  assert.deepEqual(records.map((record) => [record.action, record.photo]), [["in", true]]);
  assert.equal(await today.records("queued").count(), 0);
});

test("a moment after the first screen the camera, and the words for what goes wrong, are there without a network as well", async (t) => {
  const { page, context, today } = await signedIn(t);
  await today.choose("Laboratory");
  const fetched = (end) => page.waitForFunction((name) => performance.getEntriesByType("resource").some((one) => one.name.endsWith(name) && one.responseEnd > 0), end);
  for (const name of ["components/camera.js", "camera.css", "i18n/camera/en.js", "i18n/errors/en.js"]) await fetched(name);
  await page.waitForTimeout(200);
  await context.setOffline(true);
  await today.press("in");
  await page.locator(".camera-frame video").waitFor();
  await today.shutter();
  await today.result("queued").waitFor();
  await context.setOffline(false);
  await today.result("recorded").waitFor({ timeout: 15000 });
});

test("an answer that is lost after the commit does not make a second record", async (t) => {
  const { page, today } = await signedIn(t);
  await double.control("set", { outcome: { lose_answer: true } });
  await today.press("in");
  await today.result("queued").waitFor();
  await page.getByRole("button", { name: "Try now" }).click();
  await today.result("recorded").waitFor();
  assert.equal((await double.control("log")).records.length, 1);
});

test("503 keeps the punch, 409 explains and ends it", async (t) => {
  const { page, today } = await signedIn(t);
  await double.control("fault", { path: "/attendance", kind: 503 });
  await today.press("in");
  await today.result("queued").waitFor();
  await double.control("record", { employee_id: 1, action: "in" });
  await page.getByRole("button", { name: "Try now" }).click();
  await today.result("refused").getByText("You are already in.").waitFor();
  assert.equal(await today.records("queued").count(), 0);
});

test("an expired session brings the person back to the punch, which is then recorded", async (t) => {
  const { page, today } = await signedIn(t);
  await double.control("expire", { session: true });
  await today.press("in");
  await page.getByText("Welcome back").waitFor();
  assert.equal(await page.inputValue("#username"), "demo_staff_1");
  await new Gate(page, double.page).signIn("demo_staff_1");
  await today.hero("in").waitFor();
  assert.equal((await double.control("log")).records.length, 1);
});

test("an expired access token is renewed once, unseen, for calls made together", async (t) => {
  const { page, today } = await signedIn(t);
  await double.control("expire");
  await page.evaluate(() => (location.hash = "#/face"));
  await page.getByText("Your consent comes first").waitFor();
  await page.evaluate(() => (location.hash = "#/today"));
  await today.hero("out").waitFor();
  const { requests } = await double.control("log");
  assert.equal(requests.filter((r) => r.path === "/api/v1/auth/refresh").length, 1);
});

test("sign out ends the session and shows nothing of it", async (t) => {
  const { page, frame } = await signedIn(t);
  await frame.signOut();
  await page.locator("#username").waitFor();
  await page.reload();
  await page.locator("#username").waitFor();
  assert.equal(await page.getByText("Elif").count(), 0);
});
