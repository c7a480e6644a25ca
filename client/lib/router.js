// The address after # is the screen. Anything unknown is the first screen, never an error page.
import { createStore } from "./store.js";

const SCREENS = ["today", "board", "review", "face", "data", "account", "admin", "kiosk", "signin", "register", "reset"];
// What a link hands over once. It leaves the address, and so the history, before anything else happens.
const HANDED_OVER = ["token", "invitation", "error", "challenge"];

export function parseHash(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const screen = SCREENS.includes(path) ? path : "today";
  return { screen, query: Object.fromEntries(new URLSearchParams(query)) };
}

export function href(screen, query = {}) {
  const text = new URLSearchParams(query).toString();
  return `#/${screen}${text && `?${text}`}`;
}

function arrive() {
  const found = parseHash(location.hash);
  if (HANDED_OVER.some((name) => name in found.query)) {
    const kept = Object.entries(found.query).filter(([name]) => !HANDED_OVER.includes(name));
    history.replaceState(null, "", href(found.screen, Object.fromEntries(kept)));
  }
  return found;
}

export const route = createStore(arrive());
addEventListener("hashchange", () => route.set(arrive()));

export function go(screen, query, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", href(screen, query));
    route.set(arrive());
  } else {
    location.hash = href(screen, query);
  }
}
