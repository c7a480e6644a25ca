// The webcam: a preview stream, one JPEG of it, and the certainty that the light goes off afterwards.
export { toBase64 } from "./base64.js";

export const LONGEST_EDGE = 1280;
/** For frames sent in a row: enough to judge a face by, light enough for six of them in one request. */
export const FRAME_EDGE = 960;
const QUALITY = 0.86;

/** Codes the page has words for: camera_insecure, camera_denied, camera_missing, camera_busy. */
export class CameraError extends Error {
  constructor(code) {
    super(code);
    this.code = code;
  }
}

const CODES = {
  NotAllowedError: "camera_denied",
  SecurityError: "camera_denied",
  NotFoundError: "camera_missing",
  OverconstrainedError: "camera_missing",
};

export async function openCamera() {
  if (!navigator.mediaDevices?.getUserMedia) throw new CameraError("camera_insecure");
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: false,
      video: { facingMode: "user", width: { ideal: 1280 }, height: { ideal: 960 } },
    });
  } catch (error) {
    throw new CameraError(CODES[error?.name] || "camera_busy");
  }
}

export const closeCamera = (stream) => stream?.getTracks().forEach((track) => track.stop());

function fit(width, height, longest) {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.round(width * scale), height: Math.round(height * scale) };
}

async function toJpeg(source, sourceWidth, sourceHeight, longest = LONGEST_EDGE) {
  const canvas = document.createElement("canvas");
  Object.assign(canvas, fit(sourceWidth, sourceHeight, longest));
  canvas.getContext("2d").drawImage(source, 0, 0, canvas.width, canvas.height);
  const blob = await new Promise((done) => canvas.toBlob(done, "image/jpeg", QUALITY));
  if (!blob) throw new CameraError("not_an_image");
  return blob;
}

/** The whole picture of this moment, its longer edge at most `longest` pixels. */
export const capture = (video, longest) => toJpeg(video, video.videoWidth, video.videoHeight, longest);

/** A chosen file, brought to the same shape as a capture; what the browser cannot read is refused here. */
export async function fromFile(file) {
  try {
    const bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    return await toJpeg(bitmap, bitmap.width, bitmap.height);
  } catch {
    throw new CameraError("not_an_image");
  }
}
