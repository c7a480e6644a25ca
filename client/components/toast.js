import { html } from "../lib/html.js";
import { useStore } from "../lib/store.js";
import { toasts } from "../lib/toasts.js";
import { Icon } from "./icon.js";

/** Short confirmations of things that are already visible elsewhere; nothing here has to be clicked. */
export function Toasts() {
  const items = useStore(toasts);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${items.map((item) => html`<div class="toast" key=${item.id}><${Icon} name=${item.icon} />${item.text}</div>`)}
  </div>`;
}
