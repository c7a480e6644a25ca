// The face in front of the fake webcam: official portraits of office holders, fetched and checked by
// tests/support/portraits.py, never committed.
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { python, ROOT } from "./harness.mjs";

const FOLDER = join(import.meta.dirname, ".portraits");
const FRAMES = 30;
const FILMS = ["far", "doubtful", "movements"]; // tests/support/films.py
let kept = null;
let films = null;

/** The path of one portrait: obama, obama2, obama3 or biden. */
export function portrait(name) {
  kept ??= execFileSync(python(), ["-m", "tests.support.portraits"], { cwd: ROOT, encoding: "utf8" }).replace("portraits: ", "").trim();
  return join(kept, `${name}.jpg`);
}

/** The path of a film in which somebody moves, or is hard to know. */
export function film(name) {
  films ??= execFileSync(python(), ["-m", "tests.support.films"], { cwd: ROOT, encoding: "utf8" }).replace("films: ", "").trim();
  return join(films, `${name}.mjpeg`);
}

/** A motion JPEG of that portrait for --use-file-for-fake-video-capture; the browser itself does the scaling. */
export async function webcamFile(chromium, launch, name) {
  if (FILMS.includes(name)) return film(name);
  const path = join(FOLDER, `${name}.mjpeg`);
  if (existsSync(path)) return path;
  mkdirSync(FOLDER, { recursive: true });
  const data = readFileSync(portrait(name)).toString("base64");
  const browser = await chromium.launch(launch);
  const page = await browser.newPage();
  const frame = await page.evaluate(async (source) => {
    const image = new Image();
    image.src = `data:image/jpeg;base64,${source}`;
    await image.decode();
    const canvas = Object.assign(document.createElement("canvas"), { width: 640, height: 480 });
    const scale = Math.max(640 / image.width, 480 / image.height);
    const [width, height] = [image.width * scale, image.height * scale];
    // The top is kept: that is where a portrait has its face.
    canvas.getContext("2d").drawImage(image, (640 - width) / 2, 0, width, height);
    return canvas.toDataURL("image/jpeg", 0.9).split(",")[1];
  }, data);
  await browser.close();
  const jpeg = Buffer.from(frame, "base64");
  writeFileSync(path, Buffer.concat(Array.from({ length: FRAMES }, () => jpeg)));
  return path;
}
