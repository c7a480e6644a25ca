// From an error's code to two sentences: what happened, and what to do next.
import { waitText } from "./format.js";
import { has, t, wantWords } from "./i18n.js";

const BY_STATUS = { 401: "session_expired", 403: "forbidden", 404: "not_found", 413: "too_large", 415: "not_an_image", 429: "rate_limited", 503: "unavailable" };

/** {what, next, requestId}. Catalogue entries are "what|next". */
export function explain(error) {
  const code = error?.code ?? "unexpected";
  const known = [`err.${code}`, `err.${BY_STATUS[error?.status]}`].find(has);
  if (known !== `err.${code}`) wantWords("errors");
  const key = known ?? "err.unexpected";
  const [what, next] = t(key, { wait: waitText(error?.retryAfter ?? 30) }).split("|");
  return { what, next, requestId: error?.requestId ?? null, code };
}

/** The screen that helps with a problem, where there is one. */
export const helpfulScreen = (code) =>
  ["consent_missing", "consent_required", "not_enrolled"].includes(code) ? "face" : null;
