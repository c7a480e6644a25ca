// Dates, times and numbers as the reader writes them. Everything goes through Intl: for Persian that is
// also the calendar, and nothing here adds up days or pads digits by hand.
import { language } from "./i18n.js";

const made = new Map();

export function formatter(kind, options) {
  const { locale } = language.get();
  const key = `${kind}|${locale}|${JSON.stringify(options)}`;
  if (!made.has(key)) made.set(key, new Intl[kind](locale, options));
  return made.get(key);
}

export const number = (value) => formatter("NumberFormat", {}).format(value);
/** A number that names something: without separators of thousands. */
export const plainNumber = (value) => formatter("NumberFormat", { useGrouping: false }).format(value);
/** A text that reads from left to right within any sentence: a version, a code. */
export const isolated = (text) => `\u2066${text}\u2069`;
export const percent = (value) => formatter("NumberFormat", { style: "percent" }).format(value);

/** Hour and minute in the zone of the place where the person works, not of the reader's machine. */
export const time = (value, zone) =>
  formatter("DateTimeFormat", { hour: "2-digit", minute: "2-digit", timeZone: zone }).format(new Date(value));

export const timeExact = (value, zone) =>
  formatter("DateTimeFormat", { hour: "2-digit", minute: "2-digit", second: "2-digit", timeZone: zone }).format(new Date(value));

export const longDate = (value, zone) =>
  formatter("DateTimeFormat", { weekday: "long", day: "numeric", month: "long", timeZone: zone }).format(new Date(value));

export const shortDate = (value, zone) =>
  formatter("DateTimeFormat", { dateStyle: "medium", timeZone: zone }).format(new Date(value));

/** The same text for two instants of one calendar day in that zone. */
const dayKey = (value, zone) => formatter("DateTimeFormat", { dateStyle: "short", timeZone: zone }).format(new Date(value));

export const sameDay = (a, b, zone) => dayKey(a, zone) === dayKey(b, zone);

/** A time alone when it was today, else with its date: "since" must never be read as today's by mistake. */
export function moment(value, zone, now) {
  if (sameDay(value, now, zone)) return time(value, zone);
  const options = { weekday: "short", day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", timeZone: zone };
  return formatter("DateTimeFormat", options).format(new Date(value));
}

/** Whole hours, minutes and seconds of a duration in milliseconds; never negative. */
export function split(ms) {
  const total = Math.max(0, Math.floor(ms / 1000));
  return { hours: Math.floor(total / 3600), minutes: Math.floor(total / 60) % 60, seconds: total % 60 };
}

export const twoDigits = (value) => formatter("NumberFormat", { minimumIntegerDigits: 2 }).format(value);

/** Fraction of the zone's day (0 to 1) at which an instant lies: the position on the day ribbon. */
export function dayFraction(value, zone) {
  const parts = new Intl.DateTimeFormat("en-GB", {
    hour: "numeric", minute: "numeric", second: "numeric", hourCycle: "h23", timeZone: zone,
  }).formatToParts(new Date(value));
  const part = (type) => Number(parts.find((p) => p.type === type).value);
  return (part("hour") * 3600 + part("minute") * 60 + part("second")) / 86400;
}

const UNITS = [["second", 90], ["minute", 90 * 60], ["hour", 36 * 3600], ["day", Infinity]];
export const IN_SECONDS = { second: 1, minute: 60, hour: 3600, day: 86400 };
export const unitFor = (seconds) => UNITS.find(([, below]) => Math.abs(seconds) < below)[0];

/** How long a wait is, rounded up to what one says: "40 seconds", "12 minutes". */
export function waitText(seconds) {
  const unit = unitFor(seconds);
  const value = Math.max(1, Math.ceil(seconds / IN_SECONDS[unit]));
  return formatter("NumberFormat", { style: "unit", unit, unitDisplay: "long" }).format(value);
}

export const list = (items) => formatter("ListFormat", { style: "long", type: "conjunction" }).format(items);
