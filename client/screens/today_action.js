// The one big action: choose the place when there are several, show what it asks for, gather it, punch.
import { Button } from "../components/button.js";
import { lazy } from "../components/lazy.js";
import { Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { useDraft } from "../lib/draft.js";
import { list } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { evidenceOf, locate, needsCamera, needsLocation } from "../lib/evidence.js";
import { punch } from "../lib/punch.js";

// Fetched after the first screen where a place needs it, so that it is there without a network too.
const Capture = lazy(() => import("./today_capture.js").then((module) => module.Capture), { words: ["camera"], styles: ["camera"], lines: 2 });
const AFTER_MS = 1500;

const ICONS = { photo: "camera", face: "face", liveness: "face", geofence: "pin", network: "network", code: "code" };

function Evidence({ place }) {
  const asked = evidenceOf(place);
  const names = asked.map((item) => t(`evidence.${item}`));
  return html`<p class="evidence" data-test="evidence"><${Icon} name=${ICONS[asked[0]] ?? "check"} />
    ${asked.length ? t("evidence.asks", { list: list(names) }) : t("evidence.none")}</p>`;
}

function PlaceChoice({ places, place, onPlace }) {
  if (places.error) return html`<${Problem} error=${places.error} tone="wait" onRetry=${places.reload} />`;
  if (!places.items || places.items.length === 0) return null;
  if (places.items.length === 1) return html`<div><p class="place-name">${place.name}</p><${Evidence} place=${place} /></div>`;
  const options = places.items.map((item) => ({ value: item.id, label: item.name }));
  return html`<div class="stack-s"><${Select} id="place" label=${t("place.choose")} value=${place.id} onValue=${onPlace} options=${options} />
    <${Evidence} place=${place} /></div>`;
}

/** Holds the steps between the press of the button and the punch: the camera, the position, or neither. */
function useSteps(me, place) {
  const [step, setStep] = useState(null);
  const [problem, setProblem] = useState(null);
  const send = async (action, evidence) => {
    setStep(null);
    setProblem(null);
    let location = null;
    if (needsLocation(place)) {
      try {
        location = await locate();
      } catch (error) {
        setProblem(error);
        return;
      }
    }
    await punch({ employeeId: me.employee_id, action, placeId: place?.id, location, ...evidence });
  };
  const begin = (action) => {
    setProblem(null);
    if (needsCamera(place)) setStep(action);
    else send(action, {});
  };
  return { step, problem, begin, send, cancel: () => setStep(null) };
}

export function Action({ me, state, places, waiting, current }) {
  const [chosen, setChosen] = useDraft(`place.${me.employee_id}`, "");
  const place = places.items?.find((item) => String(item.id) === String(chosen))
    ?? places.items?.find((item) => item.is_default) ?? places.items?.[0] ?? null;
  const { step, problem, begin, send, cancel } = useSteps(me, place);
  const seen = (places.items ?? []).some(needsCamera);
  useEffect(() => {
    const timer = seen && setTimeout(Capture.prefetch, AFTER_MS);
    return () => clearTimeout(timer);
  }, [seen]);
  const held = waiting.length > 0;
  const sending = current?.phase === "sending";
  // Without a known state both ways are offered: the service decides, and says so.
  const actions = state ? [state.action === "in" ? "out" : "in"] : ["in", "out"];
  return html`<div class="action stack">
    <${PlaceChoice} places=${places} place=${place} onPlace=${setChosen} />
    ${problem && html`<${Problem} error=${problem} tone="wait" />`}
    <div class="action-buttons">${actions.map((action) => html`<${Button} key=${action} big wide
      icon=${needsCamera(place) ? "camera" : action === "in" ? "enter" : "leave"} busy=${sending} disabled=${held || !places.items}
      onClick=${() => begin(action)} data-test=${`punch-${action}`}>${t(sending ? "action.sending" : `action.${action}`)}<//>`)}</div>
    ${held && html`<p class="action-held">${t("action.held")}</p>`}
    ${step && html`<${Capture} place=${place} action=${step} onEvidence=${(evidence) => send(step, evidence)} onClose=${cancel} />`}
  </div>`;
}
