// Signing in at a real OpenID provider: from the page's button through the provider's own form and back.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { axe } from "../axe.mjs";
import { openPage } from "../harness.mjs";
import { Frame, Gate } from "../pages.mjs";
import { browserWith, closeBrowsers, system } from "./world.mjs";

after(closeBrowsers);

/** Somebody in front of the sign-in, having wanted to go to `screen`. */
async function arrived(t, { screen = "account", ...options } = {}) {
  const opened = await openPage(await browserWith(null), options);
  t.after(() => opened.context.close());
  const { page } = opened;
  await page.route(/fonts\.googleapis/, (route) => route.abort()); // the provider's form would like a font
  const gate = new Gate(page, system.client);
  await gate.open(`#/${screen}`);
  return { ...opened, gate, frame: new Frame(page), campus: new Campus(page) };
}

/** The provider's own pages. */
class Campus {
  constructor(page) {
    this.page = page;
  }

  async go() {
    await this.page.locator(".institutions a").click();
    await this.page.locator('input[name="login"]').waitFor();
    assert.notEqual(new URL(this.page.url()).origin, system.client, "it is the provider that asks");
  }

  async signIn(login) {
    await this.page.fill('input[name="login"]', login);
    await this.page.fill('input[name="password"]', "any");
    await this.page.locator("button.login-submit").click();
    await this.page.locator('input[name="prompt"][value="consent"]').waitFor({ state: "attached" });
    await this.page.locator("button.login-submit").click();
    await this.page.waitForURL(`${system.client}/**`);
  }

  async cancel() {
    await this.page.locator(".login-help a").first().click();
    await this.page.waitForURL(`${system.client}/**`);
  }
}

const kept = (page) => page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }) + location.href + document.cookie);

test("there and back: signed in, where one wanted to go, and still after a reload", async (t) => {
  const { page, frame, campus, errors } = await arrived(t);
  await campus.go();
  await campus.signIn("ayse");
  await page.getByRole("heading", { level: 1, name: "My account" }).waitFor();
  await page.getByText("Ayşe Yılmaz").first().waitFor();
  assert.equal(page.url(), `${system.client}/index.html#/account`, "neither code nor state is in the address");
  assert.doesNotMatch(await kept(page), /code=|state=|eyJ/);
  await page.locator(".session").filter({ hasText: "This device" }).waitFor();
  await page.reload();
  await page.getByText("Ayşe Yılmaz").first().waitFor();
  await frame.pill("live").waitFor();
  await frame.signOut();
  await page.locator("#username").waitFor();
  assert.deepEqual(errors, []);
});

test("whoever turns back at the provider is told so, and can try again", async (t) => {
  const { page, gate, campus, errors } = await arrived(t);
  await campus.go();
  await campus.cancel();
  await gate.problem().getByText("Your institution’s answer does not say who you are.").waitFor();
  assert.equal(new URL(page.url()).hash, "#/account", "one still gets to where one wanted to go");
  assert.equal(await page.evaluate(() => localStorage.getItem("hazir.signed_in")), null);
  await axe(page, "sign in, refused by the provider");
  await campus.go();
  await campus.signIn("veli");
  await page.getByText("Veli Demir").first().waitFor();
  assert.equal(new URL(page.url()).hash, "#/account");
  assert.deepEqual(errors, []);
});

for (const [locale, words] of [
  ["en-GB", "Your institution’s account has no role here."],
  ["tr-TR", "Kurum hesabınızın burada bir rolü yok."],
  ["fa-IR", "حساب سازمانی شما اینجا نقشی ندارد."],
  ["ar-EG", "ليس لحساب مؤسستك دور هنا."],
]) {
  test(`whom the provider gives no role stays outside and reads why, ${locale}`, async (t) => {
    const { page, gate, campus, errors } = await arrived(t, { locale, width: 390, height: 844 });
    await campus.go();
    await campus.signIn("stranger");
    await gate.problem().getByText(words).waitFor();
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390);
    assert.equal(await page.locator(".top").count(), 0);
    await page.reload();
    await page.locator("#username").waitFor();
    assert.equal(await gate.problem().count(), 0, "it is said once");
    assert.deepEqual(errors, []);
  });
}
