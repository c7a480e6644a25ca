// Who is signed in. A flag in localStorage (not a secret) says whether asking for a refresh is worth while,
// so that a first visit does not begin with a refused request.
import { callJson, onSessionEnd } from "./api.js";
import { createStore } from "./store.js";
import { getToken, onToken, refreshDelay, refreshToken, setToken } from "./token.js";

const FLAG = "hazir.signed_in";

/** status: starting | signed_out | signed_in | expired | unreachable; `me` as /api/v1/users/me answers. */
export const session = createStore({ status: "starting", me: null });

let timer = null;

function scheduleRefresh() {
  clearTimeout(timer);
  const delay = refreshDelay();
  if (delay === null) return;
  timer = setTimeout(async () => {
    try {
      if (!(await refreshToken())) endSession();
    } catch {
      timer = setTimeout(scheduleRefresh, 5000); // unreachable: the token may still have some life
    }
  }, Math.min(delay, 2 ** 31 - 1));
}

export function endSession() {
  const { status, me } = session.get();
  if (status !== "signed_in" && status !== "starting") return;
  localStorage.removeItem(FLAG);
  setToken(null);
  clearTimeout(timer);
  // `me` stays: the screen behind the sign-in keeps what it shows, and the same person comes back to it.
  session.set({ status: me ? "expired" : "signed_out", me });
}

export function startSession() {
  onSessionEnd(endSession);
  onToken(scheduleRefresh);
  addEventListener("visibilitychange", () => {
    // Timers sleep with the machine: on waking, an overdue token is renewed at once.
    if (document.visibilityState === "visible" && getToken()) scheduleRefresh();
  });
  return resume();
}

export async function resume() {
  if (localStorage.getItem(FLAG) !== "1") {
    session.set({ status: "signed_out", me: null });
    return;
  }
  session.set({ status: "starting", me: null });
  try {
    await loadMe();
  } catch (error) {
    if (error.network || error.status >= 500) session.set({ status: "unreachable", me: null });
    else endSession();
  }
}

async function loadMe() {
  const me = await callJson("auth", "/api/v1/users/me");
  session.set({ status: "signed_in", me });
}

const asNobody = { method: "POST", auth: false, credentials: "include" };

async function enter(answer) {
  setToken(answer);
  expectSession();
  await loadMe();
}

/** Throws `second_factor_required`, with the challenge, where the password alone is not enough. */
export async function signIn({ username, password, directory }) {
  const form = { grant_type: "password", username, password, client: "page" };
  if (directory) form.directory = directory;
  await enter(await callJson("auth", "/api/v1/auth/token", { ...asNobody, form }));
}

export async function verifySecondFactor(challenge, code) {
  const json = { challenge, code, client: "page" };
  await enter(await callJson("auth", "/api/v1/auth/second-factor/verify", { ...asNobody, json }));
}

export async function register({ username, password, invitation }) {
  const json = invitation ? { username, password, invitation } : { username, password };
  await callJson("auth", "/register", { method: "POST", auth: false, json });
  // The register answer carries a token but no cookie; signing in gives the page the session it can keep.
  await signIn({ username, password });
}

/** A session may come by a way that this code does not see: back from an institution's own sign-in. */
export const expectSession = () => localStorage.setItem(FLAG, "1");
export const expectNoSession = () => localStorage.removeItem(FLAG);

/** Asks again who is signed in, after something about oneself has changed. */
export const reloadMe = () => loadMe();

export async function signOut() {
  try {
    await callJson("auth", "/api/v1/auth/logout", { method: "POST", credentials: "include", timeout: 4000 });
  } catch {
    // The cookie may outlive this when the service is away; the flag keeps the page from using it.
  }
  localStorage.removeItem(FLAG);
  setToken(null);
  clearTimeout(timer);
  session.set({ status: "signed_out", me: null });
}

export const isDevice = (me) => Boolean(me?.roles.includes("device"));
export const isAdmin = (me) => Boolean(me?.roles.includes("admin"));
export const watchesOthers = (me) => Boolean(me?.roles.some((role) => role === "manager" || role === "admin"));
export const zoneOf = (me) => me?.site?.zone || undefined;
