// axe-core on whatever the page shows at this moment.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

export async function axe(page, what) {
  await page.waitForTimeout(350); // colours in the middle of a transition are not the colours shown
  // Evaluated by the debugger, not as a script of the page: the policy stays in force.
  await page.evaluate(`if (!window.axe) { ${AXE} }`);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }));
  const found = violations.map((v) => `${what}: ${v.id} ${v.nodes.map((n) => n.target).join(" | ")} ${v.nodes[0].failureSummary}`);
  assert.deepEqual(found, []);
}
