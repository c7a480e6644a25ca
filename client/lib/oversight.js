// What an administrator watches over: places and their policies, one face on two accounts, checks that gave up.
import { callJson } from "./api.js";

const PLACES = "/api/v1/attendance/places";
const send = (service, method, path, json) => callJson(service, path, { method, json });

export const places = () => callJson("attendance", PLACES).then((page) => page.items);
export const addPlace = (json) => send("attendance", "POST", PLACES, json);
export const changePlace = (id, json) => send("attendance", "PATCH", `${PLACES}/${id}`, json);
export const newPolicy = (id, policy) => send("attendance", "POST", `${PLACES}/${id}/policies`, policy);

export const EVIDENCE = ["photo", "face", "liveness"];

/** Evidence as it hangs together: a live check is one of the face, and a face is seen in a photo. */
export function withEvidence(asked, item, on) {
  const set = new Set(asked.filter((one) => one !== "none"));
  if (on) set.add(item);
  else set.delete(item);
  if (on && item === "liveness") set.add("face");
  if (!on && item === "face") set.delete("liveness");
  return EVIDENCE.filter((one) => set.has(one)).concat([...set].filter((one) => !EVIDENCE.includes(one)));
}

/** A policy to be sent back: all that came, without what the service itself fills in. */
export const toPolicy = ({ version, created_by, created_at, ...policy }) => policy;

export const ALARMS = "/api/v1/faces/alarms";
export const closeAlarm = (id, note) => send("face", "PATCH", `${ALARMS}/${id}`, { state: "closed", note });

export const JOBS = "/api/v1/jobs";
export const retryJob = (id) => send("face", "POST", `${JOBS}/${id}/retry`);
