// What was decided: reading the lines, and saying plainly what a decision changed.

export const SOURCES = { auth: "/api/v1/audit", attendance: "/api/v1/attendance/audit", face: "/api/v1/faces/audit" };

/** The filter that lets everything through. */
export const ALL_LINES = { source: "auth", actor: null, object: null, action: "", from: "", to: "" };

const isObject = (value) => value !== null && typeof value === "object" && !Array.isArray(value);
const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);
const KEPT_FROM_SIGHT = /password|secret|token|hash/i;

/** [{path, from, to}]: what differs between two states, by name; a missing side is undefined. */
export function differences(before, after, path = "") {
  const names = [...new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])];
  return names.flatMap((name) => {
    const from = before?.[name];
    const to = after?.[name];
    const here = path ? `${path}.${name}` : name;
    if (isObject(from) || isObject(to)) return differences(isObject(from) ? from : {}, isObject(to) ? to : {}, here);
    return same(from, to) ? [] : [{ path: here, from, to }];
  });
}

/** A value as one reads it: lists without brackets; null where nothing is to be said. */
export function readable(path, value) {
  if (value === undefined || value === null || value === "") return null;
  if (KEPT_FROM_SIGHT.test(path) && typeof value !== "boolean") return "•••";
  if (Array.isArray(value)) return value.length ? value.map((item) => (isObject(item) ? JSON.stringify(item) : String(item))).join(", ") : null;
  return String(value);
}

/** {kind, id} of an object's name: "person:12" is a person, 12. */
export function objectOf(name) {
  const [kind, ...rest] = String(name ?? "").split(":");
  return { kind, id: rest.join(":") };
}

/** The shown lines as rows of a table, headed by the columns' names in the service's words. */
export function toRows(items) {
  const head = ["number", "at", "actor", "action", "object", "object_name", "before", "after", "reason", "request_id", "chained"];
  return [head, ...items.map((line) => [
    line.number, line.at, line.actor?.username ?? "", line.action, line.object, line.object_name,
    line.before && JSON.stringify(line.before), line.after && JSON.stringify(line.after), line.reason, line.request_id, line.chained,
  ])];
}
