// Signing in: the configured ways, the second factor, resets, and what is said when it does not work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate, Today } from "./pages.mjs";
import { SecondStep } from "./pages_identity.mjs";

const { double, browser } = await started({ camera: null });

async function opened(t, options) {
  const { page, context, errors } = await openPage(browser, options);
  t.after(() => context.close());
  return { page, context, errors, gate: new Gate(page, double.page), step: new SecondStep(page), today: new Today(page) };
}

const LOCAL = { name: "local", kind: "local", label: "Hazir" };
const HOSPITAL = { name: "hospital", kind: "ldap", label: "City Hospital" };
const CAMPUS = { name: "campus", kind: "oidc", label: "Campus" };
const choices = (directories, more) => double.control("set", { choices: { directories, registration: true, registration_mode: "open", demo: false, ...more } });

test("with one password directory there is nothing to choose", async (t) => {
  const { page, gate } = await opened(t);
  await gate.open();
  await page.waitForTimeout(300);
  assert.equal(await page.locator("#directory").count(), 0);
  assert.equal(await page.locator(".institutions").count(), 0);
});

test("several directories: found by itself unless chosen, the chosen one is sent, remembered for the next try", async (t) => {
  await choices([HOSPITAL, LOCAL, CAMPUS]);
  const { page, gate, today } = await opened(t);
  await gate.open();
  await page.locator("#directory").waitFor();
  assert.deepEqual(await page.locator("#directory option").allTextContents(), ["Not sure: find it for me", "Hazir", "City Hospital"]);
  const sent = [];
  page.on("request", (request) => request.url().endsWith("/auth/token") && sent.push(new URLSearchParams(request.postData()).get("directory")));
  await gate.signIn("demo_staff_1", "wrong");
  await gate.problem().waitFor();
  await page.selectOption("#directory", "hospital");
  await gate.signIn("demo_staff_1");
  await today.hero("out").waitFor();
  assert.deepEqual(sent, [null, "hospital"]);
});

test("an institution's own page is one click away and comes back to where one wanted to go", async (t) => {
  await choices([LOCAL, CAMPUS]);
  const { page, gate } = await opened(t);
  await gate.open("#/board");
  const link = page.getByRole("link", { name: "Continue with Campus" });
  const address = new URL(await link.getAttribute("href"));
  assert.equal(address.pathname, "/api/v1/auth/oidc/campus/start");
  assert.equal(address.searchParams.get("return_to"), `${double.page}/index.html#/board`);
});

test("back from an institution: the session is there; a failure is explained and leaves the address", async (t) => {
  const { page, gate, today } = await opened(t);
  await gate.open();
  await gate.signIn("demo_staff_1");
  await today.hero("out").waitFor();
  await page.goto(`${double.page}/index.html?again#/signin?error=directory_unavailable`);
  await page.getByText("Your institution’s sign-in does not answer.").waitFor();
  assert.equal(new URL(page.url()).hash, "#/signin");
  await page.goto(`${double.page}/index.html?once-more#/signin?error=something_new`);
  await page.getByText("Signing in with your institution did not work.").waitFor();
});

test("a throttle says how long, counts down and then lets one try again", async (t) => {
  const { page, gate } = await opened(t);
  await gate.open();
  await double.control("set", { outcome: { code: "rate_limited", http: 429 } });
  await gate.signIn("demo_staff_1", "wrong");
  await page.getByText("Wait about 40 seconds").waitFor();
  const button = page.locator('button[type="submit"][disabled]');
  await button.waitFor();
  assert.match(await button.textContent(), /Possible again in \d+ seconds/);
});

test("a directory that is away is said to be away, not that the password is wrong", async (t) => {
  const { page, gate } = await opened(t);
  await gate.open();
  await double.control("set", { outcome: { code: "directory_unavailable", http: 503 } });
  await gate.signIn("demo_staff_1");
  await page.getByText("Your institution’s sign-in does not answer.").waitFor();
});

test("demonstration people fill the form", async (t) => {
  await choices([LOCAL], { demo: true });
  const { page, gate, today } = await opened(t);
  await gate.open();
  await page.getByRole("button", { name: "Staff" }).click();
  await page.locator('button[type="submit"]').click();
  await today.hero("out").waitFor();
});

test("second factor: a wrong code, then the right one; typed in Persian digits, sent by itself", async (t) => {
  await double.control("factor", { employee_id: 1 });
  const { page, gate, step, today, errors } = await opened(t);
  await gate.open();
  await gate.signIn("demo_staff_1");
  await step.field().waitFor();
  assert.equal(await step.field().getAttribute("autocomplete"), "one-time-code");
  await page.waitForFunction(() => document.activeElement?.id === "code");
  await step.type("000000");
  await page.getByText("The code is not right").waitFor();
  assert.equal(await step.field().inputValue(), "");
  await step.type("۲۴۶۸۱۰");
  await today.hero("out").waitFor();
  assert.deepEqual(errors, []);
});

test("second factor: a pasted code with a blank in it, by the keyboard alone", async (t) => {
  await double.control("factor", { employee_id: 1 });
  const { page, gate, step, today } = await opened(t);
  await gate.open();
  await gate.signIn("demo_staff_1");
  await step.field().waitFor();
  await page.waitForFunction(() => document.activeElement?.id === "code");
  await page.keyboard.insertText("246 810");
  await today.hero("out").waitFor();
});

test("second factor: a code is taken once; a recovery code does instead", async (t) => {
  const { recovery_codes: codes } = await double.control("factor", { employee_id: 1 });
  const first = await opened(t);
  await first.gate.open();
  await first.gate.signIn("demo_staff_1");
  await first.step.type("246810");
  await first.today.hero("out").waitFor();
  const second = await opened(t);
  await second.gate.open();
  await second.gate.signIn("demo_staff_1");
  await second.step.type("246810");
  await second.page.getByText("The code is not right, or it was used already.").waitFor();
  await second.step.recover(codes[3]);
  await second.today.hero("out").waitFor();
});

test("second factor: after five wrong codes the sign-in begins again", async (t) => {
  await double.control("factor", { employee_id: 1 });
  const { page, gate, step } = await opened(t);
  await gate.open();
  await gate.signIn("demo_staff_1");
  for (let i = 0; i < 5; i += 1) {
    await step.type("000000");
    await page.waitForFunction(() => document.getElementById("code").value === "");
    await page.waitForFunction(() => !document.querySelector('button[type="submit"][aria-disabled]'));
  }
  await step.type("246810");
  await page.getByText("That took too long.").waitFor();
  await page.locator("#password").waitFor();
  assert.equal(await page.locator("#username").inputValue(), "demo_staff_1");
});

test("second factor: a challenge that has waited five minutes is given up", async (t) => {
  await double.control("factor", { employee_id: 1 });
  const { page, gate, step } = await opened(t);
  await page.clock.install();
  await gate.open();
  await gate.signIn("demo_staff_1");
  await step.field().waitFor();
  await page.clock.fastForward("05:01");
  await page.getByText("That took too long.").waitFor();
});

test("second factor after an institution's page: asked for at once, and one gets to where one wanted to go", async (t) => {
  await choices([LOCAL, CAMPUS]);
  await double.control("factor", { employee_id: 2 });
  const { page, gate, step } = await opened(t);
  await gate.open("#/board");
  const challenge = await page.evaluate(async (api) => {
    const body = new URLSearchParams({ grant_type: "password", username: "demo_manager_1", password: "password", client: "page" });
    return (await (await fetch(`${api}/api/v1/auth/token`, { method: "POST", body })).json()).challenge;
  }, double.api);
  const link = page.getByRole("link", { name: "Continue with Campus" });
  await link.evaluate((element) => element.addEventListener("click", (event) => event.preventDefault()));
  await link.click();
  await page.goto(`${double.page}/index.html?back#/signin?error=second_factor_required&challenge=${challenge}`);
  await step.field().waitFor();
  assert.doesNotMatch(page.url(), /challenge/);
  await step.type("246810");
  await page.locator(".board-table").waitFor();
});

test("a reset link: the secret leaves the address, twice the same password, once", async (t) => {
  await double.control("link", { token: "once-only", employee_id: 1 });
  const { page, gate, today } = await opened(t);
  await page.goto(`${double.page}/index.html#/reset?token=once-only`);
  await page.getByText("For the account demo_staff_1.").waitFor();
  assert.equal(new URL(page.url()).hash, "#/reset");
  assert.doesNotMatch(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage })), /once-only/);
  await page.fill("#new-password", "three long words");
  await page.getByText("Good.", { exact: true }).waitFor();
  await page.fill("#repeat-password", "three long word");
  await page.locator('button[type="submit"]').click();
  await page.getByText("The two passwords are not the same.").waitFor();
  await page.fill("#repeat-password", "three long words");
  await page.locator('button[type="submit"]').click();
  await page.getByText("Your new password is set").waitFor();
  await page.getByRole("button", { name: "Sign in" }).click();
  await gate.signIn("demo_staff_1", "three long words");
  await today.hero("out").waitFor();
  const again = await opened(t);
  await again.page.goto(`${double.page}/index.html#/reset?token=once-only`);
  await again.page.getByText("This link has been used or is too old.").waitFor();
});

test("a password that is too weak for the service is marked at its field", async (t) => {
  await double.control("link", { token: "once-only", employee_id: 1 });
  const { page } = await opened(t);
  await page.goto(`${double.page}/index.html#/reset?token=once-only`);
  await page.fill("#new-password", "short");
  await page.getByText("Too short").waitFor();
  await page.fill("#repeat-password", "short");
  await page.locator('button[type="submit"]').click();
  await page.getByText("Choose a longer or less common password.").waitFor();
});

for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing on the way in, ${theme}, ${locale}`, async (t) => {
    await choices([LOCAL, HOSPITAL, CAMPUS], { demo: true });
    await double.control("factor", { employee_id: 1 });
    await double.control("link", { token: "once-only", employee_id: 1 });
    const { code } = await double.control("invite", { role: "teacher", site_id: 2 });
    const { page, gate, step, errors } = await opened(t, { theme, locale });
    await gate.open();
    await page.locator("#directory").waitFor();
    await axe(page, "sign in, every way");
    await double.control("set", { outcome: { code: "rate_limited", http: 429 } });
    await gate.signIn("demo_staff_1");
    await gate.problem().waitFor();
    await axe(page, "sign in, held");
    await page.reload();
    await gate.signIn("demo_staff_1");
    await step.type("000000");
    await gate.problem().waitFor();
    await axe(page, "second step, refused");
    await page.locator(".row-between .button").last().click();
    await page.locator(".code-long").waitFor();
    await axe(page, "second step, recovery");
    await page.goto(`${double.page}/index.html?1#/register?invitation=${code}`);
    await page.locator('[data-test="invitation"]').waitFor();
    await page.fill("#password", "river stone");
    await axe(page, "register with an invitation");
    await page.goto(`${double.page}/index.html?2#/reset?token=once-only`);
    await page.fill("#new-password", "three long words");
    await page.fill("#repeat-password", "another");
    await page.locator("#new-password").focus();
    await page.locator(".field-error").waitFor();
    await axe(page, "reset");
    await page.goto(`${double.page}/index.html?3#/reset?token=unknown`);
    await gate.problem().waitFor();
    await axe(page, "reset, over");
    assert.deepEqual(errors, []);
  });
}
