// axe-core on whatever the page shows at this moment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Runs in the page: colours in the middle of a transition are not the colours shown. */
async function settled() {
  for (let frames = 2; frames > 0; frames -= 1) await new Promise(requestAnimationFrame);
  const ending = document.getAnimations().filter((one) => one.effect.getComputedTiming().endTime !== Infinity);
  await Promise.allSettled(ending.map((one) => one.finished));
}

export async function axe(page, what) {
  await page.evaluate(settled);
  // Evaluated by the debugger, not as a script of the page: the policy stays in force.
  await page.evaluate(`if (!window.axe) { ${AXE} }`);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const found = violations.map((v) => `${what}: ${v.id} ${v.nodes.map((n) => n.target).join(" | ")} ${v.nodes[0].failureSummary}`);
  assert.deepEqual(found, []);
}
