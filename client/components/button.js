import { html } from "../lib/html.js";
import { Icon } from "./icon.js";

/** kind: primary | quiet | plain | danger. `busy` keeps the button focusable and says so. */
export function Button({ kind = "primary", big, wide, busy, icon, children, class: extra = "", onClick, ...rest }) {
  const classes = ["button", kind !== "primary" && `button-${kind}`, big && "button-big", wide && "button-wide", extra];
  const press = (event) => (busy ? event.preventDefault() : onClick?.(event));
  return html`<button type="button" ...${rest} class=${classes.filter(Boolean).join(" ")} onClick=${press}
    aria-disabled=${busy ? "true" : undefined}>
    ${busy ? html`<${Icon} name="spinner" turn />` : icon && html`<${Icon} name=${icon} />`}${children}
  </button>`;
}
