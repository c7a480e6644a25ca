// What a kiosk asks the services, by whichever way somebody is known.
import { callJson } from "./api.js";

const BASE = "/api/v1/attendance/kiosk";
export const SOON_MS = 8000; // people stand and wait: longer than this is as good as no network

/** {frames, further?, challenge?}, {badge} or {person, pin} -> {ticket, employee, action, photo, expires_at}; `photo`: confirming needs a picture. */
export function look(who, place) {
  const where = place ? { place_id: place.id } : {};
  if (!who.frames) return callJson("attendance", `${BASE}/look`, { method: "POST", json: { ...who, ...where }, timeout: SOON_MS });
  const form = new FormData();
  who.frames.forEach((frame, i) => form.append("image", frame, `frame-${i + 1}.jpg`));
  who.further?.forEach((frame, i) => form.append("frame", frame, `frame-${who.frames.length + i + 1}.jpg`));
  if (who.challenge) form.append("challenge", who.challenge);
  if (place) form.append("place_id", place.id);
  return callJson("attendance", `${BASE}/look`, { method: "POST", multipart: form, timeout: SOON_MS });
}

/** The record. The same body under the same key, however often it has to be sent. */
export const confirm = (json, key) => callJson("attendance", `${BASE}/confirm`, { method: "POST", json, key, timeout: SOON_MS });

/** What was kept, each once by its own id: {results: [{id, status, record, error}]}. */
export const sendKept = (punches) =>
  callJson("attendance", "/attendance/batch", { method: "POST", json: { punches, sent_at: new Date().toISOString() }, timeout: 30000 });

/** The places of the kiosk's site; also how it learns whether the service can be reached. */
export const places = async () => (await callJson("attendance", "/api/v1/attendance/places", { timeout: SOON_MS })).items;

/** Where this tablet's punches count: the one chosen on it, else the usual one, of those that let a kiosk decide on in and out. */
export function placeOf(items, chosen) {
  const fitting = (items ?? []).filter((place) => place.policy.mode === "toggle");
  return fitting.find((place) => place.id === chosen) ?? fitting.find((place) => place.is_default) ?? fitting[0] ?? null;
}
