// A few values as bars.
import { html } from "../lib/html.js";

export function Bars({ values, label }) {
  const top = Math.max(1, ...values);
  const step = 100 / values.length;
  return html`<div class="bars"><svg viewBox="0 0 100 40" preserveAspectRatio="none" role="img" aria-label=${label}>
    ${values.map((value, i) => html`<rect key=${i} x=${i * step} width=${step * 0.7} y=${40 - (value / top) * 40} height=${(value / top) * 40} rx="0.8" />`)}
  </svg></div>`;
}
