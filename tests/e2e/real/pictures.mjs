// Photographs of the running system: `node real/pictures.mjs FOLDER` with HAZIR_REAL set, for looking at
// and for the README. The webcam is left off, so that nobody's face is in them.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { openPage } from "../harness.mjs";
import { Board, Frame, Gate, Today } from "../pages.mjs";
import { browserWith, closeBrowsers, system } from "./world.mjs";

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
  await context.close();
}

mkdirSync(FOLDER, { recursive: true });
const browser = await browserWith(null);
for (const [width, height] of WIDTHS) {
  for (const [locale, theme] of KINDS) await walk(browser, { width, height, locale, theme });
}
await closeBrowsers();
