// The camera of a check-in: a photo, or the live check where the place asks for one.
import { Camera } from "../components/camera.js";
import { Dialog } from "../components/dialog.js";
import { lazy } from "../components/lazy.js";
import { evidenceOf, needsLiveness } from "../lib/evidence.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

// It asks the service for its challenge, so it may come with the network too.
const LiveCheck = lazy(() => import("./live_check.js").then((module) => module.LiveCheck), { words: ["guide", "live"], styles: ["live"] });

export function Capture({ place, action, onEvidence, onClose }) {
  const hint = evidenceOf(place).includes("face") ? "camera.hint.face" : "camera.hint.photo";
  return html`<${Dialog} title=${t(`action.${action}`)} onClose=${onClose}>
    ${needsLiveness(place) ? html`<${LiveCheck} onFrames=${onEvidence} />`
      : html`<${Camera} shutter=${t(`camera.shutter.${action}`)} hint=${t(hint)} onPhoto=${(photo) => onEvidence({ photo })} />`}<//>`;
}
