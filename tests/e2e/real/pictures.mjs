// Photographs of the running system, with HAZIR_REAL set: `node real/pictures.mjs FOLDER` takes every screen
// at two widths, in two languages and both themes; `node real/pictures.mjs FOLDER readme` takes those of the
// README; `node real/pictures.mjs FOLDER faces` those about faces. In the first two the webcam is left off, so that
// nobody's face is in them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "../harness.mjs";
import { Board, Frame, Gate, Today } from "../pages.mjs";
import { Kiosk, Review } from "../pages_faces.mjs";
import { browserWith, closeBrowsers, enrol, ownSite, signedIn, system, terminal } from "./world.mjs";

const FOLDER = process.argv[2];
const WIDTHS = [[390, 844], [1440, 900]];
const KINDS = [["en-GB", "light"], ["en-GB", "dark"], ["fa-IR", "light"], ["fa-IR", "dark"]];

async function walk(browser, { width, height, locale, theme }) {
  const { page, context } = await openPage(browser, { width, height, locale, theme, reducedMotion: "reduce" });
  page.setDefaultTimeout(20000);
  const name = (screen) => join(FOLDER, `${screen}-${width}-${locale.slice(0, 2)}-${theme}.png`);
  const shoot = async (screen) => {
    await page.waitForTimeout(400);
    await page.screenshot({ path: name(screen) });
  };
  const gate = new Gate(page, system.client);
  await gate.open("#/board");
  await shoot("signin");
  await gate.signIn("demo_manager_1");
  await new Frame(page).pill("live").waitFor();
  await new Board(page).rows().first().waitFor();
  await shoot("board");
  await page.evaluate(() => (location.hash = "#/face"));
  await page.locator(".card .check, .faces").first().waitFor();
  await shoot("face");
  await new Frame(page).signOut();
  await gate.open("#/today");
  await gate.signIn("demo_staff_2");
  await new Today(page).hero().waitFor();
  await new Frame(page).pill("live").waitFor();
  await shoot("today");
  await new Frame(page).signOut();
  await gate.open("#/account");
  await gate.signIn("demo_admin");
  await page.locator(".session").first().waitFor();
  await shoot("account");
  for (const [tab, mark] of [["people", "[data-person]"], ["invitations", ".tools"], ["audit", "[data-line]"]]) {
    await page.evaluate((name) => (location.hash = `#/admin?tab=${name}`), tab);
    await page.locator(mark).first().waitFor();
    await shoot(tab);
  }
  await context.close();
}

/** The board as the manager sees it and the day of one of the staff, moments after two punches. */
async function readme(browser) {
  const look = { width: 1200, height: 760, theme: "light", reducedMotion: "reduce" };
  const board = await openPage(browser, look);
  await new Gate(board.page, system.client).signInTo("board", "demo_manager_1");
  await new Frame(board.page).pill("live").waitFor();
  await new Board(board.page).rows().first().waitFor();
  for (const username of ["demo_staff_4", "demo_staff_3"]) await (await terminal(username))("out").catch(() => {});
  for (const username of ["demo_staff_4", "demo_staff_3"]) await (await terminal(username))("in");
  await new Board(board.page).events().nth(1).waitFor();
  await board.page.mouse.move(0, 0);
  await board.page.waitForTimeout(3000); // the glow of what is new has gone
  await board.page.screenshot({ path: join(FOLDER, "board.png") });
  const today = await openPage(browser, look);
  await new Gate(today.page, system.client).signInTo("today", "demo_staff_5");
  await new Today(today.page).hero("in").waitFor();
  await new Frame(today.page).pill("live").waitFor();
  await today.page.waitForTimeout(500);
  await today.page.screenshot({ path: join(FOLDER, "today.png") });
}

const noTest = { after: () => {} };

/** Somebody enrolled with one doubtful record, a manager who has it in the queue, a tablet. */
async function faceWorld() {
  const site = await ownSite("Ward");
  const [person, manager, tablet, fresh] = [await site.person("staff", "Selin Demir"), await site.person("manager", "Mina Karimi"), await site.person("device", "Tablet"), await site.person("staff", "Kaya Er")];
  await site.place("Main entrance", { evidence: ["photo", "face"], mode: "toggle" });
  await site.place("Pharmacy", { evidence: ["photo", "face", "liveness"] });
  await enrol(person.username, "obama", person.password);
  const { page, today, context } = await signedIn(noTest, person.username, { password: person.password, camera: "doubtful" });
  await today.choose("Main entrance");
  await today.press("in");
  await today.shutter();
  await today.result("review").waitFor();
  await page.waitForTimeout(300);
  await context.close();
  return { person, manager, tablet, fresh };
}

/** Steps on one screen: `[name, act]`, photographed after each. */
async function photograph(who, options, steps) {
  const { camera = null, screen, ...look } = options;
  const opened = await signedIn(noTest, who.username, { password: who.password, screen, camera, reducedMotion: "reduce", ...look });
  const { page, context } = opened;
  page.setDefaultTimeout(20000);
  for (const [name, act] of steps) {
    await act(opened);
    await page.waitForTimeout(500);
    await page.screenshot({ path: join(FOLDER, `${name}-${look.width}-${look.locale.slice(0, 2)}-${look.theme}.png`) });
  }
  await context.close();
}

const shows = (selector) => ({ page }) => page.locator(selector).first().waitFor();
const press = (selector, then) => async ({ page }) => {
  await page.locator(selector).first().click();
  await page.locator(then).first().waitFor();
};

async function faces({ person, manager, tablet, fresh }, look) {
  await photograph(fresh, { ...look, screen: "face" }, [["consent", shows('[data-test="consent-text"]')]]);
  await photograph(person, { ...look, screen: "face", camera: "far" }, [
    ["face", shows(".faces img")],
    ["guidance", press('[data-test="add-photo"]', '.guide-hint[data-hint="too_small"]')],
    ["fault", async ({ page }) => {
      await page.locator('[data-test="shutter"]').click();
      await page.keyboard.press("Escape");
      await page.locator('.shot-row[data-state="wrong"]').waitFor();
    }],
    ["withdraw", async ({ page }) => {
      await page.locator(".button-danger").last().click();
      await page.locator("dialog[open]").waitFor();
    }],
  ]);
  await photograph(person, { ...look, screen: "today", camera: "obama2" }, [
    ["live", async ({ page, today }) => {
      await today.choose("Pharmacy");
      await today.press("out");
      await page.locator('[data-test="challenge"]').waitFor();
    }],
    ["not-live", async ({ page, today }) => {
      await page.locator('[data-test="begin-live"]:not([disabled])').click();
      await today.result("refused").waitFor();
    }],
  ]);
  await photograph(person, { ...look, screen: "data" }, [["data", shows('[data-test="export-face"]')]]);
  await photograph(manager, { ...look, screen: "review" }, [
    ["review", async ({ page }) => {
      await new Review(page).items().first().waitFor();
      if (look.width > 1000) await page.locator('.compare-frame[data-face="true"]').nth(1).waitFor();
    }],
    ["review-zoom", async ({ page }) => {
      if (look.width < 1000) await new Review(page).items().first().click();
      await page.locator('.compare-frame[data-face="true"]').nth(1).waitFor();
      await page.locator(".compare-tools button").nth(1).click();
    }],
    ["review-none", async ({ page }) => {
      if (look.width < 1000) await page.locator(".review-back button").click();
      await page.selectOption("#review-reason-filter", "late_punch");
      await page.locator(".empty").waitFor();
    }],
  ]);
  const { page, context } = await openPage(await browserWith("obama2"), { ...look, reducedMotion: "reduce" });
  const gate = new Gate(page, system.client);
  await gate.open("#/kiosk");
  await gate.signIn(tablet.username, tablet.password);
  const kiosk = new Kiosk(page, system.client);
  await kiosk.phase("idle").waitFor();
  await page.locator(".kiosk-mirror .camera-wait").waitFor({ state: "detached" });
  const shoot = async (name) => {
    await page.waitForTimeout(400);
    await page.screenshot({ path: join(FOLDER, `${name}-${look.width}-${look.locale.slice(0, 2)}-${look.theme}.png`) });
  };
  await shoot("kiosk");
  await kiosk.begin("face");
  await kiosk.phase("known").waitFor();
  await shoot("kiosk-known");
  await kiosk.cancel();
  await kiosk.scan("CARD-UNKNOWN");
  await page.locator('[data-test="kiosk-problem"]').waitFor();
  await shoot("kiosk-problem");
  await context.close();
  await photograph({ username: "demo_admin", password: "password" }, { ...look, screen: "admin?tab=faces" }, [["admin-faces", shows("#alarms-title")]]);
}

mkdirSync(FOLDER, { recursive: true });
const browser = await browserWith(null);
if (process.argv[3] === "readme") {
  await readme(browser);
} else if (process.argv[3] === "faces") {
  const world = await faceWorld();
  for (const [width, height] of WIDTHS) {
    for (const [locale, theme] of KINDS) await faces(world, { width, height, locale, theme });
  }
} else {
  for (const [width, height] of WIDTHS) {
    for (const [locale, theme] of KINDS) await walk(browser, { width, height, locale, theme });
  }
}
await closeBrowsers();
