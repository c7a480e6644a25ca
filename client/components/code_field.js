import { html } from "../lib/html.js";
import { onlyDigits } from "../lib/digits.js";
import { Field } from "./field.js";

export const CODE_LENGTH = 6;

/** Six digits in one field: pasting, one-time-code keyboards and every script's numerals work. Full, it sends itself. */
export function CodeField({ id, label, hint, value, onValue, onFull, ...rest }) {
  const change = (event) => {
    const next = onlyDigits(event.currentTarget.value, CODE_LENGTH);
    event.currentTarget.value = next; // what is not a digit never shows, even when the value stays the same
    onValue(next);
    if (next.length === CODE_LENGTH && next !== value) onFull?.(next);
  };
  return html`<${Field} id=${id} label=${label} hint=${hint}>
    <input class="input code-input" id=${id} name=${id} value=${value} onInput=${change} inputmode="numeric" dir="ltr"
      autocomplete="one-time-code" spellcheck="false" required aria-describedby=${hint ? `${id}-hint` : undefined} ...${rest} /><//>`;
}
