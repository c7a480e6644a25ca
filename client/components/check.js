import { html } from "../lib/html.js";

/** A box to tick, with what it means beside it. */
export function Check({ label, text, checked, onValue, disabled }) {
  return html`<label class="check"><input type="checkbox" checked=${checked} disabled=${disabled}
    onChange=${(event) => onValue(event.currentTarget.checked)} />
    <span class="check-text">${label}${text && html`<span class="muted small">${text}</span>`}</span></label>`;
}
