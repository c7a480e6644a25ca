// People from a table: looked through first, applied only when every row is right.
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { FileDrop } from "../components/file_drop.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { Table } from "../components/table.js";
import { IMPORT_COLUMNS, importPeople } from "../lib/admin.js";
import { download, toCsv } from "../lib/csv.js";
import { number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { useWork } from "../lib/work.js";

const SHOWN = 100; // errors beyond these are counted, not listed
const EXAMPLE = ["elif.aydin", "Elif Aydın", "", "1042", "staff", "", "", ""];

const saveTemplate = () => download("hazir-people-template.csv", toCsv([IMPORT_COLUMNS, EXAMPLE]));
const why = (error) => (has(`import.err.${error.code}`) ? t(`import.err.${error.code}`) : error.message);

function Counts({ found }) {
  return html`<dl class="counts">${["rows", "created", "changed", "unchanged"].map((name) => html`<div key=${name}><dt>${t(`import.${name}`)}</dt>
    <dd class="figures" data-test=${`import-${name}`}>${number(found[name])}</dd></div>`)}</dl>`;
}

function Errors({ errors }) {
  const columns = [
    { key: "row", label: t("import.row"), cell: (error) => html`<span class="figures">${number(error.row)}</span>` },
    { key: "field", label: t("import.field"), cell: (error) => html`<code dir="ltr">${error.field ?? "–"}</code>` },
    { key: "why", label: t("import.why"), cell: why },
  ];
  return html`<div class="note note-bad" role="alert"><${Icon} name="warning" /><div class="note-body"><strong>${t("import.wrong", { count: errors.length })}</strong><p>${t("import.wrong.text")}</p></div></div>
    <div class="scroll" tabindex="0" role="group" aria-label=${t("import.errors")}><${Table} caption=${t("import.errors")} columns=${columns} rows=${errors.slice(0, SHOWN)}
      rowKey=${(error) => `${error.row} ${error.field} ${error.code}`} /></div>
    ${errors.length > SHOWN && html`<p class="muted small">${t("import.shown", { n: number(SHOWN) })}</p>`}`;
}

function Choose({ work, onFile }) {
  return html`<p class="muted">${t("import.text")}</p>
    <${FileDrop} accept=".csv,text/csv" text=${t("import.drop")} hint=${t("import.columns")} busy=${work.busy} onFile=${onFile} />
    <div><${Button} kind="plain" icon="download" onClick=${saveTemplate}>${t("import.template")}<//></div>
    ${work.error && html`<${Problem} error=${work.error} />`}`;
}

function Trial({ found, name, work, onApply, onAgain }) {
  const good = found.errors.length === 0;
  const nothing = good && found.created + found.changed === 0;
  return html`<p><strong><bdi>${name}</bdi></strong></p><${Counts} found=${found} />
    ${!good && html`<${Errors} errors=${found.errors} />`}
    ${good && html`<div class="note note-info" role="status"><${Icon} name="info" /><div class="note-body"><p>${t(nothing ? "import.nothing" : "import.trial")}</p></div></div>`}
    ${work.error && html`<${Problem} error=${work.error} />`}
    <div class="row">${good && !nothing && html`<${Button} icon="check" busy=${work.busy} onClick=${onApply}>${t("import.apply", { count: found.created + found.changed })}<//>`}
      <${Button} kind="quiet" onClick=${onAgain}>${t("import.again")}<//></div>`;
}

function Done({ found, onClose }) {
  return html`<div class="note note-good" role="status" data-test="imported"><${Icon} name="check" /><div class="note-body"><strong>${t("import.done")}</strong></div></div>
    <${Counts} found=${found} /><div><${Button} onClick=${onClose}>${t("close")}<//></div>`;
}

export function ImportPeople({ onClose, onApplied }) {
  const [file, setFile] = useState(null);
  const [found, setFound] = useState(null);
  const work = useWork();
  const look = (chosen) => work.run(async () => {
    const text = await chosen.text();
    setFound(await importPeople(text, { dryRun: true }));
    setFile({ name: chosen.name, text });
  });
  const apply = () => work.run(async () => {
    const answer = await importPeople(file.text, { dryRun: false });
    setFound(answer);
    if (answer.applied) onApplied();
  });
  const again = () => {
    setFile(null);
    setFound(null);
    work.clear();
  };
  return html`<${Dialog} title=${t("people.import")} onClose=${onClose}><div class="stack">
    ${!found && html`<${Choose} work=${work} onFile=${look} />`}
    ${found && !found.applied && html`<${Trial} found=${found} name=${file?.name} work=${work} onApply=${apply} onAgain=${again} />`}
    ${found?.applied && html`<${Done} found=${found} onClose=${onClose} />`}</div><//>`;
}
