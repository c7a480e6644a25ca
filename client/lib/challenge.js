// A live camera check: the service says what to do, the page shows it and sends the frames of those few seconds.
import { callJson } from "./api.js";
import { capture, FRAME_EDGE } from "./camera.js";
import { difference, spread, tinyOf } from "./motion.js";

/** About three a second: a turn of the head takes one or two seconds, and each frame shows another moment of it. */
export const FRAME_MS = 330;

/** {challenge, kind, expires_at, frames: {least, most}}; `alternative` asks for one without turning the head. */
export const askChallenge = (alternative, { timeout } = {}) =>
  callJson("face", "/api/v1/faces/challenges", { method: "POST", json: { alternative }, timeout });

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

const WATCHED_MS = 2200; // from the words on the screen to the end of a movement, however soon or late somebody begins it
const MOMENT_MS = 200;

/** `count` frames of a movement that is made now; null when `stopped()` says so. */
export async function captureMovement(video, count, { stopped = () => false, edge } = {}) {
  const tiny = tinyOf(video);
  const moved = [];
  let before = tiny();
  const onFrame = () => {
    const now = tiny();
    moved.push(difference(before, now));
    before = now;
  };
  const frames = await captureFrames(video, Math.round(WATCHED_MS / MOMENT_MS), { onFrame, stopped, every: MOMENT_MS, edge });
  return frames && spread(moved, count).map((i) => frames[i]);
}

/** The punch's evidence: the first frame, in which one looks straight ahead, is its photo. */
export const evidenceFrom = (frames, challenge) => ({ photo: frames[0], frames: frames.slice(1), challenge });
