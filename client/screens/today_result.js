// The outcome of a punch in six looks. Green has one meaning: the service has answered that it is recorded.
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { RequestId } from "../components/problem.js";
import { time, timeExact } from "../lib/format.js";
import { html, useEffect, useRef } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { explain, helpfulScreen } from "../lib/problem.js";
import { dismiss, retryNow } from "../lib/punch.js";
import { href } from "../lib/router.js";

const ICONS = { sending: "spinner", recorded: "check", pending: "hourglass", review: "eye", refused: "cross", queued: "offline" };

function textsOf({ phase, intent, record, error, decided }, zone) {
  const kind = intent.action;
  const when = record?.timestamp ? timeExact(record.timestamp, zone) : time(intent.claimedAt, zone);
  const title = t(`result.${phase}.${kind}`, { time: when });
  if (phase === "refused" && error) {
    const { what, next } = explain(error);
    return { title, text: `${what} ${next}` };
  }
  if (phase === "queued") return { title, text: t("result.queued.text", { time: time(intent.claimedAt, zone) }) };
  return { title, text: t(decided ? `result.${phase}.decided` : `result.${phase}.text`) };
}

/** A punch that waited is recorded at its arrival; the person is told when the two times differ. */
function Late({ intent, record, zone }) {
  if (!record?.timestamp) return null;
  const late = Date.parse(record.timestamp) - Date.parse(intent.claimedAt);
  if (late < 60000) return null;
  return html`<p class="small">${t("result.late", { pressed: time(intent.claimedAt, zone), arrived: time(record.timestamp, zone) })}</p>`;
}

/** Why a live check was not enough, where the answer says so; its words are there, for the check was. */
function why({ record, error }) {
  const key = `liveness.${record?.evidence?.liveness?.reason ?? error?.body?.reason}`;
  return has(key) && html`<p>${t(key)}</p>`;
}

function Body({ current, zone, waiting }) {
  const { phase, error, intent, record } = current;
  const { title, text } = textsOf(current, zone);
  const screen = phase === "refused" && helpfulScreen(error?.code);
  return html`<div class=${`result result-${phase}`} data-phase=${phase} data-test="result">
    <span class="result-mark"><${Icon} name=${ICONS[phase]} turn=${phase === "sending"} /></span>
    <div class="stack-s"><p class="result-title">${title}</p><p>${text}</p>
      ${phase !== "recorded" && why(current)}<${Late} intent=${intent} record=${record} zone=${zone} />
      ${waiting.length > 1 && html`<p class="small">${t("result.waiting", { count: waiting.length })}</p>`}
      ${screen && html`<p><a href=${href(screen)}>${t("nav.face")}</a></p>`}
      <${RequestId} id=${error?.requestId} />
      ${phase === "queued" && html`<div><${Button} kind="quiet" icon="refresh" onClick=${retryNow}>${t("result.try_now")}<//></div>`}</div>
    ${phase !== "sending" && phase !== "queued" && html`<button type="button" class="button button-plain result-close"
      aria-label=${t("close")} onClick=${dismiss}><${Icon} name="cross" /></button>`}
  </div>`;
}

export function Result({ current, zone, waiting }) {
  const ref = useRef(null);
  useEffect(() => {
    // An outcome below the fold is an outcome not seen.
    ref.current.firstElementChild?.scrollIntoView({ block: "nearest" });
  }, [current?.phase, current?.intent.key]);
  // The live region is always there: one that appears together with its text is often not read out.
  return html`<div role="status" aria-live="polite" aria-atomic="true" ref=${ref}>
    ${current && html`<${Body} current=${current} zone=${zone} waiting=${waiting} />`}</div>`;
}
