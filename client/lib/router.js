// The address after # is the screen. Anything unknown is the first screen, never an error page.
import { createStore } from "./store.js";

const SCREENS = ["today", "board", "face", "signin", "register"];

export function parseHash(hash) {
  const [path, query = ""] = hash.replace(/^#\/?/, "").split("?");
  const screen = SCREENS.includes(path) ? path : "today";
  return { screen, query: Object.fromEntries(new URLSearchParams(query)) };
}

export const route = createStore(parseHash(location.hash));
addEventListener("hashchange", () => route.set(parseHash(location.hash)));

export const href = (screen, query) => `#/${screen}${query ? `?${new URLSearchParams(query)}` : ""}`;

export function go(screen, query, { replace = false } = {}) {
  if (replace) {
    history.replaceState(null, "", href(screen, query));
    route.set(parseHash(location.hash));
  } else {
    location.hash = href(screen, query);
  }
}
