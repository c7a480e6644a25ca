// Two pictures of a face in frames of one size, enlarged so that both faces are seen equally large. No DOM.
const MOST = 4; // times that one picture is enlarged beyond the other, so that a face far away does not become a few squares

/** The scale (pixels of the screen for one of the picture) at which the whole picture is seen. */
const whole = (picture, frame) => Math.min(frame.width / picture.width, frame.height / picture.height);

/** The scale of each picture {width, height, face?: {x, y, width, height}}, null for one that is not there. */
export function scales(pictures, frame, zoom) {
  const base = pictures.map((picture) => picture && whole(picture, frame));
  const heights = pictures.map((picture, i) => (picture?.face ? picture.face.height * base[i] : null));
  const largest = Math.max(...heights);
  return base.map((scale, i) => scale && scale * zoom * (zoom > 1 && heights[i] ? Math.min(MOST, largest / heights[i]) : 1));
}

const FACE_HEIGHT = 0.35; // of the way down a picture of somebody, where it is not known

/** How far the frame has to be scrolled for the face to be in its middle. */
export function middle(picture, scale, frame) {
  const { face, width, height } = picture;
  const [x, y] = face ? [face.x + face.width / 2, face.y + face.height / 2] : [width / 2, height * FACE_HEIGHT];
  const within = (at, whole, seen) => Math.max(0, Math.min(at * scale - seen / 2, whole * scale - seen));
  return { left: within(x, width, frame.width), top: within(y, height, frame.height) };
}

/** The largest of the faces that were found, in the picture's own pixels. */
export function largestFace({ faces, width, height }, picture) {
  const [x, y] = [picture.width / width, picture.height / height];
  const boxes = faces.map(({ box: [left, top, wide, high] }) => ({ x: left * x, y: top * y, width: wide * x, height: high * y }));
  return boxes.reduce((best, box) => (best && best.width * best.height >= box.width * box.height ? best : box), null);
}
