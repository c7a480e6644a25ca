// A QR code as one SVG path, drawn here: what it says never leaves the page.
import { html, useMemo } from "../lib/html.js";
import { generate } from "../vendor/lean-qr.mjs";

const QUIET = 4; // modules of margin, as the standard asks

function pathOf(code) {
  let path = "";
  for (let y = 0; y < code.size; y += 1) {
    for (let x = 0; x < code.size; x += 1) {
      if (code.get(x, y)) path += `M${x + QUIET} ${y + QUIET}h1v1h-1z`;
    }
  }
  return path;
}

export function Qr({ text, label }) {
  const { side, path } = useMemo(() => {
    const code = generate(text);
    return { side: code.size + 2 * QUIET, path: pathOf(code) };
  }, [text]);
  return html`<svg class="qr" viewBox=${`0 0 ${side} ${side}`} role="img" aria-label=${label} shape-rendering="crispEdges">
    <rect class="qr-paper" width=${side} height=${side} /><path class="qr-ink" d=${path} /></svg>`;
}
