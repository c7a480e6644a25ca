// Movement before the camera: whether somebody has come, and which frames tell a movement. By a tiny grey picture that never leaves the tablet.
const WIDTH = 32;
const HEIGHT = 24;
const EVERY_MS = 250;
const CHANGE = 18; // of 255 levels; below it is the noise of a cheap camera
const PART = 0.06; // of the picture
const IN_A_ROW = 2;

/** The part of the picture that differs, 0 to 1, of two RGBA arrays of the same size. */
export function difference(a, b) {
  let changed = 0;
  for (let i = 0; i < a.length; i += 4) {
    const grey = (data) => (data[i] + data[i + 1] + data[i + 2]) / 3;
    if (Math.abs(grey(a) - grey(b)) > CHANGE) changed += 1;
  }
  return changed / (a.length / 4);
}

/**
 * Which `count` frames tell a movement best, of many: `moved[i]` is how much frame i differs from the one before. They share what has
 * moved evenly, or the time where nothing has; the last frame is always among them.
 */
export function spread(moved, count) {
  const still = Math.max(0.001, ...moved) / 20; // so that standing still is shared by time
  const sums = [];
  for (const part of moved) sums.push((sums.at(-1) ?? 0) + part + still);
  const chosen = [];
  for (let k = 1; k <= count; k += 1) {
    const wanted = (sums.at(-1) * k) / count - 1e-9;
    const latest = moved.length - (count - k) - 1;
    const found = k === count ? latest : sums.findIndex((sum) => sum >= wanted);
    chosen.push(Math.min(latest, Math.max(found, (chosen.at(-1) ?? -1) + 1)));
  }
  return chosen;
}

/** A function that gives the tiny picture of this moment as RGBA. */
export function tinyOf(video) {
  const canvas = Object.assign(document.createElement("canvas"), { width: WIDTH, height: HEIGHT });
  const context = canvas.getContext("2d", { willReadFrequently: true });
  return () => {
    context.drawImage(video, 0, 0, WIDTH, HEIGHT);
    return context.getImageData(0, 0, WIDTH, HEIGHT).data;
  };
}

/** Calls `onMotion` once it lasts; returns what stops it. */
export function watchMotion(video, onMotion) {
  const tiny = tinyOf(video);
  let before = null;
  let row = 0;
  const timer = setInterval(() => {
    if (document.visibilityState !== "visible" || video.readyState < 2) return;
    const data = tiny();
    row = before && difference(before, data) > PART ? row + 1 : 0;
    before = data;
    if (row >= IN_A_ROW) {
      row = 0;
      onMotion();
    }
  }, EVERY_MS);
  return () => clearInterval(timer);
}
