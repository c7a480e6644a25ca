import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Icon } from "./icon.js";

/** A labelled input with its hint and its error tied to it for screen readers. */
export function Field({ id, label, hint, error, value, onValue, inputRef, children, ...rest }) {
  const described = [hint && `${id}-hint`, error && `${id}-error`].filter(Boolean).join(" ") || undefined;
  return html`<div class="field">
    <label for=${id}>${label}</label>
    ${children ?? html`<input class="input" id=${id} name=${id} value=${value} ref=${inputRef}
      onInput=${(event) => onValue(event.currentTarget.value)} aria-invalid=${error ? "true" : undefined}
      aria-describedby=${described} ...${rest} />`}
    ${hint && html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>`}
    ${error && html`<p class="field-error" id=${`${id}-error`}><${Icon} name="warning" />${error}</p>`}
  </div>`;
}

export function PasswordField(props) {
  const [shown, setShown] = useState(false);
  const described = [props.hint && `${props.id}-hint`, props.error && `${props.id}-error`].filter(Boolean).join(" ");
  return html`<${Field} ...${props}>
    <div class="input-row" dir="ltr">
      <input class="input" id=${props.id} name=${props.id} type=${shown ? "text" : "password"} dir="ltr" value=${props.value}
        autocomplete=${props.autocomplete} required=${!props.optional} aria-invalid=${props.error ? "true" : undefined}
        aria-describedby=${described || undefined} onInput=${(event) => props.onValue(event.currentTarget.value)} />
      <button type="button" class="button button-plain" aria-pressed=${shown} aria-label=${t("password.show")}
        onClick=${() => setShown(!shown)}>${shown ? t("password.hide.short") : t("password.show.short")}</button>
    </div>
  <//>`;
}

export function Select({ id, label, value, onValue, options, hideLabel, hint }) {
  return html`<div class="field">
    <label for=${id} class=${hideLabel ? "visually-hidden" : ""}>${label}</label>
    <div class="select"><select class="input" id=${id} name=${id} value=${value} aria-describedby=${hint ? `${id}-hint` : undefined} onChange=${(event) => onValue(event.currentTarget.value)}>
      ${options.map((option) => html`<option key=${option.value} value=${option.value} lang=${option.lang}
        selected=${String(option.value) === String(value)}>${option.label}</option>`)}
    </select><${Icon} name="chevron" /></div>
    ${hint && html`<p class="field-hint" id=${`${id}-hint`}>${hint}</p>`}
  </div>`;
}
