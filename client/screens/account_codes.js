// The recovery codes, shown once: to copy, to keep as a file, to print.
import { Button } from "../components/button.js";
import { Check } from "../components/check.js";
import { CopyButton } from "../components/copy.js";
import { download } from "../lib/csv.js";
import { shortDate } from "../lib/format.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { session } from "../lib/session.js";

export function RecoveryCodes({ codes, onDone }) {
  const [kept, setKept] = useState(false);
  const list = useRef(null);
  const title = t("codes.file_title", { name: session.get().me.username, date: shortDate(Date.now()) });
  const text = `${title}\r\n\r\n${codes.join("\r\n")}\r\n`;
  useEffect(() => list.current?.focus(), []);
  return html`<div class="stack"><p><strong>${t("codes.once")}</strong> ${t("codes.text")}</p>
    <div class="printable"><p class="print-title">${title}</p>
      <ol class="codes figures" dir="ltr" ref=${list} tabindex="-1" aria-label=${t("codes.title")} data-test="recovery-codes">${codes.map((code) => html`<li key=${code}><code>${code}</code></li>`)}</ol></div>
    <div class="row"><${CopyButton} text=${codes.join("\n")} from=${list}>${t("copy")}<//>
      <${Button} kind="quiet" icon="download" onClick=${() => download("hazir-recovery-codes.txt", text, "text/plain;charset=utf-8")}>${t("codes.download")}<//>
      <${Button} kind="quiet" icon="print" onClick=${() => print()}>${t("codes.print")}<//></div>
    <${Check} label=${t("codes.kept")} checked=${kept} onValue=${setKept} />
    <div><${Button} disabled=${!kept} onClick=${onDone}>${t("codes.done")}<//></div></div>`;
}
