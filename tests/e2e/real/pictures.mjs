// Photographs of the running system, with HAZIR_REAL set: `node real/pictures.mjs FOLDER` takes every screen
// at two widths, in two languages and both themes; `node real/pictures.mjs FOLDER readme` takes those of the
// README. The webcam is left off, so that nobody's face is in them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "../harness.mjs";
import { Board, Frame, Gate, Today } from "../pages.mjs";
import { browserWith, closeBrowsers, system, terminal } from "./world.mjs";

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

mkdirSync(FOLDER, { recursive: true });
const browser = await browserWith(null);
if (process.argv[3] === "readme") {
  await readme(browser);
} else {
  for (const [width, height] of WIDTHS) {
    for (const [locale, theme] of KINDS) await walk(browser, { width, height, locale, theme });
  }
}
await closeBrowsers();
