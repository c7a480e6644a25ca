// For everybody: languages and directions, the keyboard alone, axe on every screen in both themes, the policy, the weight.
import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { axe } from "./axe.mjs";
import { openPage, ROOT, started } from "./harness.mjs";
import { Board, Face, Frame, Gate, Today } from "./pages.mjs";

const I18N = join(ROOT, "client/i18n");

const { double, browser } = await started();

// Colours go by the theme and the layout by the direction, neither by both: these two see all of either.
for (const [theme, locale] of [["light", "en-GB"], ["dark", "fa-IR"]]) {
  test(`axe finds nothing on any screen, ${theme}, ${locale}`, async (t) => {
    const { page, context, errors } = await openPage(browser, { theme, locale });
    t.after(() => context.close());
    const gate = new Gate(page, double.page);
    const today = new Today(page);
    await gate.open("#/register");
    await page.locator(".strength").waitFor();
    await axe(page, "register");
    await gate.open();
    await gate.signIn("demo_manager_1", "wrong");
    await gate.problem().waitFor();
    await axe(page, "sign in, refused");
    await gate.signIn("demo_manager_1");
    await today.hero("out").waitFor();
    await axe(page, "today, out");
    await today.press("in");
    await today.result("recorded").waitFor();
    await axe(page, "today, in");
    await page.selectOption("#place", "3");
    await today.press("out");
    await page.locator('[data-test="shutter"]:not([disabled])').waitFor();
    await axe(page, "camera");
    await double.control("set", { outcome: { code: "face_mismatch" } });
    await today.shutter();
    await today.result("refused").waitFor();
    await axe(page, "today, refused");
    await double.control("fault", { path: "/attendance", kind: 503, times: 99 });
    await page.selectOption("#place", "1");
    await today.press("out");
    await today.result("queued").waitFor();
    await axe(page, "today, queued");
    await page.evaluate(() => (location.hash = "#/face"));
    await page.locator('[data-test="consent-text"]').waitFor();
    await axe(page, "consent");
    await new Face(page).consent();
    await new Face(page).addPhotos(1);
    await axe(page, "face, tray");
    await page.locator(".menu-button").click();
    await axe(page, "account menu");
    await page.evaluate(() => (location.hash = "#/board"));
    await new Board(page).rows().first().waitFor();
    await double.control("record", { employee_id: 8, action: "in", status: "review" });
    await new Board(page).events().first().waitFor();
    await axe(page, "board");
    await page.goto(`${double.page}/components.html`);
    await page.locator(".gallery").waitFor();
    await axe(page, "components");
    assert.deepEqual(errors, []);
  });
}

test("check in by the keyboard alone", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  const gate = new Gate(page, double.page);
  await gate.open();
  const key = (name) => page.keyboard.press(name);
  const focused = (selector) => page.waitForFunction((s) => document.activeElement?.matches(s), selector);
  await focused("#username"); // the form takes the focus by itself
  await page.keyboard.type("demo_staff_1");
  await key("Tab");
  await page.keyboard.type("password");
  await key("Enter");
  const today = new Today(page);
  await today.hero("out").waitFor();
  const tabTo = async (selector) => {
    for (let i = 0; i < 25; i += 1) {
      await key("Tab");
      if (await page.evaluate((s) => document.activeElement?.matches(s), selector)) return;
    }
    assert.fail(`Tab never reached ${selector}`);
  };
  await tabTo("#place");
  await page.keyboard.type("Lab");
  await tabTo('[data-test="punch-in"]');
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  assert.equal(outline, "solid", "the focus can be seen");
  await key("Enter");
  await page.locator('[data-test="shutter"]:not([disabled])').waitFor();
  await tabTo('[data-test="shutter"]');
  await key("Space");
  await today.result("recorded").waitFor();
  await today.hero("in").waitFor();
});

test("the language can be changed at once, turns the page, and is remembered", async (t) => {
  const { page, context, errors } = await openPage(browser);
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("today", "demo_staff_1");
  const heading = page.locator("#state");
  for (const [code, dir, words] of [["tr", "ltr", "Dışarıdasınız"], ["fa", "rtl", "شما بیرون هستید"], ["ar", "rtl", "أنت خارج"]]) {
    await new Frame(page).language(code);
    await page.getByText(words, { exact: true }).waitFor();
    assert.equal(await heading.textContent(), words);
    assert.equal(await page.evaluate(() => document.documentElement.dir), dir);
    assert.equal(await page.evaluate(() => document.documentElement.lang), code);
  }
  await page.reload();
  await page.getByText("أنت خارج", { exact: true }).waitFor();
  await new Frame(page).language("fa");
  await page.getByText("شما بیرون هستید", { exact: true }).waitFor();
  assert.match(await page.locator('[data-test="clock"]').textContent(), /^[۰-۹]{2}:[۰-۹]{2}$/, "Persian digits");
  assert.match(await page.locator(".hero-date").textContent(), /آبان|آذر|دی|بهمن|اسفند|فروردین|اردیبهشت|خرداد|تیر|مرداد|شهریور|مهر/, "Persian calendar");
  assert.deepEqual(errors, []);
});

test("the browser's language is taken at first", async (t) => {
  const { page, context } = await openPage(browser, { locale: "tr-TR" });
  t.after(() => context.close());
  await new Gate(page, double.page).open();
  await page.getByRole("heading", { name: "Oturum aç" }).waitFor();
});

test("every catalogue has every key, the same parameters and the plural forms of its language", async () => {
  const load = async (part, code) => (await import(`../../client/i18n/${part}${code}.js`)).default;
  const parameters = (text) => [...text.matchAll(/\{\w+\}/g)].map(String).sort().join();
  const parts = ["", ...readdirSync(I18N, { withFileTypes: true }).filter((entry) => entry.isDirectory()).map(({ name }) => `${name}/`)];
  assert.ok(parts.length > 4);
  const whole = await Promise.all(parts.map((part) => load(part, "en")));
  assert.equal(new Set(whole.flatMap(Object.keys)).size, whole.flatMap(Object.keys).length, "no key is in two parts");
  for (const [part, code] of parts.flatMap((name) => ["tr", "fa", "ar"].map((other) => [name, other]))) {
    const en = await load(part, "en");
    const own = await load(part, code);
    assert.deepEqual(Object.keys(own).sort(), Object.keys(en).sort(), `${part}${code}`);
    for (const [key, entry] of Object.entries(own)) {
      if (typeof en[key] === "string") {
        assert.equal(parameters(entry), parameters(en[key]), `${code} ${key}`);
        assert.equal(entry.split("|").length, en[key].split("|").length, `${code} ${key}`);
      } else {
        const forms = new Intl.PluralRules(code).resolvedOptions().pluralCategories;
        assert.deepEqual(Object.keys(entry).sort(), [...forms].sort(), `${code} ${key}`);
      }
    }
  }
});

test("on a phone nothing stands out of the page and every target has 44 px", async (t) => {
  const { page, context } = await openPage(browser, { width: 390, height: 844, locale: "fa-IR" });
  t.after(() => context.close());
  await new Gate(page, double.page).signInTo("today", "demo_manager_1");
  await double.control("record", { employee_id: 8, action: "in", status: "review", place_id: 3 });
  for (const screen of ["today", "board", "review", "face", "data"]) {
    await page.evaluate((name) => (location.hash = `#/${name}`), screen);
    await page.locator("main h1").waitFor();
    await page.waitForTimeout(400);
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 390, screen);
    const small = await page.evaluate(() => [...document.querySelectorAll("a, button, select, input:not([type=checkbox])")]
      .filter((e) => e.offsetParent && !e.matches(".skip, .brand, p a, .pill"))
      .filter((e) => e.getBoundingClientRect().height < 43.5 || e.getBoundingClientRect().width < 43.5).map((e) => e.outerHTML.slice(0, 90)));
    assert.deepEqual(small, [], screen);
  }
});

test("the camera's refusal is explained and a chosen file does instead", async (t) => {
  const { page, context } = await openPage(browser);
  t.after(() => context.close());
  await page.addInitScript(() => {
    navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException("no", "NotAllowedError"));
  });
  await new Gate(page, double.page).signInTo("today", "demo_staff_1");
  const today = new Today(page);
  await today.choose("Laboratory");
  await today.press("in");
  await page.getByText("The browser may not use the camera.").waitFor();
  const drawn = await page.evaluate(async () => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 2000, height: 1500 });
    canvas.getContext("2d").fillRect(0, 0, 900, 900);
    return canvas.toDataURL("image/png").split(",")[1];
  });
  await page.setInputFiles('[data-test="photo-file"]', { name: "me.png", mimeType: "image/png", buffer: Buffer.from(drawn, "base64") });
  await today.result("recorded").waitFor();
});

test("first load: within its weight, no inline code, and no font where it is not used", async (t) => {
  const { page, context, errors } = await openPage(browser);
  t.after(() => context.close());
  const sizes = [];
  const pending = [];
  page.on("response", (response) => pending.push(response.body().then((body) => sizes.push([response.url(), body.length]), () => {})));
  await new Gate(page, double.page).signInTo("today", "demo_staff_1");
  await new Today(page).hero("out").waitFor();
  await Promise.all(pending);
  const ofPage = sizes.filter(([url]) => url.startsWith(double.page));
  const total = ofPage.reduce((sum, [, size]) => sum + size, 0);
  t.diagnostic(`uncompressed weight to the first screen: ${(total / 1024).toFixed(1)} KiB in ${ofPage.length} files`);
  // Travelling (gzip) it is less than half of this.
  assert.ok(total < 150 * 1024, `${total} bytes`);
  assert.ok(!ofPage.some(([url]) => url.endsWith(".woff2")));
  const preloaded = await page.evaluate(() => [...document.querySelectorAll("link[rel=modulepreload]")].map((link) => link.href));
  const modules = ofPage.map(([url]) => url).filter((url) => /\.m?js$/.test(url) && !/(app|config|i18n\/\w+)\.js$/.test(url.replace("/lib/config.js", "/lib/")));
  assert.deepEqual(modules.filter((url) => !preloaded.includes(url)), [], "every module of the first screen is preloaded");
  assert.deepEqual(preloaded.filter((url) => !ofPage.some(([other]) => other === url)), [], "and nothing else");
  assert.equal(await page.evaluate(() => document.querySelectorAll("script:not([src]), style, [style]").length), 0);
  assert.deepEqual(errors, []);
});
