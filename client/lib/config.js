// Addresses of the services: from window.HAZIR (config.js) where given, else the same host and the usual ports.
const PORTS = { auth: 8001, attendance: 8002, face: 8004, feed: 8103 };

/** The base address of each service. `given` values of "" or "/path" are relative to the page's origin. */
export function resolveConfig(given, place) {
  const http = (name) => {
    const value = given?.[name];
    if (value === undefined || value === null) return `${place.protocol}//${place.hostname}:${PORTS[name]}`;
    return new URL(value || "/", place.origin).href.replace(/\/$/, "");
  };
  const feedBase = given?.feed ?? `${place.protocol}//${place.hostname}:${PORTS.feed}/ws`;
  const feed = new URL(feedBase || "/ws", place.origin);
  feed.protocol = feed.protocol.replace("http", "ws");
  if (feed.pathname === "/") feed.pathname = "/ws";
  return { auth: http("auth"), attendance: http("attendance"), face: http("face"), feed: feed.href };
}

export const config = resolveConfig(globalThis.HAZIR, globalThis.location);
