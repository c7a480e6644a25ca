// Every call to a service goes through here: the token, one refresh on 401, a time limit, and one kind of error.
import { config } from "./config.js";
import { getToken, refreshToken } from "./token.js";

const DEFAULT_TIMEOUT_MS = 15000;

/** What went wrong, by the service's stable `code`. `network` is true when no answer was had. */
export class ApiError extends Error {
  constructor(code, more = {}) {
    super(more.detail || code);
    this.name = "ApiError";
    this.code = code;
    this.status = more.status ?? 0;
    this.field = more.field ?? null;
    this.requestId = more.requestId ?? null;
    this.retryAfter = more.retryAfter ?? null;
    this.record = more.record ?? null;
    this.challenge = more.challenge ?? null;
    this.methods = more.methods ?? [];
    this.body = more.body ?? {};
    this.network = more.network ?? false;
  }

  /** Whether the same request may succeed later without the person changing anything. */
  get retryable() {
    return this.network || this.status >= 500 || this.status === 429 || this.code === "in_flight";
  }
}

let sessionEnded = () => {};

/** Names the function called when a refresh was refused, so that this module need not know the session. */
export function onSessionEnd(callback) {
  sessionEnded = callback;
}

async function problemOf(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // A proxy in between may answer HTML: the status still says enough.
  }
  const code = body.code || (response.status >= 500 ? "unavailable" : "unexpected");
  return new ApiError(code, {
    status: response.status,
    detail: body.detail || body.error,
    field: body.field,
    record: body.record,
    challenge: body.challenge,
    body,
    methods: body.methods,
    requestId: body.request_id || response.headers.get("X-Request-Id"),
    retryAfter: Number(response.headers.get("Retry-After")) || null,
  });
}

function buildRequest({ method = "GET", json, form, multipart, csv, key, auth = true, timeout, credentials }) {
  const headers = {};
  let body;
  if (json !== undefined) {
    headers["Content-Type"] = "application/json";
    body = typeof json === "string" ? json : JSON.stringify(json);
  } else if (form) {
    body = new URLSearchParams(form);
  } else if (multipart) {
    body = multipart;
  } else if (csv !== undefined) {
    headers["Content-Type"] = "text/csv; charset=utf-8";
    body = csv;
  }
  if (key) headers["Idempotency-Key"] = key;
  if (auth && getToken()) headers.Authorization = `Bearer ${getToken()}`;
  const signal = AbortSignal.timeout(timeout ?? DEFAULT_TIMEOUT_MS);
  return { method, headers, body, signal, credentials: credentials ?? "omit", cache: "no-store" };
}

async function send(service, path, options) {
  try {
    return await fetch(config[service] + path, buildRequest(options));
  } catch (error) {
    const code = error?.name === "TimeoutError" ? "timeout" : "network";
    throw new ApiError(code, { network: true });
  }
}

async function renew() {
  try {
    return await refreshToken();
  } catch {
    throw new ApiError("network", { network: true });
  }
}

/** Calls a service and returns the successful Response; throws ApiError for everything else. */
export async function call(service, path, options = {}) {
  const auth = options.auth ?? true;
  // Without a token (after a reload) the first call would only earn a 401: ask for one first.
  let renewed = false;
  if (auth && !getToken()) renewed = await renewOrEnd();
  let response = await send(service, path, options);
  if (response.ok) return response;
  let problem = await problemOf(response);
  if (auth && tokenRefused(problem) && !renewed) {
    await renewOrEnd();
    response = await send(service, path, options);
    if (response.ok) return response;
    problem = await problemOf(response);
  }
  if (auth && tokenRefused(problem)) {
    sessionEnded();
    problem.code = "session_expired";
  }
  throw problem;
}

// A wrong password or code inside a session is a 401 too, with a code of its own: trying it again would count twice.
const tokenRefused = ({ status, code }) => status === 401 && (code === "unauthenticated" || code === "unexpected");

async function renewOrEnd() {
  if (await renew()) return true;
  sessionEnded();
  throw new ApiError("session_expired", { status: 401 });
}

export async function callJson(service, path, options) {
  const response = await call(service, path, options);
  return response.status === 204 ? null : response.json();
}

/** A key for one intent of a person; the same key goes with every retry of that intent. */
export const newKey = () => crypto.randomUUID?.() ?? fallbackKey();

// randomUUID needs a secure context; a phone on plain HTTP in the local network has only getRandomValues.
function fallbackKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((b) => b.toString(16).padStart(2, "0")).join("");
}
