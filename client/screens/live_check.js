// The live check of a punch: look straight ahead, do the one thing asked for, done. Another movement for whoever cannot turn the head.
import { Button } from "../components/button.js";
import { Preview, useCamera } from "../components/camera.js";
import { FaceGuide } from "../components/guided_camera.js";
import { Icon } from "../components/icon.js";
import { Movement } from "../components/movement.js";
import { Problem } from "../components/problem.js";
import { askChallenge, captureFrames, evidenceFrom, pause } from "../lib/challenge.js";
import { number, waitText } from "../lib/format.js";
import { useGuide } from "../lib/guide.js";
import { html, useCallback, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";

const READ_MS = 900; // between the first frame and the movement: the words have to be read
const SHOWN_BELOW = 20; // seconds left from which on the end is announced

/** {challenge, error, left, ask}: a challenge is fetched at once, and counted down while it is not used. */
function useChallenge() {
  const [view, setView] = useState({ challenge: null, error: null });
  const [left, setLeft] = useState(null);
  const round = useRef(0);
  const ask = useCallback(async (alternative) => {
    const mine = (round.current += 1);
    setView({ challenge: null, error: null });
    try {
      const challenge = { ...(await askChallenge(alternative)), alternative };
      if (mine === round.current) setView({ challenge, error: null });
    } catch (error) {
      if (mine === round.current) setView({ challenge: null, error });
    }
  }, []);
  useEffect(() => {
    ask(false);
    return () => {
      round.current += 1;
    };
  }, []);
  const until = view.challenge?.expires_at;
  useEffect(() => {
    if (!until) return undefined;
    const count = () => setLeft(Math.max(0, Math.ceil((Date.parse(until) - Date.now()) / 1000)));
    count();
    const timer = setInterval(count, 500);
    return () => clearInterval(timer);
  }, [until]);
  return { ...view, left: until ? left : null, ask };
}

function Steps({ done, of }) {
  return html`<div class="frames" role="progressbar" aria-label=${t("live.progress")} aria-valuemin="0" aria-valuemax=${of} aria-valuenow=${done}>
    ${Array.from({ length: of }, (_, i) => html`<i key=${i} data-done=${i < done ? "true" : undefined} />`)}</div>`;
}

/** The states between the press and the end: straight (one frame), move (the others), sent. */
function useTaking(video, challenge, onFrames, onError) {
  const [state, setState] = useState({ step: "ready", done: 0 });
  const alive = useRef(true);
  useEffect(() => () => {
    alive.current = false;
  }, []);
  const stopped = () => !alive.current;
  const begin = async () => {
    try {
      setState({ step: "straight", done: 0 });
      await pause(READ_MS);
      const first = await captureFrames(video.current, 1, { stopped });
      if (!first) return;
      setState({ step: "move", done: 1 });
      await pause(READ_MS);
      const rest = await captureFrames(video.current, challenge.frames.most - 1, { stopped, onFrame: (count) => setState({ step: "move", done: count + 1 }) });
      if (!rest) return;
      setState({ step: "sent", done: challenge.frames.most });
      onFrames(evidenceFrom([...first, ...rest], challenge.challenge));
    } catch (error) {
      setState({ step: "ready", done: 0 });
      onError(error);
    }
  };
  return { ...state, begin };
}

function Ready({ challenge, hint, left, ready, onBegin, onOther }) {
  return html`<p class="live-task" data-test="challenge" data-kind=${challenge.kind}><span class="muted">${t("live.asked")}</span><strong>${t(`live.${challenge.kind}`)}</strong></p>
    <${Button} big wide icon="camera" disabled=${!ready} kind=${["good", "off"].includes(hint) ? "primary" : "quiet"} onClick=${onBegin} data-test="begin-live">${t("live.begin")}<//>
    <p class="muted small" role="timer" aria-live="off">${left < SHOWN_BELOW ? t("live.left", { wait: waitText(left) }) : t("live.why")}</p>
    ${challenge.alternative ? html`<div class="note note-info"><${Icon} name="info" /><div class="note-body"><p>${t("live.other_way")}</p></div></div>`
      : html`<${Button} kind="plain" wide onClick=${onOther} data-test="alternative">${t("live.alternative")}<//>`}`;
}

export function LiveCheck({ onFrames }) {
  const video = useRef(null);
  const [error, setError] = useState(null);
  const camera = useCamera(video, setError);
  const { challenge, error: refused, left, ask } = useChallenge();
  const taking = useTaking(video, challenge, onFrames, setError);
  const waiting = taking.step === "ready";
  const hint = useGuide(video, camera.ready && waiting && !error);
  if (error) return html`<div class="camera"><${Problem} error=${error} tone="wait" onRetry=${camera.again} /><p class="muted">${t("live.other_way")}</p></div>`;
  const over = waiting && left === 0;
  const words = { straight: "live.straight", move: `live.${challenge?.kind}`, sent: "live.sent" }[taking.step];
  return html`<div class="camera" data-test="live" data-step=${taking.step}>
    <${Preview} videoRef=${video} ready=${camera.ready}>
      <${FaceGuide} hint=${waiting ? hint : taking.step === "sent" ? "good" : "starting"}>${words && t(words)}<//>
      ${taking.step === "move" && html`<${Movement} kind=${challenge.kind} />`}<//>
    ${refused && html`<${Problem} error=${refused} tone="wait" onRetry=${() => ask(false)} />`}
    ${over && html`<${Problem} error=${{ code: "challenge_expired" }} tone="wait" /><${Button} big wide icon="refresh" onClick=${() => ask(challenge.alternative)}>${t("live.again")}<//>`}
    ${waiting && challenge && !over && html`<${Ready} challenge=${challenge} hint=${hint} left=${left} ready=${camera.ready} onBegin=${taking.begin} onOther=${() => ask(true)} />`}
    ${!waiting && html`<${Steps} done=${taking.done} of=${challenge.frames.most} /><p class="muted small figures">${t("live.frames", { n: number(taking.done), most: number(challenge.frames.most) })}</p>`}
  </div>`;
}
