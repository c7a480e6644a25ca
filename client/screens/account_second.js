// The second factor: off, being set up, or on with its recovery codes.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { CODE_LENGTH, CodeField } from "../components/code_field.js";
import { Dialog } from "../components/dialog.js";
import { Skeleton } from "../components/empty.js";
import { Field } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { endFactor, factorState, renewRecoveryCodes } from "../lib/account.js";
import { number, shortDate } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useLoad } from "../lib/load.js";
import { toast } from "../lib/toasts.js";
import { useForm, useWait } from "../lib/work.js";
import { RecoveryCodes } from "./account_codes.js";
import { SetUp } from "./account_setup.js";

const FEW = 3; // so many recovery codes left are a reason to renew them

/** A code from the app or, where `recovery` allows, one of the recovery codes; then the work it permits. */
function CodeForm({ text, button, danger, work, onCancel }) {
  const [code, setCode] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    try {
      await work(code.trim());
    } finally {
      setCode("");
    }
  });
  const wait = useWait(error);
  return html`<form class="stack" onSubmit=${onSubmit}><p>${text}</p>
    ${error && html`<${Problem} error=${error} />`}
    ${danger ? html`<${Field} id="factor-code" label=${t("second.code_or_recovery")} value=${code} onValue=${setCode} autocomplete="one-time-code"
        autocapitalize="none" spellcheck="false" dir="ltr" required class="input code-input code-long" />`
      : html`<${CodeField} id="factor-code" label=${t("second.code")} value=${code} onValue=${setCode} minlength=${CODE_LENGTH} />`}
    <div class="row"><${Button} type="submit" kind=${danger ? "danger" : "primary"} busy=${busy} disabled=${wait > 0}>${button}<//>
      <${Button} kind="quiet" onClick=${onCancel}>${t("cancel")}<//></div></form>`;
}

function Renew({ onClose, reload }) {
  const [codes, setCodes] = useState(null);
  const renew = async (code) => {
    setCodes((await renewRecoveryCodes(code)).recovery_codes);
    reload();
  };
  return html`<${Dialog} title=${t("factor.renew")} onClose=${onClose}>
    ${codes ? html`<${RecoveryCodes} codes=${codes} onDone=${onClose} />`
      : html`<${CodeForm} text=${t("factor.renew.text")} button=${t("factor.renew")} work=${renew} onCancel=${onClose} />`}<//>`;
}

function SwitchOff({ onClose, reload }) {
  const off = async (code) => {
    await endFactor(code);
    toast(t("factor.ended"));
    onClose();
    reload();
  };
  return html`<${Dialog} title=${t("factor.off")} onClose=${onClose}>
    <${CodeForm} text=${t("factor.off.text")} button=${t("factor.off")} danger work=${off} onCancel=${onClose} /><//>`;
}

function On({ state, onOpen }) {
  const left = state.recovery_codes_left;
  return html`<div class="stack"><p>${t("factor.on.text", { date: shortDate(state.enabled_at) })}</p>
    <p class="row"><${Badge} tone=${left <= FEW ? "wait" : undefined} icon=${left <= FEW ? "warning" : "key"}>${t("factor.left", { count: left, n: number(left) })}<//></p>
    <div class="row"><${Button} kind="quiet" icon="refresh" onClick=${() => onOpen("renew")}>${t("factor.renew")}<//>
      <${Button} kind="danger" onClick=${() => onOpen("off")}>${t("factor.off")}<//></div></div>`;
}

function Off({ onOpen }) {
  return html`<div class="stack"><p class="muted">${t("factor.text")}</p>
    <div><${Button} icon="shield" onClick=${() => onOpen("setup")}>${t("factor.set_up")}<//></div></div>`;
}

const DIALOGS = { setup: SetUp, renew: Renew, off: SwitchOff };

export function SecondFactor() {
  const view = useLoad(factorState, []);
  const [open, setOpen] = useState(null);
  const state = view.data;
  const Opened = DIALOGS[open];
  const badge = state && html`<${Badge} tone=${state.enabled ? "good" : undefined} icon=${state.enabled ? "check" : undefined}>${t(state.enabled ? "factor.is_on" : "factor.is_off")}<//>`;
  return html`<${Card} title=${t("factor.title")} id="factor-title" aside=${badge}>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${!state && view.loading && html`<${Skeleton} lines=${3} />`}
    ${state && (state.enabled ? html`<${On} state=${state} onOpen=${setOpen} />` : html`<${Off} onOpen=${setOpen} />`)}
    ${Opened && html`<${Opened} onClose=${() => setOpen(null)} reload=${view.reload} />`}<//>`;
}
