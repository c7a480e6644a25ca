// Behind the lock: how this tablet behaves, what it has kept, and the way out, which asks for its account's password.
import { Button } from "../components/button.js";
import { Check } from "../components/check.js";
import { Dialog } from "../components/dialog.js";
import { PasswordField, Select } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { dateTime } from "../lib/ago.js";
import { needsLiveness } from "../lib/evidence.js";
import { number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { release } from "../lib/kiosk_bound.js";
import { provePassword } from "../lib/kiosk_device.js";
import { change, settings } from "../lib/kiosk_settings.js";
import { explain } from "../lib/problem.js";
import { signOut, zoneOf } from "../lib/session.js";
import { useStore } from "../lib/store.js";
import { useForm } from "../lib/work.js";
import { LanguageSelect } from "./shell.js";

const SECONDS = [3, 5, 10, 0];

function Settings({ places, place }) {
  const { auto, wake } = useStore(settings);
  const fitting = (places ?? []).filter((one) => one.policy.mode === "toggle").map((one) => ({ value: one.id, label: one.name }));
  const options = SECONDS.map((value) => ({ value, label: value ? t("kiosk.auto.after", { n: number(value) }) : t("kiosk.auto.never") }));
  return html`<section class="stack-s"><h3>${t("kiosk.settings")}</h3>
    ${fitting.length > 1 && html`<${Select} id="kiosk-place" label=${t("place.choose")} value=${place?.id} onValue=${(value) => change({ place: Number(value) })} options=${fitting} />`}
    <${Select} id="kiosk-auto" label=${t("kiosk.auto")} value=${auto} onValue=${(value) => change({ auto: Number(value) })} options=${options} />
    <${Check} label=${t("kiosk.wake")} text=${t(needsLiveness(place) ? "kiosk.wake.live" : "kiosk.wake.text")} checked=${wake} onValue=${(on) => change({ wake: on })} />
    <${LanguageSelect} id="kiosk-language" /></section>`;
}

function Queue({ queue, machine, zone }) {
  if (queue.length === 0) return html`<section class="stack-s"><h3>${t("kiosk.queue")}</h3><p class="muted">${t("kiosk.queue.empty")}</p></section>`;
  const failed = queue.some((entry) => entry.failed);
  return html`<section class="stack-s"><h3>${t("kiosk.queue")}</h3><ul class="kiosk-queue">${queue.map((entry) => html`<li key=${entry.id} data-failed=${entry.failed ? "true" : undefined}><strong class="figures">${dateTime(entry.at, zone)}</strong>
      <span>${t(`kiosk.way.${entry.way}`)}</span><span class="small">${entry.failed ? `${t("kiosk.not_recorded")} ${explain({ code: entry.failed }).what}` : t("kiosk.waits")}</span></li>`)}</ul>
    <div class="row"><${Button} kind="quiet" icon="refresh" onClick=${() => machine.flush()}>${t("result.try_now")}<//>
      ${failed && html`<${Button} kind="quiet" icon="check" onClick=${() => machine.dismissFailed()}>${t("kiosk.dismiss")}<//>`}</div></section>`;
}

function Leave({ me, queue }) {
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    await provePassword(me.username, password);
    release();
    await signOut();
  });
  return html`<form class="stack-s" onSubmit=${onSubmit}><h3>${t("kiosk.leave")}</h3><p class="muted small">${t("kiosk.leave.text")}</p>
    ${queue.length > 0 && html`<p class="field-error">${t("kiosk.leave.queue")}</p>`}
    ${error && html`<${Problem} error=${error} />`}
    <${PasswordField} id="kiosk-password" label=${t("kiosk.password", { name: me.username })} value=${password} onValue=${setPassword} autocomplete="off" />
    <div><${Button} type="submit" kind="danger" icon="leave" busy=${busy} disabled=${!password}>${t("kiosk.leave.button")}<//></div></form>`;
}

export function Menu({ me, machine, queue, places, place, onClose }) {
  return html`<${Dialog} title=${t("kiosk.of", { name: me.full_name || me.username })} onClose=${onClose}><div class="stack kiosk-menu">
    <${Queue} queue=${queue} machine=${machine} zone=${zoneOf(me)} /><${Settings} places=${places} place=${place} /><${Leave} me=${me} queue=${queue} /></div><//>`;
}
