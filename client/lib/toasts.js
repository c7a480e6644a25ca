// Short confirmations: each is shown for a few seconds, the last three at most.
import { createStore } from "./store.js";

const SHOWN_MS = 5000;

export const toasts = createStore([]);
let count = 0;

export function toast(text, icon = "check") {
  count += 1;
  const item = { id: count, text, icon };
  toasts.set((list) => [...list.slice(-2), item]);
  setTimeout(() => toasts.set((list) => list.filter((other) => other.id !== item.id)), SHOWN_MS);
}
