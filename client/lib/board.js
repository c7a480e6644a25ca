// The board as a value: a snapshot of rows, moved on by events. Applying an event twice changes nothing,
// and an event older than the row's own record never takes a row back.

export const emptyBoard = { rows: new Map(), cursor: null };

export function fromSnapshot(answer) {
  return { rows: new Map(answer.items.map((row) => [row.employee_id, row])), cursor: answer.cursor };
}

/** {board, changed, refetch}: refetch when the event alone cannot say what the row is now. */
export function applyEvent(board, event) {
  const row = board.rows.get(event.employee_id);
  if (!row) return { board, changed: false, refetch: true };
  if (event.kind === "voided") return { board, changed: false, refetch: row.record_id === event.id };
  if (event.status === "refused") return { board, changed: false, refetch: row.record_id === event.id };
  // Whether a doubtful punch moves the person depends on how it came (live or late): the service knows.
  if (event.status !== "accepted") return { board, changed: false, refetch: true };
  const known = row.record_id ?? 0;
  if (event.id < known) return { board, changed: false, refetch: false };
  if (event.id === known && row.status === event.status) return { board, changed: false, refetch: false };
  const next = { ...row, action: event.action, since: event.timestamp, record_id: event.id,
    status: event.status, place_id: event.place_id ?? null };
  // Whether a photo belongs to the new record is not in the event; asking for one that is absent is worse.
  if (event.id !== known) next.photo = event.photo ?? false;
  const rows = new Map(board.rows);
  rows.set(event.employee_id, next);
  return { board: { ...board, rows }, changed: true, refetch: false };
}

const EARLIER = 20;

/** What a snapshot says has happened before the page was opened: each person's last record, newest first. */
export function earlierEvents(board, isToday) {
  return [...board.rows.values()]
    .filter((row) => row.record_id && row.since && row.status === "accepted" && isToday(row.since))
    .sort((a, b) => b.since.localeCompare(a.since))
    .slice(0, EARLIER)
    .map((row) => ({ id: row.record_id, employee_id: row.employee_id, action: row.action, timestamp: row.since, status: row.status, kind: "made" }));
}

const fold = (text) => (text ?? "").normalize("NFKD").replace(/\p{M}/gu, "").toLocaleLowerCase();

export function filterRows(rows, { text = "", team = "", show = "all" }) {
  const wanted = fold(text.trim());
  return [...rows.values()].filter((row) => {
    if (show !== "all" && row.action !== show) return false;
    if (team && !(row.team_ids ?? []).includes(Number(team))) return false;
    return !wanted || fold(row.full_name).includes(wanted) || fold(row.username).includes(wanted);
  }).sort(byRecency);
}

// Present people first, the latest change on top; those without any record last, by name.
function byRecency(a, b) {
  if (a.action !== b.action) return a.action === "in" ? -1 : 1;
  if (a.since !== b.since) return (b.since ?? "").localeCompare(a.since ?? "");
  return (a.full_name || a.username).localeCompare(b.full_name || b.username);
}

export function counts(rows) {
  const inside = [...rows.values()].filter((row) => row.action === "in").length;
  return { all: rows.size, in: inside, out: rows.size - inside };
}
