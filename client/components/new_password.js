import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { strength } from "../lib/strength.js";
import { PasswordField } from "./field.js";

const WORDS = ["short", "weak", "fair", "good"];

function Strength({ value, name }) {
  const level = value ? strength(value, name) : null;
  return html`<div class="strength" data-level=${level ?? "none"} role="status">
    <span class="strength-bars" aria-hidden="true"><i /><i /><i /></span>
    <span class="small">${level === null ? t("register.password.hint") : t(`strength.${WORDS[level]}`)}</span></div>`;
}

/** A password that is being chosen, with a hint of how good it is. */
export function NewPassword({ id = "password", label, value, onValue, name, error }) {
  return html`<div class="stack-s">
    <${PasswordField} id=${id} label=${label} value=${value} onValue=${onValue} autocomplete="new-password" error=${error} />
    <${Strength} value=${value} name=${name} /></div>`;
}

/** Twice the same; `pair` is {first, second}. */
export function PasswordPair({ pair, onPair, name, error }) {
  const [left, setLeft] = useState(false);
  const differ = left && pair.second !== "" && pair.first !== pair.second;
  return html`<${NewPassword} id="new-password" label=${t("password.new")} name=${name} value=${pair.first} error=${error}
      onValue=${(first) => onPair({ ...pair, first })} />
    <div onFocusOut=${() => setLeft(true)}><${PasswordField} id="repeat-password" label=${t("password.repeat")} value=${pair.second}
      onValue=${(second) => onPair({ ...pair, second })} autocomplete="new-password" error=${differ && t("password.differ")} /></div>`;
}

/** Throws what the form shows when the two are not the same. */
export function mustMatch({ first, second }) {
  if (first !== second) throw Object.assign(new Error("passwords differ"), { code: "passwords_differ" });
}
