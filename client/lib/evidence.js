// What a place asks for, and the position where it asks for that.
const CAMERA = ["photo", "face", "liveness"];

export const evidenceOf = (place) => (place?.policy?.evidence ?? []).filter((item) => item !== "none");
export const needsCamera = (place) => evidenceOf(place).some((item) => CAMERA.includes(item));
export const needsLiveness = (place) => evidenceOf(place).includes("liveness");
export const needsLocation = (place) => evidenceOf(place).includes("geofence");

const CODES = { 1: "location_denied", 2: "location_missing", 3: "location_missing" };

/** {lat, lon, accuracy} in degrees and metres; throws an error whose `code` the page has words for. */
export function locate() {
  return new Promise((done, fail) => {
    const refuse = (code) => fail(Object.assign(new Error(code), { code }));
    if (!navigator.geolocation) {
      refuse("location_missing");
      return;
    }
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => done({ lat: coords.latitude, lon: coords.longitude, accuracy: coords.accuracy }),
      (error) => refuse(CODES[error.code] ?? "location_missing"),
      { enableHighAccuracy: true, timeout: 10000, maximumAge: 15000 },
    );
  });
}
