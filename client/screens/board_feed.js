// Every event as it came, newest first: the board says how things are, this says what happened.
import { StatusBadge } from "../components/badge.js";
import { Card } from "../components/card.js";
import { Empty } from "../components/empty.js";
import { earlierEvents } from "../lib/board.js";
import { sameDay, timeExact } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

function textOf(event) {
  if (event.kind === "voided") return t("event.voided");
  if (event.status === "refused") return t(`event.refused.${event.action}`);
  if (event.kind === "decided") return t(`event.decided.${event.action}`);
  return t(`event.made.${event.action}`);
}

function Entry({ event, row, zone, fresh }) {
  const name = row ? row.full_name || row.username : t("event.person", { id: event.employee_id });
  const doubtful = event.status !== "accepted" || event.kind === "decided";
  return html`<li class=${`event ${fresh ? "fresh" : ""}`} data-event=${event.event_id}>
    <span class="event-time figures muted">${timeExact(event.timestamp, zone)}</span>
    <span class="event-text"><bdi>${name}</bdi> <span class="muted">${textOf(event)}</span></span>
    ${doubtful && html`<${StatusBadge} status=${event.kind === "voided" ? "voided" : event.status} />`}</li>`;
}

export function BoardFeed({ events, fresh, first, rows, zone, now }) {
  const told = new Set(events.map((event) => event.id));
  const before = first ? earlierEvents(first, (since) => sameDay(since, now, zone)).filter((event) => !told.has(event.id)) : [];
  return html`<${Card} title=${t("event.title")} id="events-title" class="board-feed">
    ${events.length + before.length === 0 && html`<${Empty} icon="clock" title=${t("event.empty")}><p>${t("event.empty.text")}</p><//>`}
    <ol class="events" aria-live="polite" aria-relevant="additions">${events.map((event) => html`<${Entry} key=${event.event_id} event=${event}
      row=${rows.get(event.employee_id)} zone=${zone} fresh=${fresh.has(event.event_id)} />`)}
      ${before.map((event) => html`<${Entry} key=${`r${event.id}`} event=${event} row=${rows.get(event.employee_id)} zone=${zone} />`)}</ol>
  <//>`;
}
