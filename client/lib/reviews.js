// The queue of doubtful records: what waits, what was decided, and taking a decision back.
import { callJson } from "./api.js";
import { useEffect, useLayoutEffect, useRef } from "./html.js";
import { letterOf } from "./keys.js";

export const REVIEWS = "/api/v1/attendance/reviews";
/** Why a record is in the queue, as the service says and can be asked for. */
export const REASONS = ["face_doubtful", "liveness_doubtful", "face_undecided", "face_pending", "without_face", "late_punch", "other"];
const decision = (id) => `/api/v1/attendance/records/${id}/decision`;

export const decide = (id, word, reason) =>
  callJson("attendance", decision(id), { method: "POST", json: { decision: word, ...(reason && { reason }) } });
export const undo = (id) => callJson("attendance", `${decision(id)}/undo`, { method: "POST" });

/** How long a decision can be taken back by whoever made it. */
export const UNDO_MS = 10 * 60 * 1000;

/** 0 to 1 for the bar: similarities are cosines, of which only the upper part tells faces apart. */
export const share = (similarity) => Math.min(1, Math.max(0, similarity));

const QUIET_MS = 300;

/** Calls `changed` when the feed tells of anything the queue may hold, once for a burst. */
export function useReviewFeed(feed, changed) {
  const latest = useRef(changed);
  latest.current = changed;
  useEffect(() => {
    let timer = null;
    const forget = feed.listen((message) => {
      const touches = message.type === "resync" || message.event.kind !== "made" || message.event.status === "review";
      if (!touches) return;
      clearTimeout(timer);
      timer = setTimeout(() => latest.current(message.event), QUIET_MS);
    });
    return () => {
      forget();
      clearTimeout(timer);
    };
  }, [feed]);
}

const FIELDS = "input, select, textarea, [contenteditable]";

/** Single keys for whoever works through a list; never while one types, never with a modifier, and only when they are on. Held down, only those that `move` repeat. */
export function useKeys(on, keys, move = []) {
  const latest = useRef(keys);
  latest.current = keys;
  useLayoutEffect(() => {
    if (!on) return undefined;
    const press = (event) => {
      if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest?.(FIELDS) || document.querySelector("dialog[open]")) return;
      const letter = letterOf(event);
      const work = latest.current[letter];
      if (!work) return;
      event.preventDefault();
      if (!event.repeat || move.includes(letter)) work();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, [on]);
}
