import { html } from "../lib/html.js";
import { createStore, useStore } from "../lib/store.js";
import { Icon } from "./icon.js";

const shown = createStore([]);
let count = 0;

export function toast(text, icon = "check") {
  count += 1;
  const item = { id: count, text, icon };
  shown.set((list) => [...list.slice(-2), item]);
  setTimeout(() => shown.set((list) => list.filter((other) => other.id !== item.id)), 5000);
}

/** Short confirmations of things that are already visible elsewhere; nothing here has to be clicked. */
export function Toasts() {
  const items = useStore(shown);
  return html`<div class="toasts" role="status" aria-live="polite">
    ${items.map((item) => html`<div class="toast" key=${item.id}><${Icon} name=${item.icon} />${item.text}</div>`)}
  </div>`;
}
