// Making one's own account: open to everybody, with an invitation, or not at all.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate, Today } from "./pages.mjs";

const { double, browser } = await started({ camera: null });

async function opened(t, options) {
  const { page, context, errors } = await openPage(browser, options);
  t.after(() => context.close());
  return { page, errors, gate: new Gate(page, double.page), today: new Today(page) };
}

const LOCAL = { name: "local", kind: "local", label: "Hazir" };
const registration = (mode) =>
  double.control("set", { choices: { directories: [LOCAL], registration: mode === "open", registration_mode: mode, demo: false } });

test("an invitation's link shows what it gives, leaves the address, and makes the account", async (t) => {
  const { code } = await double.control("invite", { role: "teacher", site_id: 2 });
  const { page, today } = await opened(t);
  await page.goto(`${double.page}/index.html#/register?invitation=${code}`);
  await page.getByText("This invitation makes you: Teacher").waitFor();
  await page.locator('[data-test="invitation"]').getByText("North School").waitFor();
  assert.equal(new URL(page.url()).hash, "#/register");
  await page.fill("#username", "new.teacher");
  await page.fill("#password", "three long words");
  await page.locator('button[type="submit"]').click();
  await today.hero("out").waitFor();
  const { users } = await double.control("log");
  assert.ok(users.includes("new.teacher"));
});

test("an invitation that is over says so; without open registration one is needed", async (t) => {
  await registration("invited");
  const { page, gate } = await opened(t);
  await gate.open();
  await page.getByRole("link", { name: "Use your invitation" }).click();
  await page.getByText("Accounts are made here by invitation.").waitFor();
  await page.fill("#invitation", "not-a-code");
  await page.getByRole("button", { name: "Check" }).click();
  await page.getByText("This invitation is not valid any more.").waitFor();
});

test("where nobody registers there is neither a link nor a form, and the address says so in a sentence", async (t) => {
  await registration("closed");
  const { code } = await double.control("invite", { role: "teacher", site_id: 2 });
  for (const [locale, sentence, back] of [["en-GB", "Your administrator makes the accounts.", "Sign in"], ["fa-IR", "حساب‌ها را مدیر سامانه می‌سازد.", "ورود به حساب"]]) {
    const { page, gate, errors } = await opened(t, { locale });
    const asked = [];
    page.on("request", (request) => request.url().includes("/invitations/") && asked.push(request.url()));
    const [answer] = await Promise.all([page.waitForResponse(/auth\/choices$/), gate.open()]);
    await answer.finished();
    await page.waitForTimeout(100);
    assert.equal(await page.locator('a[href*="register"]').count(), 0);
    for (const address of ["#/register", `#/register?invitation=${code}`]) {
      await page.goto(`${double.page}/index.html?${address.length}${address}`);
      await page.getByText(sentence).waitFor();
      assert.equal(await page.locator("form, input, button[type=submit]").count(), 0);
      await axe(page, `registration closed, ${locale}`);
    }
    assert.deepEqual(asked, [], "nobody is told what an invitation gives that gives nothing");
    await page.getByRole("link", { name: back, exact: true }).click();
    await page.locator("#username").waitFor();
    assert.deepEqual(errors, []);
  }
});

test("until it is known who may register nothing is offered; when it cannot be known, the form is", async (t) => {
  const { page, gate } = await opened(t);
  const held = [];
  await page.route(/auth\/choices$/, (route) => held.push(route));
  await gate.open();
  assert.equal(await page.locator('a[href*="register"]').count(), 0);
  await page.evaluate(() => (location.hash = "#/register"));
  await page.locator(".skeleton").first().waitFor();
  await held[0].abort();
  await page.locator("#username").waitFor();
});
