// The end of everything that can be erased: what goes, what stays, a name to type, and afterwards the report.
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Dialog } from "../components/dialog.js";
import { Field } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { dateTime } from "../lib/ago.js";
import { number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { eraseEverything } from "../lib/privacy.js";
import { useForm } from "../lib/work.js";

function Ask({ me, onClose, onDone }) {
  const [typed, setTyped] = useState("");
  const { busy, error, onSubmit } = useForm(async () => onDone(await eraseEverything(me.employee_id)));
  const right = typed.trim() === me.username;
  return html`<${Dialog} title=${t("erase.ask")} onClose=${onClose}><form class="stack" onSubmit=${(event) => (right ? onSubmit(event) : event.preventDefault())}>
    <p>${t("erase.ask.text")}</p>
    <${Field} id="erase-name" label=${html`${t("erase.type")} <bdi dir="ltr"><strong>${me.username}</strong></bdi>`} value=${typed} onValue=${setTyped} dir="ltr" autocomplete="off" autocapitalize="none" spellcheck="false" required />
    ${error && html`<${Problem} error=${error} />`}
    <div class="row"><${Button} type="submit" kind="danger" icon="trash" busy=${busy} disabled=${!right} data-test="erase">${t("erase.button")}<//><${Button} kind="quiet" onClick=${onClose}>${t("cancel")}<//></div></form><//>`;
}

const COUNTS = ["faces", "photos_of_records", "jobs"];

/** What stays, {what, why}: in the reader's words where there are any, else in the service's. */
function Remaining({ item: { what, why } }) {
  const known = (key, otherwise) => (has(key) ? t(key) : otherwise);
  return html`<li><strong>${known(`erase.stays.${what}`, what)}</strong> <span class="muted" dir="auto">${known(`erase.why.${what}`, why)}</span></li>`;
}

function Part({ service, found, zone }) {
  if (found.error) return html`<section class="stack-s"><h3>${t(`data.export.${service}`)}</h3><${Problem} error=${found.error} /><p>${t("erase.failed")}</p></section>`;
  const counts = COUNTS.filter((name) => typeof found[name] === "number");
  return html`<section class="stack-s"><h3><${Icon} name="check" /> ${t(`data.export.${service}`)}</h3>
    ${found.erased_at && html`<p class="muted small">${t("erase.at", { time: dateTime(found.erased_at, zone) })}</p>`}
    <ul class="erased">${counts.map((name) => html`<li key=${name}><span class="figures">${number(found[name])}</span> ${t(`erase.${name}`)}</li>`)}
      ${found.key_destroyed && html`<li>${t("erase.key")}</li>`}</ul>
    ${found.remaining?.length > 0 && html`<h4>${t("erase.remaining")}</h4><ul class="erased">${found.remaining.map((item) => html`<${Remaining} key=${item.what} item=${item} />`)}</ul>`}</section>`;
}

export function Erasure({ me, zone, onErased }) {
  const [asking, setAsking] = useState(false);
  const [report, setReport] = useState(null);
  const done = (found) => {
    setAsking(false);
    setReport(found);
    onErased();
  };
  return html`<${Card} title=${t("erase.title")} id="erase-title"><div class="stack">
    ${report && html`<div class="erase-report stack" role="status" data-test="erasure-report">${Object.entries(report).map(([service, found]) => html`<${Part} key=${service} service=${service} found=${found} zone=${zone} />`)}</div>`}
    <p class="muted">${t("erase.text")}</p>
    <div><${Button} kind="danger" icon="trash" onClick=${() => setAsking(true)}>${t("erase.open")}<//></div></div>
    ${asking && html`<${Ask} me=${me} onClose=${() => setAsking(false)} onDone=${done} />`}<//>`;
}
