// Nobody is here: the time, and three ways to begin, none of them the lesser.
import { Icon } from "../components/icon.js";
import { longDate, time } from "../lib/format.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useNow } from "../lib/load.js";

/** A way to begin: its picture, its name, what one does. */
function Way({ icon, name, text, onClick, disabled, off }) {
  return html`<button type="button" class="kiosk-way" onClick=${onClick} disabled=${disabled} data-off=${off ? "true" : undefined} data-way=${name}><span class="kiosk-way-icon"><${Icon} name=${icon} /></span>
    <strong>${t(`kiosk.${name}`)}</strong><span>${text}</span></button>`;
}

export function Idle({ machine, zone, blind, online, ready, live }) {
  const now = useNow(1000);
  return html`<div class="kiosk-idle"><h1 class="kiosk-hello">${t("kiosk.hello")}</h1>
    <p class="figure figures kiosk-clock"><b>${time(now, zone)}</b></p><p class="kiosk-date">${longDate(now, zone)}</p>
    ${!ready && html`<p class="kiosk-notice" role="alert"><${Icon} name="warning" />${t("kiosk.no_place")}</p>`}
    <div class="kiosk-ways"><${Way} icon="face" name="face" text=${t(blind ? "kiosk.face.blind" : online ? (live ? "kiosk.face.live" : "kiosk.face.text") : "kiosk.pin.offline")} disabled=${blind} off=${!online} onClick=${() => machine.byFace()} />
      <${Way} icon="keypad" name="pin" text=${t(online ? "kiosk.pin.text" : "kiosk.pin.offline")} off=${!online} onClick=${() => machine.to("pin")} />
      <${Way} icon="badge" name="badge" text=${t("kiosk.badge.text")} onClick=${() => machine.to("badge")} /></div></div>`;
}
