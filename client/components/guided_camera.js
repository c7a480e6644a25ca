// The camera for photos of a face: it says what to change while one looks into it.
import { capture } from "../lib/camera.js";
import { useGuide } from "../lib/guide.js";
import { html, useRef, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { Button } from "./button.js";
import { FileChoice, Preview, useCamera } from "./camera.js";
import { Icon } from "./icon.js";
import { Problem } from "./problem.js";

const wordOf = (hint) => (has(`guide.${hint}`) ? t(`guide.${hint}`) : hint);

export const OVAL = html`<ellipse cx="50" cy="36" rx="18" ry="25" />`;

/** The oval for the face, and below it the one thing to do. `good` closes the oval; `box` is the part of the picture it is drawn in. */
export function FaceGuide({ hint, box = "0 0 100 75", children }) {
  const state = hint === "good" ? "good" : ["starting", "off"].includes(hint) ? "quiet" : "wrong";
  return html`<svg class="camera-guide guide-oval" data-state=${state} viewBox=${box} aria-hidden="true">${OVAL}</svg>
    <p class="guide-hint" data-state=${state} data-hint=${hint} role="status" aria-live="polite"><${Icon} name=${{ good: "check", quiet: "info", wrong: "face" }[state]} />${children ?? wordOf(hint)}</p>`;
}

/** onPhoto(blob) for each press of the shutter or chosen file. */
export function GuidedCamera({ shutter, hint: note, onPhoto }) {
  const video = useRef(null);
  const [error, setError] = useState(null);
  const { ready, again } = useCamera(video, setError);
  const hint = useGuide(video, ready && !error);
  const take = async () => {
    try {
      onPhoto(await capture(video.current));
    } catch (problem) {
      setError(problem);
    }
  };
  return html`<div class="camera">
    ${error
      ? html`<${Problem} error=${error} tone="wait" onRetry=${again} />`
      : html`<${Preview} videoRef=${video} ready=${ready}><${FaceGuide} hint=${hint} /><//>
        <${Button} big wide kind=${["good", "off"].includes(hint) ? "primary" : "quiet"} icon="camera" disabled=${!ready} onClick=${take} data-test="shutter">${shutter}<//>`}
    ${note && html`<p class="muted" role="status">${note}</p>`}
    <${FileChoice} onPhoto=${onPhoto} onError=${setError} />
  </div>`;
}
