// The running system these tests are pointed at: HAZIR_REAL holds its addresses and data folder as JSON
// (tests/support/system.py prints and passes them).
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openPage, startBrowser } from "../harness.mjs";
import { Frame, Gate, Today } from "../pages.mjs";
import { portrait } from "../portraits.mjs";

if (!process.env.HAZIR_REAL) throw new Error("HAZIR_REAL is missing: these tests run from pytest (tests/integration/test_system_page.py)");
export const system = JSON.parse(process.env.HAZIR_REAL);

const signal = (name, word) => {
  const state = JSON.parse(readFileSync(join(system.data, "run", "state.json"), "utf8"));
  process.kill(state.processes[name].pid, word);
};

/** Kills one of the processes as a crash would; the supervisor starts it again. */
export const kill = (name) => signal(name, "SIGKILL");

/** Holds one of the processes where it is; answers what lets it go on. For a second or two, or it is taken for dead. */
export function hold(name) {
  signal(name, "SIGSTOP");
  return () => signal(name, "SIGCONT");
}

/** A browser whose webcam shows that portrait; one for each, as the camera is chosen at its start. */
const browsers = new Map();
export async function browserWith(camera) {
  if (!browsers.has(camera)) browsers.set(camera, await startBrowser({ camera }));
  return browsers.get(camera);
}

export async function closeBrowsers() {
  for (const browser of browsers.values()) await browser.close();
  browsers.clear();
}

/** Somebody signed in on a screen, closed with the test `t`. */
export async function signedIn(t, username, { screen = "today", camera = null, password, ...options } = {}) {
  const opened = await openPage(await browserWith(camera), options);
  t.after(() => opened.context.close());
  const gate = new Gate(opened.page, system.client);
  await gate.signInTo(screen, username, password);
  const frame = new Frame(opened.page);
  await frame.pill("live").waitFor();
  return { ...opened, gate, frame, today: new Today(opened.page) };
}

async function json(url, options) {
  const response = await fetch(url, options);
  if (!response.ok) throw new Error(`${url}: ${response.status} ${await response.text()}`);
  return response.json();
}

const JSON_BODY = { "Content-Type": "application/json" };

/** Plain calls under somebody's token: `(url, method, json, form)`. */
export async function caller(username, password = "password") {
  const ask = async (url, method = "GET", body = undefined, form = undefined, headers = {}) => {
    const response = await fetch(url, { method, headers: { ...headers, ...(body && JSON_BODY) }, body: body ? JSON.stringify(body) : form });
    if (!response.ok) throw new Error(`${method} ${url}: ${response.status} ${await response.text()}`);
    return response.status === 204 ? null : response.json();
  };
  const { token } = await ask(`${system.auth}/login`, "POST", { username, password });
  return (url, method, body, form) => ask(url, method, body, form, { Authorization: `Bearer ${token}` });
}

/** Gives the consent and enrols a portrait, by plain calls: the screen for it has tests of its own. */
export async function enrol(username, picture, password) {
  const call = await caller(username, password);
  const { employee_id: id } = await call(`${system.auth}/api/v1/users/me`);
  const consent = `${system.face}/api/v1/people/${id}/consent`;
  const { current_version: version } = await call(consent);
  await call(consent, "POST", { version });
  const form = new FormData();
  form.append("image", new Blob([readFileSync(portrait(picture))], { type: "image/jpeg" }), "photo.jpg");
  await call(`${system.face}/api/v1/people/${id}/faces`, "POST", undefined, form);
  return { id, call };
}

/**
 * A site of its own, so that its gallery has only the faces of one test: `{id, person(), place()}`.
 * `person(role, more)` answers {username, password, full_name, employee_id}; staff are in the one team, which managers lead.
 */
export async function ownSite(name) {
  const admin = await caller("demo_admin");
  const stamp = Date.now();
  const site = await admin(`${system.auth}/api/v1/sites`, "POST", { name: `${name} ${stamp}`, zone: "Europe/Istanbul", biometrics: true });
  const team = await admin(`${system.auth}/api/v1/teams`, "POST", { site_id: site.id, name });
  const password = "a password for a test";
  const person = async (role, full_name) => {
    const username = `${full_name.toLowerCase().replace(/\W+/g, "_")}_${stamp}`;
    const made = await admin(`${system.auth}/api/v1/users`, "POST", { username, password, full_name, roles: [role], site_id: site.id });
    const part = { staff: "members", manager: "managers" }[role];
    if (part) await admin(`${system.auth}/api/v1/teams/${team.id}/${part}/${made.employee_id}`, "PUT");
    return { username, password, full_name, employee_id: made.employee_id };
  };
  const place = (label, policy) => admin(`${system.attendance}/api/v1/attendance/places`, "POST", { site_id: site.id, name: label, policy });
  return { id: site.id, admin, person, place };
}

/** An account of its own for one test. */
export async function newcomer(username, password = "password") {
  const body = JSON.stringify({ username, password });
  return json(`${system.auth}/register`, { method: "POST", headers: { "Content-Type": "application/json" }, body });
}

/** Somebody's own client: signs in, then punches by plain calls. */
export async function terminal(username, password = "password") {
  const headers = { "Content-Type": "application/json" };
  const { token } = await json(`${system.auth}/login`, { method: "POST", headers, body: JSON.stringify({ username, password }) });
  return (action) => json(`${system.attendance}/attendance`, { method: "POST", headers: { ...headers, Authorization: `Bearer ${token}` }, body: JSON.stringify({ action }) });
}

/** The account of a kiosk at the site of that person, and a place there that lets it decide. */
export async function tablet(admin, person) {
  const { site_id: site } = await admin(`${system.auth}/api/v1/users/${person}`);
  const account = { name: `tablet_${Date.now()}`, password: "a password of a tablet" };
  await admin(`${system.auth}/api/v1/users`, "POST", { username: account.name, password: account.password, roles: ["device"], site_id: site });
  const place = await admin(`${system.attendance}/api/v1/attendance/places`, "POST", { site_id: site, name: "Kiosk", policy: { evidence: [], mode: "toggle" } });
  return { ...account, site, place: place.id };
}
