// The board kept true by the feed: a snapshot first, then every event since, and a new snapshot whenever the
// feed says that it cannot vouch for what lies between.
import { callJson } from "./api.js";
import { applyEvent, emptyBoard, fromSnapshot } from "./board.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";

const FEED_LENGTH = 60;
const GLOW_MS = 2600;

async function fetchBoard() {
  // A board longer than one answer is read to its end; the cursor of the first page is the earliest, so the safe one.
  const first = await callJson("attendance", "/api/v1/attendance/board");
  const items = [...first.items];
  let next = first.next_cursor;
  while (next) {
    const page = await callJson("attendance", `/api/v1/attendance/board?cursor=${encodeURIComponent(next)}`);
    items.push(...page.items);
    next = page.next_cursor;
  }
  return { ...first, items };
}

export function useBoard(feed) {
  const [view, setView] = useState({ loading: true, error: null, board: emptyBoard, offset: 0 });
  const [events, setEvents] = useState([]);
  const [fresh, setFresh] = useState(() => new Set());
  const [first, setFirst] = useState(null);
  const live = useRef({ board: emptyBoard, pending: null, timer: null, round: 0 });

  const load = useCallback(async () => {
    const state = live.current;
    const round = (state.round += 1);
    state.pending = []; // events that arrive while the snapshot is on its way are applied on top of it
    try {
      const answer = await fetchBoard();
      if (round !== state.round) return;
      feed.seed(answer.cursor);
      state.board = fromSnapshot(answer);
      const snapshot = state.board;
      setFirst((known) => known ?? snapshot);
      for (const event of state.pending) state.board = applyEvent(state.board, event).board;
      state.pending = null;
      const offset = answer.server_time ? Date.parse(answer.server_time) - Date.now() : 0;
      setView({ loading: false, error: null, board: state.board, offset });
    } catch (error) {
      if (round !== state.round) return;
      state.pending = null;
      setView((old) => ({ ...old, loading: false, error }));
    }
  }, [feed]);

  const receive = useCallback((event) => {
    const state = live.current;
    setEvents((list) => [event, ...list].slice(0, FEED_LENGTH));
    // The row glows only when it changed; the entry in the list always does.
    const keys = event.status === "refused" ? [event.event_id] : [event.event_id, `p${event.employee_id}`];
    setFresh((set) => new Set([...set, ...keys]));
    setTimeout(() => setFresh((set) => without(set, event)), GLOW_MS);
    if (state.pending) state.pending.push(event);
    const { board, changed, refetch } = applyEvent(state.board, event);
    state.board = board;
    if (changed) setView((old) => ({ ...old, board }));
    if (refetch) {
      clearTimeout(state.timer);
      state.timer = setTimeout(load, 200);
    }
  }, [load]);

  useEffect(() => {
    load();
    const forget = feed.listen((message) => (message.type === "resync" ? load() : receive(message.event)));
    return () => {
      forget();
      clearTimeout(live.current.timer);
      live.current.round += 1;
    };
  }, [feed, load, receive]);
  return { ...view, events, fresh, first, reload: load };
}

function without(set, event) {
  const next = new Set(set);
  next.delete(event.event_id);
  next.delete(`p${event.employee_id}`);
  return next;
}
