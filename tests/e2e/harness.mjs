// Starts the test double and a real Chromium with the fake webcam; every page is watched for console errors.
import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { after, beforeEach } from "node:test";
import { createInterface } from "node:readline";
import { chromium } from "playwright-core";
import { webcamFile } from "./portraits.mjs";

const HERE = import.meta.dirname;
const FLAGS = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
];
const LAUNCH = { executablePath: process.env.HAZIR_CHROMIUM || "/usr/bin/chromium", args: FLAGS };

export const ROOT = join(HERE, "../..");

export function python() {
  const own = join(ROOT, ".venv/bin/python");
  return process.env.HAZIR_PYTHON || (existsSync(own) ? own : "python3");
}

/** The services' test double: its addresses and `control(op, more)`. */
export async function startDouble() {
  const child = spawn(python(), [join(HERE, "contract_server.py")], { stdio: ["pipe", "pipe", "inherit"] });
  const [line] = await createInterface({ input: child.stdout })[Symbol.asyncIterator]().next().then((r) => [r.value]);
  if (!line) throw new Error("the test double did not start");
  const addresses = JSON.parse(line);
  const control = async (op, more = {}) => {
    const response = await fetch(`${addresses.api}/_control`, { method: "POST", body: JSON.stringify({ op, ...more }) });
    return response.json();
  };
  const stop = () => new Promise((done) => {
    child.once("exit", done);
    child.stdin.end();
  });
  return { ...addresses, control, stop };
}

export async function startBrowser({ camera = "obama" } = {}) {
  const file = camera && (await webcamFile(chromium, LAUNCH, camera));
  const webcam = camera
    ? ["--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`]
    : [];
  return chromium.launch({ ...LAUNCH, args: [...FLAGS, ...webcam] });
}

/** The double and a browser for the tests of one file: as new before each test, gone after the last. */
export async function started(options) {
  const double = await startDouble();
  after(() => double.stop());
  const browser = await startBrowser(options);
  after(() => browser.close());
  beforeEach(() => double.control("reset"));
  return { double, browser };
}

// A refused request is written to the console by the browser itself; everything else there is a defect.
const EXPECTED = /Failed to load resource: (the server responded with a status of (4\d\d|503)|net::ERR_)|WebSocket connection to/;

/** A fresh page with its own storage. `errors` collects what a healthy page would never say. */
export async function openPage(browser, { locale = "en-GB", theme = "light", width = 1280, height = 800, ...more } = {}) {
  const context = await browser.newContext({ locale, colorScheme: theme, viewport: { width, height }, timezoneId: "Europe/Istanbul", ...more });
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error" && !EXPECTED.test(message.text())) errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  return { context, page, errors };
}
