// Who decided what, and when: newest first, each line openable to what it changed.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Empty } from "../components/empty.js";
import { Field, Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { RequestId } from "../components/problem.js";
import { Tabs } from "../components/tabs.js";
import { nameOf, useOrganisation } from "../lib/admin.js";
import { dateTime } from "../lib/ago.js";
import { ALL_LINES, differences, objectOf, readable, SOURCES, toRows } from "../lib/audit.js";
import { download, toCsv } from "../lib/csv.js";
import { useDraft } from "../lib/draft.js";
import { list, longDate, number, plainNumber, sameDay, time, timeExact } from "../lib/format.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { usePages } from "../lib/pages.js";
import { zoneOf } from "../lib/session.js";
import { Listing } from "./admin_parts.js";

const PAGE = 50;
const ACTIONS = {
  auth: ["account.registered", "account.created", "account.arrived", "account.seeded", "account.changed", "account.admin_kept", "people.imported", "person.teams", "password.changed", "password.link_made", "password.reset",
    "second_factor.enabled", "second_factor.disabled", "second_factor.removed", "second_factor.recovery_used", "second_factor.recovery_renewed", "session.revoked", "signin.refused", "signin.gone",
    "invitation.made", "invitation.changed", "invitation.used", "team.created", "team.changed", "team.deleted", "team.members", "team.managers", "site.created", "site.changed",
    "kiosk.pin_set", "kiosk.pin_removed", "kiosk.badge_set", "kiosk.badge_removed", "key.published", "key.signs", "key.withdrawn", "service.secret"],
  attendance: ["place.add", "place.change", "policy.version", "record.decide", "record.undo", "photos.erase", "photos.purge", "data.export"],
  face: ["consent_given", "consent_withdrawn", "consent_erased", "consent_expired", "enrol_faces", "erase_faces", "renew_faces", "data.erase", "data.export",
    "verify_face", "identify_face", "check_liveness", "raise_alarm", "close_alarm", "retry_job"],
};

export const actionWord = (action) => (has(`audit.${action}`) ? t(`audit.${action}`) : action);
const fieldWord = (path) => (has(`audit.field.${path}`) ? t(`audit.field.${path}`) : path);
const DAY_MS = 86400000;

/** From the beginning of one day to the end of the other, both as the reader's device has them. */
function span({ from, to }) {
  return {
    from: from && new Date(`${from}T00:00`).toISOString(),
    to: to && new Date(Date.parse(`${to}T00:00`) + DAY_MS).toISOString(),
  };
}

function Chip({ icon, text, onClear }) {
  return html`<span class="chip"><${Icon} name=${icon} /><bdi>${text}</bdi><button type="button" aria-label=${t("filter.clear", { name: text })} onClick=${onClear}><${Icon} name="cross" /></button></span>`;
}

function Filters({ filter, change, onExport, ready }) {
  const sources = Object.keys(SOURCES).map((value) => ({ value, label: t(`audit.source.${value}`) }));
  const actions = [{ value: "", label: t("audit.any_action") }, ...ACTIONS[filter.source].map((value) => ({ value, label: actionWord(value) }))];
  const day = (name) => html`<${Field} id=${`audit-${name}`} type="date" label=${t(`audit.${name}`)} value=${filter[name]} onValue=${(value) => change({ [name]: value })} />`;
  return html`<div class="filters admin-filters audit-filters">
      <${Tabs} label=${t("audit.source")} value=${filter.source} onValue=${(source) => change({ ...ALL_LINES, source })} options=${sources} />
      <${Select} id="audit-action" label=${t("audit.action")} value=${filter.action} onValue=${(action) => change({ action })} options=${actions} />
      ${day("from")}${day("to")}
      <${Button} kind="quiet" icon="download" disabled=${!ready} onClick=${onExport}>${t("audit.export")}<//></div>
    ${(filter.actor || filter.object) && html`<div class="row">
      ${filter.actor && html`<${Chip} icon="people" text=${filter.actor.name} onClear=${() => change({ actor: null })} />`}
      ${filter.object && html`<${Chip} icon="search" text=${filter.object.name} onClear=${() => change({ object: null })} />`}</div>`}`;
}

function Side({ kind, text }) {
  const Tag = kind === "before" ? "del" : "ins";
  return html`<span class="diff-side">${text === null ? html`<span class="muted">${t("audit.nothing")}</span>`
    : html`<${Tag} class=${`diff-${kind}`}><span class="visually-hidden">${t(`audit.${kind}`)}: </span><bdi>${text}</bdi></${Tag}>`}</span>`;
}

function Differences({ found, say }) {
  if (found.length === 0) return html`<p class="muted small">${t("audit.no_difference")}</p>`;
  return html`<dl class="diff">${found.map(({ path, from, to }) => html`<div class="diff-row" key=${path}><dt>${fieldWord(path)}</dt>
    <dd>${from !== undefined && html`<${Side} kind="before" text=${say(path, from)} /><span class="diff-arrow" aria-hidden="true">→</span>`}<${Side} kind="after" text=${say(path, to)} /></dd></div>`)}</dl>`;
}

const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

/** Says a stored value in the reader's words: names for numbers, their own calendar, their word for a role. */
function sayer({ sites, teams }, zone) {
  const one = (path, value) => {
    if (typeof value === "boolean") return t(value ? "yes" : "no");
    if (/(^|\.)roles?$/.test(path) && has(`role.${value}`)) return t(`role.${value}`);
    if (/(^|\.)site_id$/.test(path)) return nameOf(sites, value) ?? String(value);
    if (/(^|\.)team_ids?$/.test(path)) return nameOf(teams, value) ?? String(value);
    if (typeof value === "number") return plainNumber(value);
    if (typeof value === "string" && ISO.test(value)) return dateTime(value, zone);
    return readable(path, value);
  };
  return (path, value) => (Array.isArray(value) && value.length ? list(value.map((item) => one(path, item))) : one(path, value));
}

function objectName(line) {
  if (line.object_name) return line.object_name;
  const { kind, id } = objectOf(line.object);
  const named = /^\d+$/.test(id) ? plainNumber(Number(id)) : id;
  return has(`audit.kind.${kind}`) ? `${t(`audit.kind.${kind}`)} ${named}` : line.object;
}

const actorName = (actor) => actor.username ?? `${t("audit.kind.person")} ${plainNumber(actor.employee_id)}`;

function Line({ line, zone, change, say }) {
  const actor = line.actor;
  const found = differences(line.before, line.after);
  return html`<li class="audit-line" data-line=${line.id}>
    <time class="muted figures audit-time" datetime=${line.at} title=${timeExact(line.at, zone)}>${time(line.at, zone)}</time>
    <div class="audit-body"><p class="audit-what"><strong>${actionWord(line.action)}</strong>
        ${line.object && html` <button type="button" class="link" title=${line.object} onClick=${() => change({ object: { id: line.object, name: objectName(line) } })}><bdi>${objectName(line)}</bdi></button>`}
        ${!line.chained && html` <${Badge} tone="wait" icon="hourglass">${t("audit.not_chained")}<//>`}</p>
      <p class="small muted">${t("audit.by")} ${actor ? html`<button type="button" class="link" onClick=${() => change({ actor: { id: actor.employee_id, name: actor.username } })}><bdi dir="ltr">${actorName(actor)}</bdi></button>` : t("audit.system")}
        ${line.reason && html` · <q class="wrap-anywhere"><bdi>${line.reason}</bdi></q>`}</p>
      <details class="audit-more"><summary>${found.length ? list(found.map(({ path }) => fieldWord(path))) : t("details")}</summary><div class="stack-s"><${Differences} found=${found} say=${say} />
        <p class="muted small">${line.chained ? t("audit.chained", { n: number(line.number) }) : t("audit.not_chained.text")}</p><${RequestId} id=${line.request_id} /></div></details></div></li>`;
}

/** [{at, lines}]: the lines of each day together, in their order. */
function byDay(lines, zone) {
  const days = [];
  for (const line of lines) {
    const last = days.at(-1);
    if (last && sameDay(last.at, line.at, zone)) last.lines.push(line);
    else days.push({ at: line.at, lines: [line] });
  }
  return days;
}

export function AuditLines({ me }) {
  const [filter, setFilter] = useDraft("audit", ALL_LINES);
  const zone = zoneOf(me);
  const change = (part) => setFilter((old) => ({ ...old, ...part }));
  const query = { actor: filter.actor?.id, object: filter.object?.id, action: filter.action, ...span(filter), limit: PAGE };
  const pages = usePages(filter.source, SOURCES[filter.source], query);
  const items = pages.items ?? [];
  const say = sayer(useOrganisation(me), zone);
  const filtered = JSON.stringify({ ...filter, source: "" }) !== JSON.stringify({ ...ALL_LINES, source: "" });
  return html`<div class="stack"><${Filters} filter=${filter} change=${change} ready=${items.length > 0} onExport=${() => download("hazir-audit.csv", toCsv(toRows(items)))} />
    <${Listing} pages=${pages} empty=${html`<${Empty} icon="list" title=${t("audit.none")}><p>${t("audit.none.text")}</p>
        ${filtered && html`<${Button} kind="quiet" onClick=${() => change({ ...ALL_LINES, source: filter.source })}>${t("people.clear")}<//>`}<//>`}>
      <${Card} class="audit">${byDay(items, zone).map((day) => html`<section key=${day.at} class="audit-day"><h2>${longDate(day.at, zone)}</h2>
        <ol>${day.lines.map((line) => html`<${Line} key=${line.id} line=${line} zone=${zone} change=${change} say=${say} />`)}</ol></section>`)}<//><//></div>`;
}
