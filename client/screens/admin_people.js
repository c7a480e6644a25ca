// Everybody with an account here: find them, open them, add them, bring them in and take them out as a table.
import { Avatar } from "../components/avatar.js";
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Empty } from "../components/empty.js";
import { Field, Select } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { exportPeople, nameOf, ROLES, useOrganisation } from "../lib/admin.js";
import { download } from "../lib/csv.js";
import { useDraft } from "../lib/draft.js";
import { list } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { usePages } from "../lib/pages.js";
import { useWork } from "../lib/work.js";
import { AddPerson } from "./admin_add.js";
import { ImportPeople } from "./admin_import.js";
import { Listing, StateBadge } from "./admin_parts.js";
import { Person } from "./admin_person.js";

const PAGE = 50;
const NOBODY = { q: "", role: "", site_id: "", locked: "" };

function useSettled(value, ms = 250) {
  const [settled, setSettled] = useState(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(value), ms);
    return () => clearTimeout(timer);
  }, [value]);
  return settled;
}

function Filters({ filter, change, sites }) {
  const roles = [{ value: "", label: t("people.any_role") }, ...ROLES.map((role) => ({ value: role, label: t(`role.${role}`) }))];
  const places = [{ value: "", label: t("people.any_site") }, ...sites.map((site) => ({ value: site.id, label: site.name }))];
  const states = ["", "false", "true"].map((value) => ({ value, label: t(`people.locked.${value || "any"}`) }));
  return html`<div class="filters admin-filters">
    <div class="search"><${Field} id="q" label=${html`<span class="visually-hidden">${t("people.search")}</span>`} type="search" placeholder=${t("people.search")}
      value=${filter.q} onValue=${(q) => change({ q })} autocomplete="off" /></div>
    <${Select} id="filter-role" label=${t("people.role")} hideLabel value=${filter.role} onValue=${(role) => change({ role })} options=${roles} />
    ${sites.length > 1 && html`<${Select} id="filter-site" label=${t("people.site")} hideLabel value=${filter.site_id} onValue=${(site_id) => change({ site_id })} options=${places} />`}
    <${Select} id="filter-locked" label=${t("people.state")} hideLabel value=${filter.locked} onValue=${(locked) => change({ locked })} options=${states} /></div>`;
}

function columnsFor({ sites, teams, onOpen }) {
  const who = (row) => html`<button type="button" class="row-button person" onClick=${() => onOpen(row)} data-person=${row.employee_id}>
    <${Avatar} name=${row.full_name || row.username} small /><span class="person-text wrap-anywhere"><bdi>${row.full_name || row.username}</bdi>
      ${row.full_name && html`<span class="muted small"><bdi dir="ltr">${row.username}</bdi></span>`}</span></button>`;
  const teamNames = (row) => row.team_ids.map((id) => nameOf(teams, id)).filter(Boolean);
  return [
    { key: "who", label: t("people.person"), cell: who },
    { key: "roles", label: t("people.roles"), cell: (row) => html`<span class="row badges">${row.roles.map((role) => html`<${Badge} key=${role}>${t(`role.${role}`)}<//>`)}</span>` },
    { key: "site", label: t("people.site"), cell: (row) => row.site_id && html`<bdi>${nameOf(sites, row.site_id)}</bdi>` },
    { key: "teams", label: t("people.teams"), class: "cell-teams", cell: (row) => teamNames(row).length > 0 && html`<bdi>${list(teamNames(row))}</bdi>` },
    { key: "state", label: t("people.state"), cell: (row) => html`<${StateBadge} locked=${row.locked} />` },
  ];
}

function Tools({ onOpen }) {
  const { busy, error, run } = useWork();
  const save = () => run(async () => download("hazir-people.csv", await exportPeople()));
  return html`<div class="row tools"><${Button} class="tools-first" icon="plus" onClick=${() => onOpen("add")}>${t("people.add")}<//>
      <${Button} kind="quiet" icon="upload" onClick=${() => onOpen("import")}>${t("people.import")}<//>
      <${Button} kind="quiet" icon="download" busy=${busy} onClick=${save}>${t("people.export")}<//></div>
    ${error && html`<${Problem} error=${error} />`}`;
}

export function People({ me }) {
  const [filter, setFilter] = useDraft("people", NOBODY);
  const q = useSettled(filter.q.trim());
  const pages = usePages("auth", "/api/v1/users", { ...filter, q, limit: PAGE });
  const organisation = useOrganisation(me);
  const [open, setOpen] = useState(null);
  const filtered = Object.values({ ...filter, q }).some(Boolean);
  const close = () => setOpen(null);
  const empty = filtered
    ? html`<${Empty} icon="search" title=${t("people.no_match")}><p>${t("people.no_match.text")}</p><${Button} kind="quiet" onClick=${() => setFilter(NOBODY)}>${t("people.clear")}<//><//>`
    : html`<${Empty} icon="people" title=${t("people.empty")}><p>${t("people.empty.text")}</p><//>`;
  return html`<div class="stack"><${Tools} onOpen=${(what) => setOpen({ what })} />
    <${Filters} filter=${filter} change=${(change) => setFilter({ ...filter, ...change })} sites=${organisation.sites} />
    <${Listing} pages=${pages} empty=${empty}><${Card} class="board-table"><${Table} brief caption=${t("people.caption")} rows=${pages.items ?? []}
      columns=${columnsFor({ ...organisation, onOpen: (row) => setOpen({ what: "person", id: row.employee_id, row }) })} rowKey=${(row) => row.employee_id} /><//><//>
    ${open?.what === "person" && html`<${Person} me=${me} id=${open.id} known=${open.row} organisation=${organisation} fresh=${open.fresh} onClose=${close} onChange=${pages.reload} />`}
    ${open?.what === "add" && html`<${AddPerson} organisation=${organisation} onClose=${close}
      onAdded=${(made) => { pages.reload(); setOpen({ what: "person", id: made.employee_id, row: made, fresh: true }); }} />`}
    ${open?.what === "import" && html`<${ImportPeople} onClose=${close} onApplied=${pages.reload} />`}</div>`;
}
