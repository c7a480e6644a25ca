// Who is in, now. Dense, because managers read it all day; calm, because little of it needs them.
import "../components/icons_more.js";
import { Avatar } from "../components/avatar.js";
import { PresenceBadge, StatusBadge } from "../components/badge.js";
import { Card } from "../components/card.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Field, Select } from "../components/field.js";
import { AvatarPhoto } from "../components/photo.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { Tabs } from "../components/tabs.js";
import { counts, filterRows } from "../lib/board.js";
import { useBoard } from "../lib/board_live.js";
import { useDraft } from "../lib/draft.js";
import { longDate, moment, number } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { zoneOf } from "../lib/session.js";
import { useTeams } from "../lib/teams.js";
import { usePlaces, useServerNow } from "../lib/today.js";
import { durationText } from "./today_hero.js";
import { BoardFeed } from "./board_feed.js";

const nameOf = (row) => row.full_name || row.username;

function Person({ row }) {
  const photo = row.photo && row.record_id && html`<${AvatarPhoto} key=${row.record_id} path=${`/api/v1/attendance/records/${row.record_id}/photo`} />`;
  return html`<span class="person"><${Avatar} name=${nameOf(row)} small>${photo}<//>
    <span class="person-text"><span class="wrap-anywhere"><bdi>${nameOf(row)}</bdi></span>
      ${row.full_name && html`<span class="muted small wide-only"><bdi>${row.username}</bdi></span>`}</span></span>`;
}

function columnsFor({ zone, now, teams, places }) {
  const teamNames = (row) => (row.team_ids ?? []).map((id) => teams.get(id)).filter(Boolean).join(", ");
  return [
    { key: "who", label: t("board.who"), cell: (row) => html`<${Person} row=${row} />` },
    { key: "state", label: t("board.state"), cell: (row) => html`<span class="row"><${PresenceBadge} action=${row.action} />
      ${row.status && row.status !== "accepted" && html`<${StatusBadge} status=${row.status} />`}</span>` },
    { key: "since", label: t("board.since"), class: "figures", cell: (row) => row.since
      ? html`<span class="nowrap">${moment(row.since, zone, now)}</span>${row.action === "in" && html` <span class="muted small nowrap">${durationText(now - Date.parse(row.since))}</span>`}`
      : html`<span class="muted">${t("board.never")}</span>` },
    { key: "team", label: t("board.team"), class: "wide-only muted", cell: teamNames },
    { key: "place", label: t("board.place"), class: "wide-only muted", cell: (row) => places.get(row.place_id) ?? "" },
  ];
}

function Filters({ filter, setFilter, total, teams }) {
  const change = (part) => setFilter({ ...filter, ...part });
  const options = ["all", "in", "out"].map((value) => ({ value, label: t(`board.show.${value}`), count: number(total[value]) }));
  const teamOptions = [{ value: "", label: t("board.teams.all") }, ...[...teams].map(([value, label]) => ({ value, label }))];
  return html`<div class="filters">
    <${Tabs} label=${t("board.show")} value=${filter.show} onValue=${(show) => change({ show })} options=${options} />
    ${teams.size > 0 && html`<${Select} id="team" label=${t("board.team")} hideLabel value=${filter.team} onValue=${(team) => change({ team })} options=${teamOptions} />`}
    <div class="search"><${Field} id="search" label=${html`<span class="visually-hidden">${t("board.search")}</span>`} type="search"
      placeholder=${t("board.search")} value=${filter.text} onValue=${(text) => change({ text })} autocomplete="off" /></div>
  </div>`;
}

function People({ view, filter, context }) {
  const rows = filterRows(view.board.rows, filter);
  if (view.loading) return html`<${Skeleton} lines=${9} />`;
  if (view.board.rows.size === 0 && view.error) return null;
  if (view.board.rows.size === 0) return html`<${Empty} icon="people" title=${t("board.empty")}><p>${t("board.empty.text")}</p><//>`;
  if (rows.length === 0) return html`<${Empty} icon="search" title=${t("board.no_match")}><p>${t("board.no_match.text")}</p><//>`;
  return html`<${Table} caption=${t("board.caption")} columns=${columnsFor(context)} rows=${rows}
    rowKey=${(row) => row.employee_id} rowClass=${(row) => (view.fresh.has(`p${row.employee_id}`) ? "fresh" : "")} />`;
}

export function Board({ me, feed }) {
  const view = useBoard(feed);
  const teams = useTeams(me);
  const places = new Map((usePlaces().items ?? []).map((place) => [place.id, place.name]));
  const now = useServerNow(view.offset);
  const [filter, setFilter] = useDraft("board", { show: "all", team: "", text: "" });
  const zone = zoneOf(me);
  const total = counts(view.board.rows);
  return html`<div class="board">
    <div class="row-between board-head"><div><h1>${t("board.title")}</h1><p class="muted">${longDate(now, zone)}</p></div>
      <p class="board-figure figures"><b data-test="count-in">${number(total.in)}</b> <span class="muted">${t("board.of", { count: total.all })}</span></p></div>
    <div class="board-grid"><div class="stack">
      <${Filters} filter=${filter} setFilter=${setFilter} total=${total} teams=${teams} />
      ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
      <${Card} class="board-table"><${People} view=${view} filter=${filter} context=${{ zone, now, teams, places }} /><//></div>
      <${BoardFeed} events=${view.events} fresh=${view.fresh} first=${view.first} rows=${view.board.rows} zone=${zone} now=${now} />
    </div></div>`;
}
