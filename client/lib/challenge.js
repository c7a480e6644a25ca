// A live camera check: the service says what to do, the page shows it and sends the frames of those few seconds.
import { callJson } from "./api.js";
import { capture, FRAME_EDGE } from "./camera.js";

/** About three a second: a turn of the head takes one or two seconds, and each frame shows another moment of it. */
export const FRAME_MS = 330;

/** {challenge, kind, expires_at, frames: {least, most}}; `alternative` asks for one without turning the head. */
export const askChallenge = (alternative) =>
  callJson("face", "/api/v1/faces/challenges", { method: "POST", json: { alternative } });

export const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/**
 * Whole frames of the camera, one every `every` ms, `onFrame(count)` after each; null when `stopped()` says so.
 * The time a capture takes is part of its interval. `edge`: the longer one of a frame in pixels.
 */
export async function captureFrames(video, count, { onFrame = () => {}, stopped = () => false, every = FRAME_MS, edge = FRAME_EDGE } = {}) {
  const frames = [];
  for (let next = performance.now(); frames.length < count; next += every) {
    await pause(Math.max(0, next - performance.now()));
    if (stopped()) return null;
    frames.push(await capture(video, edge));
    onFrame(frames.length);
  }
  return frames;
}

/** The punch's evidence: the first frame, in which one looks straight ahead, is its photo. */
export const evidenceFrom = (frames, challenge) => ({ photo: frames[0], frames: frames.slice(1), challenge });
