import { StatusBadge } from "../components/badge.js";
import { Card } from "../components/card.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Icon } from "../components/icon.js";
import { lazy } from "../components/lazy.js";
import { moment, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

// Most people's records have no photo.
const Thumbnail = lazy(() => import("../components/photo.js").then((module) => module.Thumbnail), { lines: 1 });

function Item({ action, when, place, status, photo }) {
  return html`<li class="record" data-status=${status}>
    <span class="record-icon"><${Icon} name=${action === "in" ? "enter" : "leave"} /></span>
    <div class="record-text"><strong>${t(`record.${action}`)} <span class="figures nowrap">${when}</span></strong>
      <span class="row record-more"><${StatusBadge} status=${status} />${place && html`<span class="muted small">${place}</span>`}</span></div>
    ${photo}
  </li>`;
}

function Body({ records, waiting, zone, names, now }) {
  if (records.length === 0 && waiting.length === 0) {
    return html`<${Empty} title=${t("records.empty")}><p>${t("records.empty.text")}</p><//>`;
  }
  return html`<ul class="records">
    ${[...waiting].reverse().map((intent) => html`<${Item} key=${intent.key} action=${intent.action} status="queued"
      when=${time(intent.claimedAt, zone)} place=${names.get(intent.placeId)} />`)}
    ${records.map((record) => html`<${Item} key=${record.id} action=${record.action} status=${record.status}
      when=${moment(record.timestamp, zone, now)} place=${names.get(record.place_id)}
      photo=${record.photo && html`<${Thumbnail} path=${`/api/v1/attendance/records/${record.id}/photo`}
        alt=${t("record.photo", { time: time(record.timestamp, zone) })} />`} />`)}
  </ul>`;
}

export function Records({ records, waiting, loading, zone, names, now }) {
  return html`<${Card} title=${t("records.title")} id="records-title" class="today-records">
    ${loading && html`<${Skeleton} lines=${4} />`}
    ${!loading && html`<${Body} records=${records ?? []} waiting=${waiting} zone=${zone} names=${names} now=${now} />`}
  <//>`;
}
