// A person's day from its records: intervals between an in and the out that follows it.
// A forgotten out leaves an interval open; hours are never invented for it.

const COUNTS = new Set(["accepted", "pending", "review"]);

/** [{from, to|null}] oldest first. `to` is null for the interval that is still open. */
export function intervals(records) {
  const sorted = records
    .filter((record) => COUNTS.has(record.status))
    .sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const result = [];
  for (const record of sorted) {
    const last = result[result.length - 1];
    if (record.action === "in") result.push({ from: record.timestamp, to: null });
    else if (last && last.to === null) last.to = record.timestamp;
  }
  return result;
}

/** Milliseconds of one interval; an open one counts only when it is the last (the person is in now). */
export function lengthOf(interval, isLast, now) {
  if (interval.to) return Date.parse(interval.to) - Date.parse(interval.from);
  return isLast ? Math.max(0, now - Date.parse(interval.from)) : 0;
}

export const worked = (list, now) =>
  list.reduce((sum, interval, i) => sum + lengthOf(interval, i === list.length - 1, now), 0);
