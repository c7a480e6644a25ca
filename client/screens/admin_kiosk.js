// PIN and badge of somebody, given out by an administrator.
import { Button } from "../components/button.js";
import { Confirm } from "../components/confirm.js";
import { Field } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { kioskOf, setKiosk } from "../lib/kiosk_access.js";
import { useLoad } from "../lib/load.js";
import { toast } from "../lib/toasts.js";
import { useForm } from "../lib/work.js";
import { PinForm } from "./account_kiosk.js";
import { Section } from "./admin_parts.js";

function BadgeForm({ id, onSaved, onCancel }) {
  const [badge, setBadge] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    await setKiosk(id, { badge: badge.trim() });
    toast(t("badge.saved"));
    await onSaved();
  });
  const wrong = error?.code === "badge_taken" || error?.field === "badge";
  return html`<form class="stack-s" onSubmit=${onSubmit}>${error && !wrong && html`<${Problem} error=${error} />`}
    <${Field} id="badge-code" label=${t("badge.code")} hint=${t("badge.hint")} value=${badge} onValue=${setBadge} dir="ltr" autocomplete="off" autocapitalize="none" spellcheck="false" maxlength="128" required
      error=${wrong && t(error.code === "badge_taken" ? "badge.taken" : "badge.wrong")} />
    <div class="row"><${Button} type="submit" busy=${busy} disabled=${badge.trim().length < 4}>${t("save")}<//><${Button} kind="quiet" onClick=${onCancel}>${t("cancel")}<//></div></form>`;
}

function Row({ title, text, children }) {
  return html`<div class="access"><div><strong>${title}</strong><p class="muted small">${text}</p></div>${children}</div>`;
}

export function KioskAccess({ one }) {
  const id = one.employee_id;
  const view = useLoad(() => kioskOf(id), [id]);
  const [mode, setMode] = useState(null);
  const { data } = view;
  const close = () => setMode(null);
  const saved = async () => {
    close();
    await view.reload();
  };
  const remove = (what) => () => setKiosk(id, { [what]: null }).finally(view.reload);
  // A device and a service have neither.
  if (view.error?.status === 404) return null;
  return html`<${Section} title=${t("pin.title")}>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${data && html`<${Row} title=${t("badge.title")} text=${data.badge_hint ? t("badge.ends", { hint: data.badge_hint }) : t("badge.none")}>
        <span class="row"><${Button} kind="quiet" icon="badge" onClick=${() => setMode("badge")}>${t(data.badge_hint ? "badge.change" : "badge.give")}<//>
        ${data.badge_hint && html`<${Button} kind="plain" aria-label=${`${t("pin.remove")}: ${t("badge.title")}`} onClick=${() => setMode("no_badge")}>${t("pin.remove")}<//>`}</span><//>
      ${mode === "badge" && html`<${BadgeForm} id=${id} onSaved=${saved} onCancel=${close} />`}
      <${Row} title=${t("pin.pin")} text=${t(data.pin ? "pin.set" : "pin.none")}><span class="row"><${Button} kind="quiet" icon="keypad" onClick=${() => setMode("pin")}>${t(data.pin ? "pin.change" : "pin.give")}<//>
        ${data.pin && html`<${Button} kind="plain" aria-label=${`${t("pin.remove")}: ${t("pin.pin")}`} onClick=${() => setMode("no_pin")}>${t("pin.remove")}<//>`}</span><//>
      ${mode === "pin" && html`<${PinForm} id=${id} field="new-pin" onSaved=${saved} onCancel=${close} />`}`}
    ${mode === "no_badge" && html`<${Confirm} title=${t("badge.remove.ask")} text=${t("badge.remove.text")} button=${t("pin.remove")} icon="trash" done=${t("badge.removed")} onConfirm=${remove("badge")} onClose=${close} />`}
    ${mode === "no_pin" && html`<${Confirm} title=${t("pin.remove.ask")} text=${t("pin.remove.text")} button=${t("pin.remove")} icon="trash" done=${t("pin.removed")} onConfirm=${remove("pin")} onClose=${close} />`}<//>`;
}
