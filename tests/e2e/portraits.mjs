// The face in front of the fake webcam: official portraits of office holders, out of the source distribution of
// `face_recognition`, whose hash is checked. They are fetched at test set-up into an ignored folder, never committed.
import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const FOLDER = join(import.meta.dirname, ".portraits");
const SHA256 = "5e5efdd1686aa566af0d3cc1313b131e4b197657a8ffd03669e6d3fad92705ec";
const ARCHIVE = join(FOLDER, "face_recognition-1.3.0.tar.gz");
const FRAMES = 30;

function archive() {
  mkdirSync(FOLDER, { recursive: true });
  if (!existsSync(ARCHIVE)) {
    const python = process.env.HAZIR_PYTHON || "python3";
    const args = ["-m", "pip", "download", "-q", "--no-deps", "--no-binary", ":all:", "-d", FOLDER, "face_recognition==1.3.0"];
    execFileSync(python, args, { stdio: ["ignore", "ignore", "inherit"] });
  }
  const found = createHash("sha256").update(readFileSync(ARCHIVE)).digest("hex");
  if (found !== SHA256) throw new Error(`unexpected archive: ${found}`);
}

/** The path of one portrait: obama, obama2, obama3 or biden. */
export function portrait(name) {
  const path = join(FOLDER, `${name}.jpg`);
  if (!existsSync(path)) {
    archive();
    const inside = `face_recognition-1.3.0/tests/test_images/${name}.jpg`;
    writeFileSync(path, execFileSync("tar", ["-xzOf", ARCHIVE, inside], { maxBuffer: 2 ** 24 }));
  }
  return path;
}

/** A motion JPEG of that portrait for --use-file-for-fake-video-capture; the browser itself does the scaling. */
export async function webcamFile(chromium, launch, name) {
  const path = join(FOLDER, `${name}.mjpeg`);
  if (existsSync(path)) return path;
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
