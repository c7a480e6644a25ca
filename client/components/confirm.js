import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useWork } from "../lib/work.js";
import { Button } from "./button.js";
import { Dialog } from "./dialog.js";
import { Field } from "./field.js";
import { Problem } from "./problem.js";

/** Asks before what cannot be taken back. `onConfirm(reason)` does it; the dialog stays open when it fails. `reason`: the label of a field for one, which may be `needed`. */
export function Confirm({ title, text, button, keep, icon, reason, needed, done, onConfirm, onClose }) {
  const { busy, error, run } = useWork();
  const [why, setWhy] = useState("");
  const submit = async (event) => {
    event.preventDefault();
    if ((await run(() => onConfirm(why.trim()), done)) !== undefined) onClose();
  };
  return html`<${Dialog} title=${title} onClose=${onClose}><form class="stack" onSubmit=${submit}>
    <p>${text}</p>
    ${reason && html`<${Field} id="reason" label=${reason} value=${why} onValue=${setWhy} required=${needed} maxlength="500" autocomplete="off" />`}
    ${error && html`<${Problem} error=${error} />`}
    <div class="row"><${Button} type="submit" kind="danger" icon=${icon} busy=${busy}>${button}<//>
      <${Button} kind="quiet" onClick=${onClose}>${keep ?? t("cancel")}<//></div>
  </form><//>`;
}
