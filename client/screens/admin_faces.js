// Faces that need an administrator: one face on two accounts, and checks that gave up.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Compare } from "../components/compare.js";
import { Confirm } from "../components/confirm.js";
import { Dialog } from "../components/dialog.js";
import { Empty } from "../components/empty.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { Tabs } from "../components/tabs.js";
import { nameOf, person, useOrganisation } from "../lib/admin.js";
import { dateTime, relative } from "../lib/ago.js";
import { useDraft } from "../lib/draft.js";
import { formatter, number, plainNumber } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { useNow } from "../lib/load.js";
import { ALARMS, closeAlarm, JOBS, retryJob } from "../lib/oversight.js";
import { usePages } from "../lib/pages.js";
import { useWork } from "../lib/work.js";
import { Listing } from "./admin_parts.js";

const decimal = (value) => formatter("NumberFormat", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

/** The accounts behind numbers, asked for once each; a number stands until its name comes. */
function usePeople(ids) {
  const [people, setPeople] = useState(() => new Map());
  const missing = [...new Set(ids)].filter((id) => !people.has(id));
  const key = missing.join();
  useEffect(() => {
    let alive = true;
    for (const id of missing) person(id).then((one) => alive && setPeople((old) => new Map(old).set(id, one)), () => {});
    return () => {
      alive = false;
    };
  }, [key]);
  return (id) => people.get(id);
}

function Who({ id, one }) {
  return html`<span class="person-text wrap-anywhere"><bdi>${one?.full_name || one?.username || `${t("audit.kind.person")} ${plainNumber(id)}`}</bdi>${one && html`<span class="muted small"><bdi dir="ltr">${one.username}</bdi></span>`}</span>`;
}

function Side({ alarm, of, onClose, onEnd }) {
  const [zoom, setZoom] = useState(1);
  const side = (id) => ({ service: "face", path: `/api/v1/people/${id}/photo`, caption: of(id)?.full_name || of(id)?.username || plainNumber(id) });
  const [a, b] = alarm.employee_ids;
  return html`<${Dialog} title=${t("alarms.one")} onClose=${onClose}><div class="stack"><p class="muted">${t("alarms.explain")}</p>
    <${Compare} left=${side(a)} right=${side(b)} zoom=${zoom} onZoom=${setZoom} />
    <dl class="facts"><div class="fact"><dt>${t("alarms.similarity")}</dt><dd class="figures">${decimal(alarm.similarity)}</dd></div>
      ${alarm.note && html`<div class="fact"><dt>${t("alarms.note")}</dt><dd class="wrap-anywhere"><bdi>${alarm.note}</bdi></dd></div>`}</dl>
    ${alarm.state === "open" && html`<div><${Button} icon="check" onClick=${onEnd}>${t("alarms.close")}<//></div>`}</div><//>`;
}

export function Alarms({ me }) {
  const [state, setState] = useDraft("alarms", "open");
  const pages = usePages("face", ALARMS, { state, limit: 50 });
  const { sites } = useOrganisation(me);
  const now = useNow();
  const of = usePeople((pages.items ?? []).flatMap((alarm) => alarm.employee_ids));
  const [open, setOpen] = useState(null);
  const [ending, setEnding] = useState(null);
  const columns = [
    { key: "a", label: t("alarms.account"), cell: (row) => html`<${Who} id=${row.employee_ids[0]} one=${of(row.employee_ids[0])} />` },
    { key: "b", label: t("alarms.other"), cell: (row) => html`<${Who} id=${row.employee_ids[1]} one=${of(row.employee_ids[1])} />` },
    { key: "s", label: t("alarms.similarity"), cell: (row) => html`<span class="figures">${decimal(row.similarity)}</span>` },
    { key: "site", label: t("people.site"), cell: (row) => html`<bdi>${nameOf(sites, row.site_id) ?? "–"}</bdi>` },
    { key: "at", label: t("alarms.seen"), cell: (row) => html`<time datetime=${row.seen_at} title=${dateTime(row.seen_at)}>${relative(row.seen_at, now)}</time>` },
    { key: "act", label: "", heading: html`<span class="visually-hidden">${t("actions")}</span>`, class: "cell-act", cell: (row) => html`<${Button} kind="quiet" onClick=${() => setOpen(row)} data-alarm=${row.id}>${t("alarms.look")}<//>` },
  ];
  const states = ["open", "closed"].map((value) => ({ value, label: t(`alarms.${value}`) }));
  return html`<section class="stack" aria-labelledby="alarms-title"><div class="row-between"><h2 id="alarms-title">${t("alarms.title")}</h2><${Tabs} label=${t("alarms.state")} value=${state} onValue=${setState} options=${states} /></div>
    <p class="muted">${t("alarms.text")}</p>
    <${Listing} pages=${pages} empty=${html`<${Empty} icon="check" title=${t(`alarms.none.${state}`)}><p>${t("alarms.none.text")}</p><//>`}><${Card} class="board-table"><${Table} cards caption=${t("alarms.title")} columns=${columns} rows=${pages.items ?? []} rowKey=${(row) => row.id} /><//><//>
    ${open && html`<${Side} alarm=${open} of=${of} onClose=${() => setOpen(null)} onEnd=${() => { setEnding(open); setOpen(null); }} />`}
    ${ending && html`<${Confirm} title=${t("alarms.close.ask")} text=${t("alarms.close.text")} button=${t("alarms.close")} icon="check" reason=${t("alarms.note")} needed done=${t("alarms.done")}
      onConfirm=${(note) => closeAlarm(ending.id, note).finally(pages.reload)} onClose=${() => setEnding(null)} />`}</section>`;
}

function Job({ job, now, onDone }) {
  const { busy, error, run } = useWork(onDone);
  return html`<li class="job" data-job=${job.id}><div class="job-text"><p class="row"><strong>${has(`jobs.kind.${job.kind}`) ? t(`jobs.kind.${job.kind}`) : job.kind}</strong><${Badge} tone="bad" icon="cross">${t("jobs.tries", { n: number(job.attempts) })}<//></p>
      <p class="small muted"><code dir="ltr" class="wrap-anywhere">${job.id}</code> · ${relative(job.updated_at, now)}</p>
      ${job.error && html`<p class="small wrap-anywhere" dir="auto">${typeof job.error === "string" ? job.error : job.error.detail ?? job.error.code}</p>`}
      ${error && html`<${Problem} error=${error} />`}</div>
    <${Button} kind="quiet" icon="refresh" busy=${busy} onClick=${() => run(() => retryJob(job.id), t("jobs.retried"))}>${t("jobs.retry")}<//></li>`;
}

export function DeadJobs() {
  const pages = usePages("face", JOBS, { state: "dead", limit: 50 });
  const now = useNow();
  return html`<section class="stack" aria-labelledby="jobs-title"><h2 id="jobs-title">${t("jobs.title")}</h2><p class="muted">${t("jobs.text")}</p>
    <${Listing} pages=${pages} empty=${html`<${Empty} icon="check" title=${t("jobs.none")}><p>${t("jobs.none.text")}</p><//>`}><${Card}><ul class="jobs">${(pages.items ?? []).map((job) => html`<${Job} key=${job.id} job=${job} now=${now} onDone=${pages.reload} />`)}</ul><//><//></section>`;
}

export const Faces = ({ me }) => html`<div class="stack oversight"><${Alarms} me=${me} /><${DeadJobs} /></div>`;
