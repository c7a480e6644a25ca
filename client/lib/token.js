// The access token lives here and nowhere else: never in storage, never in a URL.
// The refresh token is an HttpOnly cookie this code cannot read; it only asks for a new access token.
import { config } from "./config.js";

let access = null;
let expiresAt = 0;
let running = null;
const watchers = new Set();

export const getToken = () => access;

/** Milliseconds until a refresh is worth making (a fifth of the life is left), or null when signed out. */
export const refreshDelay = (now = Date.now()) => (access ? Math.max(1000, expiresAt - now) : null);

export function onToken(watcher) {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function setToken(answer) {
  access = answer ? answer.access_token : null;
  expiresAt = answer ? Date.now() + (answer.expires_in ?? 600) * 800 : 0;
  for (const watcher of [...watchers]) watcher(access);
}

async function askForToken() {
  const response = await fetch(`${config.auth}/api/v1/auth/refresh`, {
    method: "POST",
    credentials: "include",
    signal: AbortSignal.timeout(10000),
  });
  if (response.status === 401 || response.status === 403) return false;
  if (!response.ok) throw new TypeError(`refresh answered ${response.status}`);
  setToken(await response.json());
  return true;
}

// Tabs share one rotating cookie: the lock keeps two of them from presenting the same one at once.
const oneTabAtATime = (work) =>
  navigator.locks ? navigator.locks.request("hazir-refresh", work) : work();

/** True with a new token, false when the session is over; throws when the service cannot be reached. */
export function refreshToken() {
  running ??= oneTabAtATime(askForToken).finally(() => {
    running = null;
  });
  return running;
}
