// One's own account: password, second factor, sessions.
import { callJson } from "./api.js";
import { everyItem } from "./pages.js";

const AUTH = "/api/v1/auth";
const FACTOR = `${AUTH}/second-factor`;
const post = (path, json) => callJson("auth", path, { method: "POST", json });

export const changePassword = (current, fresh) => post(`${AUTH}/password`, { current, new: fresh });

export const factorState = () => callJson("auth", FACTOR);
/** {secret, uri, expires_at}: nothing counts until it is confirmed with a code. */
export const beginFactor = (password) => post(FACTOR, password ? { password } : {});
export const confirmFactor = (code) => post(`${FACTOR}/confirm`, { code });
export const renewRecoveryCodes = (code) => post(`${FACTOR}/recovery-codes`, { code });
export const endFactor = (code) => callJson("auth", FACTOR, { method: "DELETE", json: { code } });

/** The device one sits at first, then the last used. */
export async function ownSessions() {
  const items = await everyItem("auth", `${AUTH}/sessions`);
  return items.sort((a, b) => Number(b.current) - Number(a.current) || b.used_at.localeCompare(a.used_at));
}

export async function endSession(sid) {
  try {
    await callJson("auth", `${AUTH}/sessions/${encodeURIComponent(sid)}`, { method: "DELETE" });
  } catch (error) {
    if (error.status !== 404) throw error; // already over: that is what was wanted
  }
}

/** Ends all but this device's; one after the other, so that a failure leaves a list that says what is left. */
export async function endOtherSessions() {
  for (const session of await ownSessions()) {
    if (!session.current) await endSession(session.sid);
  }
}
