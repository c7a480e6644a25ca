// The administration: people, import and export, invitations, the audit; what a manager sees of it; the keyboard.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Admin } from "./pages_identity.mjs";

const { double, browser } = await started({ camera: null });

async function signedIn(t, { as = "demo_admin", tab = "people", ...options } = {}) {
  const { page, context, errors } = await openPage(browser, options);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo(`admin?tab=${tab}`, as);
  await page.locator(".admin h1").waitFor();
  return { page, errors, admin: new Admin(page) };
}

const LINES = [
  { id: 9, number: null, chained: false, at: "2026-11-21T12:20:00.000Z", actor: { employee_id: 3, username: "demo_admin" }, action: "account.changed", object: "person:1",
    object_name: "demo_staff_1", before: { roles: ["staff"], full_name: "Elif" }, after: { roles: ["manager", "staff"], full_name: "Elif Aydın", password: "changed" }, reason: "=promotion", request_id: "req-7f3a" },
  { id: 8, number: 41, chained: true, at: "2026-11-21T09:05:00.000Z", actor: { employee_id: 2, username: "demo_manager_1" }, action: "invitation.made", object: "invitation:4", object_name: null, before: null,
    after: { role: "staff", uses: 3, note: null }, reason: null, request_id: "req-1111" },
  { id: 7, number: 40, chained: true, at: "2026-11-20T06:00:00.000Z", actor: null, action: "something.new", object: "key:abc", object_name: null, before: null, after: null, reason: null, request_id: null },
];

test("people are found by name, role and state; one is locked with a reason and unlocked", async (t) => {
  const { page, admin, errors } = await signedIn(t);
  await admin.people().nth(8).waitFor();
  await admin.find("zeynep");
  await page.waitForFunction(() => document.querySelectorAll("[data-person]").length === 1);
  await admin.open(5);
  await admin.sheet().getByRole("button", { name: "Lock" }).click();
  await admin.confirm("lost badge");
  await admin.sheet().getByText("Account locked").waitFor();
  await admin.sheet().getByText("The account is locked").waitFor();
  await page.keyboard.press("Escape");
  await admin.sheet().waitFor({ state: "detached" });
  await page.getByRole("combobox", { name: "State" }).selectOption("true");
  await admin.find("");
  await page.waitForFunction(() => document.querySelectorAll("[data-person]").length === 1);
  await admin.open(5);
  await admin.sheet().getByRole("button", { name: "Unlock" }).click();
  await admin.confirm();
  await admin.sheet().getByText("Account unlocked").waitFor();
  await page.keyboard.press("Escape");
  await page.getByText("Nobody matches").waitFor();
  await page.getByRole("button", { name: "Clear filters" }).click();
  await admin.people().nth(8).waitFor();
  assert.deepEqual(errors, []);
});

test("a person is added, and their first link is at hand", async (t) => {
  const { page, admin, errors } = await signedIn(t);
  await page.getByRole("button", { name: "Add a person" }).click();
  await page.fill("#new-username", "demo_staff_1");
  await page.fill("#full_name", "Nilüfer Ahmadi");
  await admin.confirm();
  await page.getByText("This user name is already in use.").waitFor();
  await page.fill("#new-username", "nilufer");
  await admin.confirm();
  await admin.sheet().getByText("With this link they choose their first password.").waitFor();
  await page.keyboard.press("Escape");
  await page.locator("[data-person]", { hasText: "Nilüfer Ahmadi" }).waitFor();
  assert.deepEqual(errors, []);
});

test("an import is tried first: mistakes in a table and nothing changed; corrected, it is applied", async (t) => {
  const { page, admin, errors } = await signedIn(t);
  await page.getByRole("button", { name: "Import" }).click();
  await admin.chooseFile("people.csv", "username,full_name,site\nnew1,One,\n,Two,\nnew1,Three,Nowhere\n");
  await page.getByText("2 mistakes in the file").waitFor();
  const rows = await admin.dialog().locator("tbody tr").allTextContents();
  assert.match(rows[0], /3username/);
  assert.match(rows[1], /Another row says the same/);
  assert.equal(await page.getByRole("button", { name: /Apply/ }).count(), 0);
  await page.getByRole("button", { name: "Choose another file" }).click();
  await admin.chooseFile("people.csv", "\ufeffusername,full_name,site\nnew1,=One,\nnew2,Two,North School\ndemo_staff_1,,\n");
  await page.getByText("The file is in order.").waitFor();
  assert.ok(!(await double.control("log")).users.includes("new1"), "a trial changes nothing");
  assert.equal(await page.locator('[data-test="import-created"]').textContent(), "2");
  await page.getByRole("button", { name: "Apply to 2 people" }).click();
  await page.locator('[data-test="imported"]').waitFor();
  assert.ok((await double.control("log")).users.includes("new2"));
  await page.keyboard.press("Escape");
  await page.locator("[data-person]", { hasText: "new2" }).waitFor();
  assert.deepEqual(errors, []);
});

test("a long list comes in pages", async (t) => {
  const { page, admin } = await signedIn(t);
  await page.getByRole("button", { name: "Import" }).click();
  await admin.chooseFile("people.csv", `username\n${Array.from({ length: 60 }, (_, i) => `person${i}`).join("\n")}\n`);
  await page.getByRole("button", { name: "Apply to 60 people" }).click();
  await page.locator('[data-test="imported"]').waitFor();
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.querySelectorAll("[data-person]").length === 50);
  await page.getByRole("button", { name: "Show more" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-person]").length === 69);
  assert.equal(await page.getByRole("button", { name: "Show more" }).count(), 0);
});

async function saved(page, press) {
  const [file] = await Promise.all([page.waitForEvent("download"), press()]);
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

test("people are taken out as a table, and a template is at hand", async (t) => {
  const { page } = await signedIn(t);
  const people = await saved(page, () => page.getByRole("button", { name: "Export" }).click());
  assert.equal(people.name, "hazir-people.csv");
  assert.match(people.text, /demo_staff_1,Elif Aydın/);
  await page.getByRole("button", { name: "Import" }).click();
  const template = await saved(page, () => page.getByRole("button", { name: "Download a template" }).click());
  assert.match(template.text, /^\ufeffusername,full_name,school_number,external_code,roles,site,teams,password\r\n/);
});

test("an invitation is made, shown once with its link and QR code, and revoked", async (t) => {
  const { page, admin, errors } = await signedIn(t, { tab: "invitations" });
  await page.getByText("No invitations yet").waitFor();
  await page.getByRole("button", { name: "New invitation" }).first().click();
  await page.selectOption("#invite-role", "manager");
  await page.selectOption("#invite-site", "1");
  await page.getByRole("checkbox", { name: "Reception" }).check();
  await page.fill("#invite-uses", "۵");
  await page.fill("#invite-note", "new term");
  await admin.confirm();
  await page.locator('[data-test="invitation-made"] .qr').waitFor();
  const [link, code] = await page.locator('[data-test="copy-value"]').allTextContents();
  assert.equal(link, `${double.page}/index.html#/register?invitation=${code}`);
  await page.keyboard.press("Escape");
  const row = page.locator("tbody tr", { hasText: "new term" });
  await row.getByText("0 of 5").waitFor();
  await row.getByText("in 7 days").or(row.getByText("in 6 days")).waitFor();
  assert.equal(await page.getByText(code).count(), 0, "the code is not shown again");
  await row.getByRole("button", { name: /Revoke/ }).click();
  await admin.confirm();
  await row.getByText("Revoked").waitFor();
  assert.deepEqual(errors, []);
});

test("a manager has the invitations alone: staff, to the teams they lead", async (t) => {
  const { page, admin } = await signedIn(t, { as: "demo_manager_1" });
  await page.getByRole("heading", { name: "Invitations", level: 1 }).waitFor();
  assert.equal(await page.getByRole("tab").count(), 0);
  await page.getByRole("button", { name: "New invitation" }).click();
  assert.deepEqual(await page.locator("#invite-role option").allTextContents(), ["Staff"]);
  assert.equal(await page.locator("#invite-site").count(), 0);
  await page.getByText("Choose at least one team.").waitFor();
  assert.ok(await admin.dialog().locator('button[type="submit"]').isDisabled());
  await page.getByRole("checkbox", { name: "Day ward" }).check();
  await admin.confirm();
  await page.locator('[data-test="invitation-made"]').waitFor();
});

test("staff do not get to the administration", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("admin", "demo_staff_1");
  await page.locator('[data-test="hero"]').waitFor();
  assert.equal(new URL(page.url()).hash, "#/today");
});

test("the audit: who did what, what it changed, what is not sealed yet; filtered and taken along", async (t) => {
  await double.control("audit", { lines: LINES });
  const { page, admin, errors } = await signedIn(t, { tab: "audit" });
  await admin.lines().nth(2).waitFor();
  const first = admin.lines().first();
  await first.getByText("Account changed").waitFor();
  await first.getByText("Not sealed yet").waitFor();
  assert.equal(await admin.lines().nth(1).getByText("Not sealed yet").count(), 0);
  await admin.lines().nth(2).getByText("something.new").waitFor();
  await admin.lines().nth(2).getByText("the system itself").waitFor();
  await first.locator("summary").first().click();
  assert.match(await first.locator(".diff").textContent(), /Roles.*Staff.*→.*Manager and Staff/);
  assert.match(await first.locator(".diff").textContent(), /Password.*•••/);
  await first.locator("details details summary").click();
  await first.getByText("req-7f3a").waitFor();
  const file = await saved(page, () => page.getByRole("button", { name: "Save as CSV" }).click());
  assert.match(file.text, /,'=promotion,/, "a cell never becomes a formula");
  await first.getByRole("button", { name: "demo_admin" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-line]").length === 1);
  await page.getByRole("button", { name: "Clear filter: demo_admin" }).click();
  await admin.lines().nth(2).waitFor();
  await page.fill("#audit-from", "2026-11-21");
  await page.waitForFunction(() => document.querySelectorAll("[data-line]").length === 2);
  await page.selectOption("#audit-action", "invitation.made");
  await page.waitForFunction(() => document.querySelectorAll("[data-line]").length === 1);
  await page.getByRole("button", { name: "Attendance" }).click();
  await page.getByText("Nothing was decided that fits these filters.").waitFor();
  await admin.tab("People").click();
  await admin.open(1);
  await admin.sheet().getByRole("button", { name: "What was decided about them" }).click();
  await page.waitForFunction(() => document.querySelectorAll("[data-line]").length === 1);
  await page.getByRole("button", { name: "Clear filter: Elif Aydın" }).click();
  await admin.lines().nth(2).waitFor();
  assert.deepEqual(errors, []);
});

test("the tabs by the keyboard, in the reading direction", async (t) => {
  for (const [locale, key] of [["en-GB", "ArrowRight"], ["fa-IR", "ArrowLeft"]]) {
    const { page } = await signedIn(t, { locale });
    await page.locator("[data-person]").first().waitFor();
    await page.locator('[role="tab"]').first().focus();
    await page.keyboard.press(key);
    await page.waitForFunction(() => document.activeElement?.id === "admin-tab-invitations" && document.activeElement.getAttribute("aria-selected") === "true");
    await page.keyboard.press("End");
    await page.waitForFunction(() => document.activeElement?.id === "admin-tab-audit");
    assert.equal(await page.evaluate(() => document.querySelectorAll('[role="tab"][tabindex="0"]').length), 1);
    assert.equal(new URL(page.url()).hash, "#/admin?tab=audit");
  }
});

for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing in the administration, ${theme}, ${locale}`, async (t) => {
    await double.control("audit", { lines: LINES });
    await double.control("invite", { role: "staff", note: "new term" });
    const { page, admin, errors } = await signedIn(t, { theme, locale });
    await admin.people().first().waitFor();
    await axe(page, "people");
    await admin.open(1);
    await admin.sheet().locator(".access").first().waitFor();
    await axe(page, "person");
    await page.fill("#username", "demo_manager_1");
    await page.locator("#username").press("Enter");
    await page.locator("#username-error").waitFor();
    await axe(page, "person, name taken");
    await admin.sheet().locator(".access .button").first().click();
    await admin.sheet().locator('[data-test="reset-link"]').waitFor();
    await axe(page, "person, link");
    await admin.sheet().locator(".access .button").last().click();
    await axe(page, "person, lock");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Escape");
    await page.locator(".tools .button").first().click();
    await axe(page, "add");
    await page.keyboard.press("Escape");
    await page.locator(".tools .button").nth(1).click();
    await axe(page, "import");
    await admin.chooseFile("people.csv", "username\n\nnew1\nnew1\n");
    await page.locator("dialog .table").waitFor();
    await axe(page, "import, mistakes");
    await page.keyboard.press("Escape");
    await page.locator('[role="tab"]').nth(1).click();
    await page.locator("tbody tr").first().waitFor();
    await axe(page, "invitations");
    await page.locator(".tools .button").first().click();
    await axe(page, "invite");
    await admin.confirm();
    await page.locator(".qr").waitFor();
    await axe(page, "invitation made");
    await page.keyboard.press("Escape");
    await page.locator("#admin-tab-audit").click();
    await admin.lines().first().locator("summary").first().click();
    await axe(page, "audit");
    assert.deepEqual(errors, []);
  });
}

test("on a phone nothing stands out of the page, in either direction, and every target has 44 px", async (t) => {
  // The longest name there is, without a place to break it: a key's.
  const key = { ...LINES[2], id: 6, action: "key.published", object: `key:${"W".repeat(43)}`, object_name: "W".repeat(43) };
  await double.control("audit", { lines: [...LINES, key] });
  await double.control("invite", { role: "staff", note: "new term" });
  for (const locale of ["en-GB", "fa-IR"]) {
    const { page, admin } = await signedIn(t, { locale, width: 390, height: 844 });
    const check = async (what) => {
      await page.waitForTimeout(400);
      assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, what);
      const small = await page.evaluate(() => [...document.querySelectorAll("a, button, select, input:not([type=checkbox])")]
        .filter((e) => e.offsetParent && !e.matches(".skip, .brand, p a, .pill, .link"))
        .filter((e) => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5).map((e) => e.outerHTML.slice(0, 90)));
      assert.deepEqual(small, [], what);
    };
    await admin.people().first().waitFor();
    await check("people");
    await admin.open(1);
    await check("person");
    await page.fill("#username", "W".repeat(150));
    await page.locator("#rename-reason").waitFor();
    await check("person, renamed");
    await page.keyboard.press("Escape");
    for (const [tab, ready] of [["invitations", "tbody tr"], ["places", "[data-place]"], ["faces", "#jobs-title"], ["audit", "[data-line]"]]) {
      await page.locator(`#admin-tab-${tab}`).click();
      await page.locator(ready).first().waitFor();
      await check(tab);
    }
    await page.evaluate(() => (location.hash = "#/account"));
    await page.locator(".session").first().waitFor();
    await check("account");
  }
});
