import { html } from "../lib/html.js";

/** A choice that filters what stands below it: pressed buttons rather than tabs, so that Tab and Space suffice. */
export function Tabs({ label, value, onValue, options }) {
  return html`<div class="tabs" role="group" aria-label=${label}>
    ${options.map((option) => html`<button type="button" class="tab" key=${option.value}
      aria-pressed=${option.value === value ? "true" : "false"} onClick=${() => onValue(option.value)}>
      ${option.label}${option.count !== undefined && html`<span class="tab-count">${option.count}</span>`}</button>`)}
  </div>`;
}
