// Preview, shutter, and the way round when there is no camera. The stream stops with the component.
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { capture, closeCamera, fromFile, openCamera } from "../lib/camera.js";
import { t } from "../lib/i18n.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { Problem } from "./problem.js";

/** {ready, again}; the stream runs while the component is there. */
export function useCamera(videoRef, setError) {
  const [ready, setReady] = useState(false);
  const [round, setRound] = useState(0);
  useEffect(() => {
    let stream = null;
    let alive = true;
    setReady(false);
    setError(null);
    openCamera()
      .then((opened) => {
        stream = opened;
        if (!alive) return closeCamera(opened);
        videoRef.current.srcObject = opened;
        return videoRef.current.play().then(() => alive && setReady(true));
      })
      .catch((error) => alive && setError(error));
    return () => {
      alive = false;
      closeCamera(stream);
    };
  }, [round]);
  return { ready, again: () => setRound((value) => value + 1) };
}

/** What the camera sees, mirrored, under the guide or whatever stands in its place. */
export function Preview({ videoRef, ready, children }) {
  return html`<div class="camera-frame"><video ref=${videoRef} autoplay muted playsinline aria-label=${t("camera.preview")} />
    ${children ?? html`<svg class="camera-guide" viewBox="0 0 100 75" aria-hidden="true"><ellipse cx="50" cy="36" rx="18" ry="25" /></svg>`}
    ${!ready && html`<div class="camera-wait" role="status"><${Icon} name="spinner" turn /><span class="visually-hidden">${t("camera.starting")}</span></div>`}</div>`;
}

/** onPhoto(blob) is called once for each press of the shutter or chosen file. */
export function Camera({ shutter, hint, onPhoto, busy }) {
  const video = useRef(null);
  const [error, setError] = useState(null);
  const { ready, again } = useCamera(video, setError);
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
      : html`<${Preview} videoRef=${video} ready=${ready} />`}
    ${hint && !error && html`<p class="muted">${hint}</p>`}
    ${!error && html`<${Button} big wide icon="camera" disabled=${!ready} busy=${busy} onClick=${take} data-test="shutter">${shutter}<//>`}
    <${FileChoice} onPhoto=${onPhoto} onError=${setError} />
  </div>`;
}

export function FileChoice({ onPhoto, onError }) {
  const input = useRef(null);
  const choose = async (event) => {
    const [file] = event.currentTarget.files;
    if (!file) return;
    event.currentTarget.value = ""; // the same file may be chosen again
    try {
      onPhoto(await fromFile(file));
    } catch (problem) {
      onError(problem);
    }
  };
  return html`<div>
    <input ref=${input} type="file" accept="image/jpeg,image/png,image/webp" hidden onChange=${choose} data-test="photo-file" />
    <${Button} kind="plain" wide icon="upload" onClick=${() => input.current.click()}>${t("camera.file")}<//>
  </div>`;
}
