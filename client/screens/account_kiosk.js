// A PIN of one's own for the kiosk: the way that needs neither face nor badge.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Confirm } from "../components/confirm.js";
import { Skeleton } from "../components/empty.js";
import { PasswordField } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { asciiDigits } from "../lib/digits.js";
import { kioskOf, setKiosk } from "../lib/kiosk_access.js";
import { useLoad } from "../lib/load.js";
import { toast } from "../lib/toasts.js";
import { useForm } from "../lib/work.js";

/** A new PIN; shown on demand while it is typed, never afterwards. */
export function PinForm({ id, field, onSaved, onCancel }) {
  const [pin, setPin] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    await setKiosk(id, { pin: asciiDigits(pin).trim() });
    toast(t("pin.saved"));
    await onSaved();
  });
  const wrong = ["weak_pin", "invalid_request"].includes(error?.code);
  return html`<form class="stack-s form" onSubmit=${onSubmit}>${error && !wrong && html`<${Problem} error=${error} />`}
    <${PasswordField} id=${field} label=${t("pin.new")} hint=${t("pin.hint")} value=${pin} onValue=${setPin} autocomplete="off" error=${wrong && t(error.code === "weak_pin" ? "pin.weak" : "pin.wrong")} />
    <div class="row"><${Button} type="submit" busy=${busy} disabled=${!/^\d{4,8}$/.test(asciiDigits(pin).trim())}>${t("save")}<//><${Button} kind="quiet" onClick=${onCancel}>${t("cancel")}<//></div></form>`;
}

export function Kiosk({ me }) {
  const view = useLoad(() => kioskOf(me.employee_id), [me.employee_id]);
  const [mode, setMode] = useState(null);
  const { data } = view;
  const saved = async () => {
    setMode(null);
    await view.reload();
  };
  const remove = async () => {
    await setKiosk(me.employee_id, { pin: null });
    await view.reload();
  };
  return html`<${Card} title=${t("pin.title")} id="pin-title" aside=${data && html`<${Badge} tone=${data.pin ? "good" : ""} icon=${data.pin ? "check" : "info"}>${t(data.pin ? "pin.set" : "pin.none")}<//>`}>
    <div class="stack"><p class="muted">${t("pin.text")}</p>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${!data && view.loading && html`<${Skeleton} lines=${2} />`}
    ${data?.badge_hint && html`<p class="small">${t("badge.yours")} <code dir="ltr">…${data.badge_hint}</code></p>`}
    ${data && mode !== "edit" && html`<div class="row"><${Button} kind="quiet" icon="keypad" onClick=${() => setMode("edit")}>${t(data.pin ? "pin.change" : "pin.choose")}<//>
      ${data.pin && html`<${Button} kind="plain" onClick=${() => setMode("remove")}>${t("pin.remove")}<//>`}</div>`}
    ${data && mode === "edit" && html`<${PinForm} id=${me.employee_id} field="own-pin" onSaved=${saved} onCancel=${() => setMode(null)} />`}
    ${mode === "remove" && html`<${Confirm} title=${t("pin.remove.ask")} text=${t("pin.remove.text")} button=${t("pin.remove")} icon="trash" done=${t("pin.removed")} onConfirm=${remove} onClose=${() => setMode(null)} />`}</div><//>`;
}
