// English: the camera.
export default {
  "camera.preview": "Camera preview",
  "camera.starting": "Starting the camera",
  "camera.file": "Choose a photo instead",
  "camera.shutter": "Take photo",
  "camera.shutter.in": "Take photo and check in",
  "camera.shutter.out": "Take photo and check out",
  "camera.hint.face": "Look into the camera, with your face inside the oval.",
  "camera.hint.photo": "The photo is kept with the record. Only people allowed to can see it.",
};
