// Identity on the running system: the second factor with real codes, sessions, invitations, resets, the audit.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { axe } from "../axe.mjs";
import { openPage } from "../harness.mjs";
import { Gate, Today } from "../pages.mjs";
import { Account, Admin, SecondStep } from "../pages_identity.mjs";
import { STEP_MS, totp } from "../totp.mjs";
import { browserWith, closeBrowsers, newcomer, signedIn, system } from "./world.mjs";

after(closeBrowsers);

async function fresh(t) {
  const opened = await openPage(await browserWith(null));
  t.after(() => opened.context.close());
  const { page } = opened;
  return { ...opened, gate: new Gate(page, system.client), today: new Today(page), step: new SecondStep(page) };
}

test("the second factor: set up with a real code, asked for at the next sign-in, a recovery code once, switched off", async (t) => {
  const name = `page_factor_${Date.now()}`;
  await newcomer(name);
  const { page, errors } = await signedIn(t, name, { screen: "account" });
  const account = new Account(page);
  let secret = "";
  const codes = await account.setUpFactor("password", (shown) => {
    secret = shown;
    return totp(secret);
  });
  assert.equal(codes.length, 10);
  await account.factor().getByText("10 recovery codes left").waitFor();

  const other = await fresh(t);
  await other.gate.open();
  await other.gate.signIn(name);
  await other.step.type(totp(secret, Date.now() + STEP_MS)); // the next step's: this one's is taken
  await other.today.hero("out").waitFor();

  const third = await fresh(t);
  await third.gate.open();
  await third.gate.signIn(name);
  await third.step.type("000000");
  await third.page.getByText("The code is not right").waitFor();
  await third.step.recover(codes[0].toUpperCase());
  await third.today.hero("out").waitFor();

  await page.reload();
  await account.factor().getByText("9 recovery codes left").waitFor();
  await account.sessions().nth(2).waitFor();
  await account.factor().getByRole("button", { name: "Switch off" }).click();
  await page.fill("#factor-code", codes[1]);
  await account.confirm();
  await account.factor().getByText("Off", { exact: true }).waitFor();
  assert.deepEqual([...errors, ...other.errors, ...third.errors], []);
});

test("a session is ended from another device, which then has to sign in again", async (t) => {
  const name = `page_sessions_${Date.now()}`;
  await newcomer(name);
  const here = await signedIn(t, name, { screen: "account" });
  const there = await signedIn(t, name);
  await here.page.reload();
  const account = new Account(here.page);
  await account.sessions().nth(1).waitFor();
  const others = account.sessions().filter({ hasNotText: "This device" });
  await here.page.getByRole("button", { name: "End all others" }).or(others.first().getByRole("button")).first().click();
  await account.confirm();
  await here.page.getByText("ended").first().waitFor();
  while (await others.count()) {
    await others.first().getByRole("button").click();
    await account.confirm();
    await here.page.waitForTimeout(400);
  }
  await there.page.getByText("Welcome back").waitFor();
  assert.deepEqual(here.errors, []);
});

test("a changed password ends the other sessions and keeps this one", async (t) => {
  const name = `page_password_${Date.now()}`;
  await newcomer(name);
  const here = await signedIn(t, name, { screen: "account" });
  await here.page.getByRole("button", { name: "Change password" }).click();
  const submit = here.page.locator('form[aria-labelledby="password-title"] button[type="submit"]');
  await here.page.fill("#current-password", "not mine");
  await here.page.fill("#new-password", "three long words");
  await here.page.fill("#repeat-password", "three long words");
  await submit.click();
  await here.page.getByText("This is not your present password.").waitFor();
  await here.page.fill("#current-password", "password");
  await submit.click();
  await here.page.getByText("Password changed").first().waitFor();
  await here.page.reload();
  await new Account(here.page).sessions().first().waitFor();
  const again = await fresh(t);
  await again.gate.open();
  await again.gate.signIn(name, "three long words");
  await again.today.hero("out").waitFor();
  assert.deepEqual([...here.errors, ...again.errors], []);
});

test("an admin invites; the invited registers by the link, is found, locked, and stands in the audit", async (t) => {
  const name = `page_invited_${Date.now()}`;
  const { page, errors } = await signedIn(t, "demo_admin", { screen: "admin?tab=invitations" });
  const admin = new Admin(page);
  await page.getByRole("button", { name: "New invitation" }).first().click();
  await page.selectOption("#invite-role", "teacher");
  await page.fill("#invite-note", name);
  await admin.confirm();
  const link = await page.locator('[data-test="copy-value"]').first().textContent();
  await page.keyboard.press("Escape");
  await page.locator("tbody tr", { hasText: name }).getByText("0 of 1").waitFor();

  const guest = await fresh(t);
  await guest.page.goto(link);
  await guest.page.getByText("This invitation makes you: Teacher").waitFor();
  await guest.page.fill("#username", name);
  await guest.page.fill("#password", "three long words");
  await guest.page.locator('button[type="submit"]').click();
  await guest.today.hero("out").waitFor();

  await admin.tab("People").click();
  await admin.find(name);
  await page.locator("[data-person]", { hasText: name }).first().click();
  await admin.sheet().locator(".access").first().waitFor();
  await admin.sheet().getByRole("button", { name: "Make a link" }).click();
  const reset = await admin.sheet().locator('[data-test="copy-value"]').textContent();
  await admin.sheet().getByRole("button", { name: "Lock" }).click();
  await admin.confirm("a trial");
  await admin.sheet().getByText("The account is locked").waitFor();
  await guest.page.getByText("Welcome back").waitFor();
  await admin.sheet().getByRole("button", { name: "Unlock" }).click();
  await admin.confirm();
  await admin.sheet().getByText("Lock the account").waitFor();
  await page.keyboard.press("Escape");

  const later = await fresh(t);
  await later.page.goto(reset);
  await later.page.getByText(`For the account ${name}.`).waitFor();
  await later.page.fill("#new-password", "four other long words");
  await later.page.fill("#repeat-password", "four other long words");
  await later.page.locator('button[type="submit"]').click();
  await later.page.getByText("Your new password is set").waitFor();
  await later.page.getByRole("button", { name: "Sign in" }).click();
  await later.gate.signIn(name, "four other long words");
  await later.today.hero("out").waitFor();

  await admin.tab("Audit").click();
  const line = admin.lines().filter({ hasText: name }).filter({ hasText: "a trial" });
  await line.first().locator("summary").first().click();
  await line.first().locator(".diff").getByText("Locked").waitFor();
  assert.deepEqual([...errors, ...guest.errors, ...later.errors], []);
});

test("people are imported after a trial, and are there", async (t) => {
  const name = `page_import_${Date.now()}`;
  const { page, errors } = await signedIn(t, "demo_admin", { screen: "admin" });
  const admin = new Admin(page);
  await page.getByRole("button", { name: "Import" }).click();
  await admin.chooseFile("people.csv", `username,full_name,site\n${name},Someone New,Nowhere at all\n`);
  await page.getByText("1 mistake in the file").waitFor();
  await page.getByText("There is no such site.").waitFor();
  await page.getByRole("button", { name: "Choose another file" }).click();
  await admin.chooseFile("people.csv", `username,full_name\n${name},Someone New\n`);
  await page.getByRole("button", { name: "Apply to 1 person" }).click();
  await page.locator('[data-test="imported"]').waitFor();
  await page.keyboard.press("Escape");
  await admin.find(name);
  await page.locator("[data-person]", { hasText: "Someone New" }).waitFor();
  assert.deepEqual(errors, []);
});

test("a manager invites staff to a team they lead", async (t) => {
  const { page, errors } = await signedIn(t, "demo_manager_1", { screen: "admin" });
  const admin = new Admin(page);
  await page.getByRole("button", { name: "New invitation" }).first().click();
  const box = admin.dialog().locator('input[type="checkbox"]').first();
  if (!(await box.isChecked())) await box.check();
  await admin.confirm();
  await page.locator('[data-test="invitation-made"] .qr').waitFor();
  assert.deepEqual(errors, []);
});

for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing on the account and the administration, ${theme}, ${locale}`, async (t) => {
    const { page, errors } = await signedIn(t, "demo_admin", { screen: "account", theme, locale });
    await page.locator(".session").first().waitFor();
    await axe(page, "account");
    for (const [tab, mark] of [["people", "[data-person]"], ["invitations", ".tools"], ["audit", "[data-line]"]]) {
      await page.evaluate((name) => (location.hash = `#/admin?tab=${name}`), tab);
      await page.locator(mark).first().waitFor();
      await axe(page, tab);
    }
    assert.deepEqual(errors, []);
  });
}
