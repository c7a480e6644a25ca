// PIN and badge of a person: by what they are known at a kiosk without their face.
import { callJson } from "./api.js";

const path = (id) => `/api/v1/users/${id}/kiosk`;

/** {pin: whether there is one, badge_hint: the end of the badge's code or null}. */
export const kioskOf = (id) => callJson("auth", path(id));
/** {pin?, badge?}: null takes it away, what is not named stays. */
export const setKiosk = (id, json) => callJson("auth", path(id), { method: "PUT", json });
