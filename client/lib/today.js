// What the first screen knows: the state, today's records and the places, fetched again whenever the feed
// or a punch says that something changed.
import { callJson } from "./api.js";
import { sameDay, time } from "./format.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";
import { t } from "./i18n.js";
import { applyDecision, onRecorded } from "./punch.js";
import { zoneOf } from "./session.js";
import { toast } from "./toasts.js";

const DAY_MS = 86400000;

const DECIDED = { accepted: "check", refused: "cross", voided: "cross", review: "eye" };

/** Says a later decision on one's own record; the list and the result change in place. */
function tell(event, zone) {
  if (event.kind === "made" || !DECIDED[event.status]) return;
  const what = t(`record.${event.action}`);
  toast(t("decided", { what, time: time(event.timestamp, zone), status: t(`status.${event.status}`) }), DECIDED[event.status]);
}

async function fetchToday(employeeId) {
  const asked = Date.now();
  const from = new Date(asked - DAY_MS).toISOString();
  const query = new URLSearchParams({ employee_id: employeeId, from, limit: 100 });
  const [state, records] = await Promise.all([
    callJson("attendance", "/api/v1/attendance/state"),
    callJson("attendance", `/api/v1/attendance/records?${query}`),
  ]);
  const middle = (asked + Date.now()) / 2;
  const offset = state.server_time ? Date.parse(state.server_time) - middle : 0;
  return { state, records: todays(records.items, state, middle + offset), offset };
}

/** Today's records in the person's zone, and those of a shift that began yesterday and still runs. */
export function todays(items, state, now) {
  const open = state.action === "in" && state.since ? Date.parse(state.since) : Infinity;
  return items
    .filter((record) => sameDay(record.timestamp, now, state.zone) || Date.parse(record.timestamp) >= open)
    .sort((a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp));
}

export function useToday(me, feed) {
  const [view, setView] = useState({ loading: true, error: null, data: null });
  const round = useRef(0);
  const load = useCallback(async () => {
    const mine = (round.current += 1);
    try {
      const data = await fetchToday(me.employee_id);
      if (mine === round.current) setView({ loading: false, error: null, data });
    } catch (error) {
      // What is already shown stays: an old truth with its time beats an empty screen.
      if (mine === round.current) setView((old) => ({ loading: false, error, data: old.data }));
    }
  }, [me.employee_id]);
  useEffect(() => {
    load();
    const forgetPunch = onRecorded(load);
    const forgetFeed = feed.listen((message) => {
      if (message.type === "record" && message.event.employee_id !== me.employee_id) return;
      if (message.type === "record") {
        applyDecision(message.event);
        tell(message.event, zoneOf(me));
      }
      load();
    });
    return () => {
      forgetPunch();
      forgetFeed();
    };
  }, [load, feed]);
  return { ...view, reload: load };
}

export function usePlaces() {
  const [places, setPlaces] = useState({ items: null, error: null });
  const load = () => {
    setPlaces({ items: null, error: null });
    callJson("attendance", "/api/v1/attendance/places")
      .then((answer) => setPlaces({ items: answer.items, error: null }))
      .catch((error) => setPlaces({ items: [], error }));
  };
  useEffect(load, []);
  return { ...places, reload: load };
}

/** The instant on the server's clock, renewed every second while the screen is visible. */
export function useServerNow(offset) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => document.visibilityState === "visible" && setNow(Date.now()), 1000);
    const shown = () => setNow(Date.now());
    document.addEventListener("visibilitychange", shown);
    return () => {
      clearInterval(timer);
      document.removeEventListener("visibilitychange", shown);
    };
  }, []);
  return now + offset;
}
