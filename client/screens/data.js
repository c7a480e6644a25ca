// My data: what I agreed to, a copy of everything, who looked at my photos, and the end of it all.
import "../components/icons_more.js";
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Empty, Skeleton } from "../components/empty.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { dateTime } from "../lib/ago.js";
import { download } from "../lib/csv.js";
import { useFace } from "../lib/face.js";
import { isolated, number, plainNumber } from "../lib/format.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { exportOf, useAccessLog } from "../lib/privacy.js";
import { href } from "../lib/router.js";
import { zoneOf } from "../lib/session.js";
import { useWork } from "../lib/work.js";
import { Erasure } from "./data_erasure.js";

function Consents({ view, zone }) {
  const { consent, faces, error, loading, reload } = view;
  return html`<${Card} title=${t("data.consents")} id="consents-title"><div class="stack">
    ${error && html`<${Problem} error=${error} tone="wait" onRetry=${reload} />`}
    ${!consent && loading && html`<${Skeleton} lines=${3} />`}
    ${consent && html`<div class="data-consent"><span class="record-icon"><${Icon} name="face" /></span>
      <div class="record-text"><strong>${t("data.consent.face")}</strong>
        <span class="muted small">${consent.version ? t("data.consent.given", { date: dateTime(consent.given_at, zone), version: isolated(consent.version), photos: number(faces.length) }) : t(consent.biometrics ? "data.consent.none" : "data.consent.off")}</span></div>
      <${Badge} tone=${consent.version ? "good" : ""} icon=${consent.version ? "check" : "info"}>${t(consent.version ? "data.yes" : "data.no")}<//></div>
      <div><a class="button button-quiet" href=${href("face")}><${Icon} name="face" />${t("data.consent.manage")}</a></div>`}</div><//>`;
}

const EXPORTS = ["face", "attendance"];

function Export({ me }) {
  return html`<${Card} title=${t("data.export")} id="export-title"><div class="stack"><p class="muted">${t("data.export.text")}</p>
    <ul class="data-exports">${EXPORTS.map((service) => html`<${OneExport} key=${service} service=${service} id=${me.employee_id} />`)}</ul></div><//>`;
}

function OneExport({ service, id }) {
  const { busy, error, run } = useWork();
  const save = () => run(async () => download(`hazir-${service}-${id}.zip`, await exportOf(service, id)), t("data.export.done"));
  return html`<li class="stack-s"><div class="data-export"><div><strong>${t(`data.export.${service}`)}</strong><p class="muted small">${t(`data.export.${service}.text`)}</p></div>
    <${Button} kind="quiet" icon="download" busy=${busy} onClick=${save} data-test=${`export-${service}`}>${t("data.export.button")}<//></div>
    ${error && html`<${Problem} error=${error} />`}</li>`;
}

const whatWord = (what) => (has(`data.what.${what}`) ? t(`data.what.${what}`) : what);

/** "record:6" in words; of a copy of one's own data there is no number. */
function numberOf(object) {
  const found = /^(?:record|face):(\d+)$/.exec(object ?? "");
  return found && t("data.number", { n: plainNumber(Number(found[1])) });
}

function columnsFor(me, zone) {
  const who = (row) => {
    if (!row.actor) return html`<span>${t("data.log.system")}</span>`;
    return row.actor.employee_id === me.employee_id ? html`<span class="muted">${t("data.log.you")}</span>` : html`<bdi dir="ltr">${row.actor.username ?? plainNumber(row.actor.employee_id)}</bdi>`;
  };
  return [
    { key: "who", label: t("data.log.who"), cell: who },
    { key: "what", label: t("data.log.what"), cell: (row) => html`${whatWord(row.what)} <span class="muted small nowrap">${numberOf(row.object)}</span>` },
    { key: "at", label: t("data.log.at"), cell: (row) => html`<time class="figures nowrap" datetime=${row.at}>${dateTime(row.at, zone)}</time>` },
  ];
}

function AccessLog({ me, zone }) {
  const log = useAccessLog(me.employee_id);
  return html`<${Card} title=${t("data.log")} id="log-title"><div class="stack"><p class="muted">${t("data.log.text")}</p>
    ${log.error && html`<${Problem} error=${log.error} tone="wait" onRetry=${log.reload} />`}
    ${!log.items && log.loading && html`<${Skeleton} lines=${4} />`}
    ${log.items?.length === 0 && html`<${Empty} icon="eye" title=${t("data.log.none")}><p>${t("data.log.none.text")}</p><//>`}
    ${log.items?.length > 0 && html`<${Table} brief caption=${t("data.log")} columns=${columnsFor(me, zone)} rows=${log.items} rowKey=${(row) => `${row.service}${row.at}${row.object}${row.what}`} />`}
    ${log.items && log.next && html`<div><${Button} kind="quiet" busy=${log.loading} onClick=${log.more}>${t("more")}<//></div>`}</div><//>`;
}

export function Data({ me }) {
  const zone = zoneOf(me);
  const face = useFace(me.employee_id);
  return html`<div class="narrow stack"><div class="stack-s"><h1>${t("data.title")}</h1><p class="muted">${t("data.text")}</p></div>
    <${Consents} view=${face} zone=${zone} /><${Export} me=${me} /><${AccessLog} me=${me} zone=${zone} /><${Erasure} me=${me} zone=${zone} onErased=${face.reload} /></div>`;
}
