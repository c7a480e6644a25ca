// English: what the camera should see, and what is wrong with a photo of a face.
export default {
  "guide.starting": "One moment…", "guide.good": "Good. Hold still.", "guide.off": "No hints right now. You can go on.", "guide.no_face": "Look into the camera",
  "guide.several_faces": "One person at a time", "guide.too_small": "Come closer", "guide.too_near": "Go back a little", "guide.unclear_face": "Show your whole face",
  "guide.blurred": "Hold still", "guide.too_dark": "More light on your face", "guide.too_bright": "Less light on your face", "guide.turned_away": "Look straight ahead",
  "guide.tilted": "Hold your head upright", "guide.cut_off": "Move into the middle",
  "err.too_near": "The face is too near.|Go back a little and take another photo.",
  "err.unclear_face": "The face cannot be made out well.|Show your whole face, without mask, hand or dark glasses.",
  "err.different_people": "These photos show different people.|Take all of them of yourself alone.",
  "err.blurred": "The photo is blurred.|Hold still, wipe the lens, and take another.",
  "err.too_dark": "It is too dark.|Turn towards a window or a lamp and take another.",
  "err.too_bright": "It is too bright.|Step out of the direct light and take another.",
  "err.turned_away": "The face is turned away.|Look straight into the camera and take another.",
  "err.tilted": "The head is tilted.|Hold it upright and take another.",
  "err.cut_off": "Part of the face is outside the picture.|Move into the middle and take another.",
};
