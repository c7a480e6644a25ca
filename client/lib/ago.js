// Instants as people speak of them: how long ago, and exactly when.
import { formatter, IN_SECONDS, unitFor } from "./format.js";

/** "5 minutes ago", "yesterday", "in 3 days". */
export function relative(value, now) {
  const seconds = (new Date(value) - now) / 1000;
  const unit = unitFor(seconds);
  const amount = Math.round(seconds / IN_SECONDS[unit]);
  return formatter("RelativeTimeFormat", { numeric: "auto" }).format(amount, unit);
}

export const dateTime = (value, zone) =>
  formatter("DateTimeFormat", { dateStyle: "medium", timeStyle: "short", timeZone: zone }).format(new Date(value));
