// One person in the administration: roles, details, the names, access; what is refused is said where it was typed.
import assert from "node:assert/strict";
import { test } from "node:test";
import { openPage, started } from "./harness.mjs";
import { Gate } from "./pages.mjs";
import { Admin } from "./pages_identity.mjs";

const { double, browser } = await started({ camera: null });

async function signedIn(t, options) {
  const { page, context, errors } = await openPage(browser, options);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("admin", "demo_admin");
  await page.locator(".admin h1").waitFor();
  return { page, errors, admin: new Admin(page) };
}

test("roles, details and teams of a person are changed; what is half written elsewhere stays", async (t) => {
  const { page, admin } = await signedIn(t);
  await admin.open(1);
  const sheet = admin.sheet();
  await page.fill("#school_number", "4711");
  await sheet.getByRole("checkbox", { name: "Manager" }).check();
  await page.fill("#roles-reason", "leads the day ward");
  await sheet.getByRole("button", { name: "Save roles" }).click();
  await sheet.getByText("Roles saved").waitFor();
  assert.equal(await page.inputValue("#school_number"), "4711", "the other form is left alone");
  await sheet.getByRole("button", { name: "Save", exact: true }).click();
  await sheet.getByText("Saved", { exact: true }).waitFor();
  await page.selectOption("#join-team", { label: "Reception · Hazir Clinic" });
  await sheet.locator(".chip", { hasText: "Reception" }).waitFor();
  await sheet.getByRole("button", { name: "Remove from Day ward" }).click();
  await sheet.locator(".chip", { hasText: "Day ward" }).waitFor({ state: "detached" });
  await page.keyboard.press("Escape");
  await page.locator("tr", { hasText: "Elif" }).getByText("Manager").waitFor();
});

const detailsOf = (sheet) => sheet.locator("section", { has: sheet.page().locator("#full_name") });

test("a person gets another name and user name, with a reason, by the keyboard; it says what that ends", async (t) => {
  const { page, admin, errors } = await signedIn(t);
  await admin.open(1);
  const details = detailsOf(admin.sheet());
  assert.equal(await page.inputValue("#username"), "demo_staff_1");
  assert.equal(await page.locator("#rename-reason").count(), 0);
  await page.locator("#username").focus();
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type(" elif.kaya ");
  await details.getByText("Every session of this account ends.").waitFor();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.id), "rename-reason");
  await page.keyboard.type("married");
  await page.keyboard.press("Tab");
  await page.keyboard.press("ControlOrMeta+a");
  await page.keyboard.type("Elif Kaya");
  await page.keyboard.press("Enter");
  await admin.sheet().getByText("Saved", { exact: true }).waitFor();
  await admin.sheet().locator(".profile-head", { hasText: "Elif Kaya" }).getByText("elif.kaya").waitFor();
  assert.equal(await page.locator("#rename-reason").count(), 0);
  await page.keyboard.press("Escape");
  await page.locator("[data-person]", { hasText: "Elif Kaya" }).getByText("elif.kaya").waitFor();
  await admin.tab("Audit").click();
  const line = admin.lines().filter({ hasText: "married" });
  await line.locator("summary").first().click();
  assert.match(await line.locator(".diff").textContent(), /User name.*demo_staff_1.*→.*elif\.kaya/);
  assert.deepEqual(errors, []);
});

test("what belongs to somebody else is refused at its field, in the reader's language, and nothing is lost", async (t) => {
  for (const [locale, taken, number, reserved] of [
    ["en-GB", "This user name is already in use.", "The number belongs to somebody else.", "This user name cannot be used."],
    ["tr-TR", "Bu kullanıcı adı zaten kullanılıyor.", "Numara başkasına ait.", "Bu kullanıcı adı kullanılamaz."],
    ["fa-IR", "این نام کاربری پیش‌تر گرفته شده است.", "شماره از آنِ کس دیگری است.", "این نام کاربری پذیرفته نیست."],
    ["ar-EG", "اسم المستخدم هذا مستعمل.", "الرقم لشخص آخر.", "لا يمكن استخدام هذا الاسم."],
  ]) {
    await double.control("reset");
    const { page, admin, errors } = await signedIn(t, { locale });
    await admin.open(4);
    await page.fill("#school_number", "1042");
    await Promise.all([page.waitForResponse((answer) => answer.request().method() === "PATCH"), page.locator("#school_number").press("Enter")]);
    await page.keyboard.press("Escape");
    await admin.sheet().waitFor({ state: "detached" });
    await admin.open(1);
    await page.fill("#username", "demo_manager_1");
    await page.fill("#full_name", "Half Written");
    await page.locator("#full_name").press("Enter");
    for (const [id, words, next] of [["username", taken, "service:auth"], ["username", reserved, "demo_staff_1"], ["school_number", number, ""]]) {
      await page.locator(`#${id}-error`).getByText(words).waitFor();
      await page.waitForFunction((field) => document.activeElement?.id === field, id);
      assert.equal(await admin.sheet().getByRole("alert").count(), 0, "said once");
      assert.equal(await page.inputValue("#full_name"), "Half Written");
      if (next) await page.fill("#username", next);
      if (next === "demo_staff_1") await page.fill("#school_number", "1042");
      if (next) await page.locator("#username").press("Enter");
    }
    assert.deepEqual(errors, []);
  }
});

test("one's own user name: signed in again by the new one", async (t) => {
  const { page, admin } = await signedIn(t);
  await admin.open(3);
  await page.fill("#username", "head.of.all");
  await page.locator("#username").press("Enter");
  await page.getByText("Welcome back").waitFor();
  assert.equal(await page.inputValue("#username"), "head.of.all");
});

test("one's own roles and lock are out of reach, and it says why", async (t) => {
  const { admin } = await signedIn(t);
  await admin.open(3);
  await admin.sheet().getByText("Nobody changes their own roles.").waitFor();
  assert.ok(await admin.sheet().getByRole("checkbox", { name: "Staff" }).isDisabled());
  assert.equal(await admin.sheet().getByRole("button", { name: "Lock" }).count(), 0);
});

test("a reset link is shown once; a second factor is removed with a reason, and one that is not there is said so", async (t) => {
  await double.control("factor", { employee_id: 4 });
  const { page, admin } = await signedIn(t);
  await admin.open(4);
  await admin.sheet().getByRole("button", { name: "Make a link" }).click();
  const url = await admin.sheet().locator('[data-test="copy-value"]').textContent();
  assert.match(url, /#\/reset\?token=/);
  for (const expected of ["Second factor removed", "This person has no second factor."]) {
    await admin.sheet().getByRole("button", { name: "Remove", exact: true }).click();
    await admin.confirm("lost phone");
    await admin.dialog().getByText(expected).waitFor();
  }
  await page.keyboard.press("Escape");
});
