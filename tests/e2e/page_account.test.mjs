// My account: the second factor, the password, the sessions; with axe in both themes and directions.
import assert from "node:assert/strict";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Account } from "./pages_identity.mjs";

const { double, browser } = await started({ camera: null });

async function signedIn(t, options) {
  const { page, context, errors } = await openPage(browser, options);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("account", "demo_staff_1");
  await page.locator(".session").first().waitFor();
  return { page, errors, account: new Account(page) };
}

test("the second factor is set up, its codes are renewed, and it is switched off", async (t) => {
  const { page, account, errors } = await signedIn(t);
  await account.factor().getByText("Off", { exact: true }).waitFor();
  await account.factor().getByRole("button", { name: "Set up the second factor" }).click();
  await page.fill("#setup-password", "not mine");
  await account.confirm();
  await page.getByText("This is not your present password.").waitFor();
  await page.keyboard.press("Escape");
  const codes = await account.setUpFactor("password", (secret) => {
    assert.match(secret, /^[A-Z2-7]{32}$/);
    return "246810";
  });
  assert.equal(codes.length, 10);
  await account.factor().getByText("On", { exact: true }).waitFor();
  await account.factor().getByText("10 recovery codes left").waitFor();
  await account.factor().getByRole("button", { name: "New recovery codes" }).click();
  await page.locator("#factor-code").pressSequentially("246810");
  await account.confirm();
  await page.locator('[data-test="recovery-codes"]').waitFor();
  const fresh = await page.locator('[data-test="recovery-codes"] li').allTextContents();
  assert.equal(new Set([...codes, ...fresh]).size, 20);
  await page.locator('dialog[open] input[type="checkbox"]').check();
  await page.getByRole("button", { name: "Done" }).click();
  await account.factor().getByRole("button", { name: "Switch off" }).click();
  await page.fill("#factor-code", fresh[0]);
  await account.confirm();
  await account.factor().getByText("Off", { exact: true }).waitFor();
  assert.deepEqual(errors, []);
});

test("recovery codes can be taken along as a file", async (t) => {
  const { page, account } = await signedIn(t);
  await account.factor().getByRole("button", { name: "Set up the second factor" }).click();
  await page.fill("#setup-password", "password");
  await account.confirm();
  await page.locator("#setup-code").pressSequentially("246810");
  await page.locator('[data-test="recovery-codes"] li').first().waitFor();
  const codes = await page.locator('[data-test="recovery-codes"] li').allTextContents();
  const [file] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Save as file" }).click()]);
  const chunks = [];
  for await (const chunk of await file.createReadStream()) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString();
  assert.ok(codes.every((code) => text.includes(code)));
  assert.ok(text.includes("demo_staff_1"));
  assert.ok(await page.getByRole("button", { name: "Done" }).isDisabled(), "not before they are kept");
});

test("sessions are named, one is ended, then all others, each after a question", async (t) => {
  await double.control("devices", { employee_id: 1 });
  const { page, account, errors } = await signedIn(t);
  await account.sessions().nth(3).waitFor();
  const [here, ...others] = await account.sessions().allTextContents();
  assert.match(here, /Chrome on Linux.*This device.*In use now/s);
  assert.match(others[0], /Safari on iPhone.*12 minutes ago.*Local network · 192\.168\.1\.23/s);
  assert.match(others[1], /Firefox on Windows.*20 hours ago.*Internet/s);
  assert.match(others[2], /curl.*9 days ago/s);
  await page.getByRole("button", { name: "End the session: Safari on iPhone" }).click();
  await account.dialog().getByText("This cannot be undone").waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await account.sessions().count(), 4, "Escape ends nothing");
  assert.match(await page.evaluate(() => document.activeElement.textContent), /End/, "and the focus is back");
  await page.getByRole("button", { name: "End the session: Safari on iPhone" }).click();
  await account.confirm();
  await page.getByText("Session ended").first().waitFor();
  await page.waitForFunction(() => document.querySelectorAll(".session").length === 3);
  await page.getByRole("button", { name: "End all others" }).click();
  await account.confirm();
  await page.getByText("You are signed in nowhere else.").waitFor();
  assert.equal(await account.sessions().count(), 1);
  assert.deepEqual(errors, []);
});

test("the password: a wrong one is said once and ends no session; then it is changed", async (t) => {
  const { page, account } = await signedIn(t);
  await page.getByRole("button", { name: "Change password" }).click();
  await page.fill("#current-password", "not mine");
  await page.fill("#new-password", "three long words");
  await page.fill("#repeat-password", "three long words");
  await page.locator('form[aria-labelledby="password-title"] button[type="submit"]').click();
  await page.getByText("This is not your present password.").waitFor();
  const { requests } = await double.control("log");
  assert.equal(requests.filter((one) => one.path === "/api/v1/auth/password").length, 1, "a wrong password is not tried twice");
  await page.fill("#current-password", "password");
  await page.locator('form[aria-labelledby="password-title"] button[type="submit"]').click();
  await page.getByText("Password changed").waitFor();
  assert.equal(await account.sessions().count(), 1);
});

test("a list that cannot be fetched offers to try again", async (t) => {
  const { page, account } = await signedIn(t);
  await double.control("fault", { path: "/api/v1/auth/sessions", kind: 503 });
  await page.evaluate(() => (location.hash = "#/today"));
  await page.locator('[data-test="hero"]').waitFor();
  await page.evaluate(() => (location.hash = "#/account"));
  await page.getByText("The service is not ready right now.").waitFor();
  await page.getByRole("button", { name: "Try again" }).click();
  await account.sessions().first().waitFor();
});

for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing on the account and its dialogs, ${theme}, ${locale}`, async (t) => {
    await double.control("devices", { employee_id: 1 });
    const { page, account, errors } = await signedIn(t, { theme, locale });
    await account.factor().locator(".badge").waitFor();
    await axe(page, "account");
    await account.factor().locator(".button").first().click();
    await axe(page, "set-up, password");
    await page.fill("#setup-password", "password");
    await account.confirm();
    await page.locator(".qr").waitFor();
    await axe(page, "set-up, app");
    await page.locator("#setup-code").pressSequentially("246810");
    await page.locator('[data-test="recovery-codes"]').waitFor();
    await axe(page, "set-up, codes");
    await page.keyboard.press("Escape");
    await page.locator(".session .button").first().click();
    await axe(page, "end a session");
    assert.deepEqual(errors, []);
  });
}
