// How long the page takes and what it weighs: prints JSON for bench/page.py. Every load has an empty cache.
import { openPage } from "../harness.mjs";
import { Gate, Today } from "../pages.mjs";
import { browserWith, closeBrowsers, system } from "./world.mjs";

const ROUNDS = Number(process.argv[2] || 5);

// The moment the wanted element is there and painted; its handlers are attached in the same render.
const watch = (selector) => {
  const look = () => {
    if (document.querySelector(selector)) requestAnimationFrame(() => (window.shownAt = performance.now()));
    else requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
};

async function load(page, selector, go) {
  const client = await page.context().newCDPSession(page);
  await client.send("Network.enable");
  await client.send("Network.setCacheDisabled", { cacheDisabled: true });
  let bytes = 0;
  const hosts = new Map();
  client.on("Network.requestWillBeSent", ({ requestId, request }) => hosts.set(requestId, request.url));
  client.on("Network.loadingFinished", ({ requestId, encodedDataLength }) => {
    if (hosts.get(requestId)?.startsWith(system.client)) bytes += encodedDataLength;
  });
  await page.addInitScript(watch, selector);
  await go();
  await page.waitForFunction(() => window.shownAt);
  const ms = await page.evaluate(() => window.shownAt);
  await page.waitForLoadState("networkidle").catch(() => {});
  await client.detach();
  return { ms, bytes };
}

const browser = await browserWith(null);
const found = { signin: [], today: [] };
for (let round = 0; round < ROUNDS; round += 1) {
  const first = await openPage(browser);
  found.signin.push(await load(first.page, "#username", () => first.page.goto(`${system.client}/index.html`)));
  await first.context.close();
  const again = await openPage(browser);
  await new Gate(again.page, system.client).signInTo("today", "demo_staff_2");
  await new Today(again.page).hero().waitFor();
  const page = await again.context.newPage();
  found.today.push(await load(page, '[data-test="hero"][data-state]', () => page.goto(`${system.client}/index.html`)));
  await again.context.close();
}
await closeBrowsers();
console.log(JSON.stringify(found));
