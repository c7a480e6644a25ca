// Places and what each asks for. A change is a new version of its policy; records keep the one they were made under.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { nameOf, useOrganisation } from "../lib/admin.js";
import { evidenceOf } from "../lib/evidence.js";
import { list, number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useLoad } from "../lib/load.js";
import { places } from "../lib/oversight.js";
import { EditPlace } from "./admin_place.js";

const asksFor = (place) => (evidenceOf(place).length ? list(evidenceOf(place).map((item) => t(`evidence.${item}`))) : t("places.nothing"));

function columnsFor({ sites, onOpen }) {
  const who = (row) => html`<button type="button" class="row-button" onClick=${() => onOpen(row)} data-place=${row.id}><span class="person-text"><bdi>${row.name}</bdi>
    <span class="muted small">${t("places.version", { n: number(row.policy.version) })}</span></span></button>`;
  return [
    { key: "name", label: t("places.name"), cell: who },
    { key: "site", label: t("people.site"), cell: (row) => html`<bdi>${nameOf(sites, row.site_id) ?? "–"}</bdi>` },
    { key: "asks", label: t("places.asks"), cell: asksFor },
    { key: "when", label: t("places.when"), cell: (row) => (evidenceOf(row).includes("face") ? t(`places.check.${row.policy.face_check ?? "at_once"}`) : "–") },
    { key: "mode", label: t("places.mode"), cell: (row) => t(`places.mode.${row.policy.mode}`) },
    { key: "default", label: "", heading: html`<span class="visually-hidden">${t("places.default")}</span>`, cell: (row) => row.is_default && html`<${Badge} icon="pin">${t("places.default")}<//>` },
  ];
}

export function Places({ me }) {
  const view = useLoad(places, []);
  const { sites } = useOrganisation(me);
  const [open, setOpen] = useState(null);
  return html`<div class="stack"><div class="row tools"><${Button} icon="plus" disabled=${sites.length === 0} onClick=${() => setOpen({})}>${t("places.add")}<//></div>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${!view.data && view.loading && html`<${Card}><${Skeleton} lines=${6} /><//>`}
    ${view.data?.length === 0 && html`<${Card}><${Empty} icon="pin" title=${t("places.none")}><p>${t("places.none.text")}</p><//><//>`}
    ${view.data?.length > 0 && html`<${Card} class="board-table"><${Table} cards caption=${t("places.caption")} rows=${view.data} rowKey=${(row) => row.id} columns=${columnsFor({ sites, onOpen: (place) => setOpen({ place }) })} /><//>`}
    ${open && html`<${EditPlace} place=${open.place} sites=${sites} known=${view.data?.[0]?.policy} onClose=${() => setOpen(null)} onSaved=${view.reload} />`}</div>`;
}
