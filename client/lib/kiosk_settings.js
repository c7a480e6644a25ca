// How this one tablet behaves. Kept on it; no right and no secret.
import { createStore } from "./store.js";

const KEY = "hazir.kiosk.settings";
const USUAL = { auto: 5, wake: true, place: null };

function read() {
  try {
    return { ...USUAL, ...JSON.parse(localStorage.getItem(KEY)) };
  } catch {
    return USUAL;
  }
}

/** {auto: seconds until it confirms by itself, 0 for never; wake: whether coming near begins it; place: its number, null for the usual one}. */
export const settings = createStore(read());

export function change(part) {
  settings.set((old) => ({ ...old, ...part }));
  try {
    localStorage.setItem(KEY, JSON.stringify(settings.get()));
  } catch {
    // Used until the next start.
  }
}
