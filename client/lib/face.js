// One's own face data: the consent, the photos, and their ends.
import { callJson } from "./api.js";
import { useCallback, useEffect, useState } from "./html.js";

/** The version of the consent text this page carries in its catalogues. */
export const CONSENT_TEXT = "2026-11";
export const MOST_PHOTOS = 5;

const base = (id) => `/api/v1/people/${id}`;

export function useFace(id) {
  const [view, setView] = useState({ loading: true, error: null, consent: null, faces: [] });
  const load = useCallback(async () => {
    try {
      const consent = await callJson("face", `${base(id)}/consent`);
      const faces = consent.version ? (await callJson("face", `${base(id)}/faces`)).items : [];
      setView({ loading: false, error: null, consent, faces });
    } catch (error) {
      setView((old) => ({ ...old, loading: false, error }));
    }
  }, [id]);
  useEffect(() => {
    load();
  }, [load]);
  return { ...view, reload: load };
}

export const giveConsent = (id, version) =>
  callJson("face", `${base(id)}/consent`, { method: "POST", json: { version } });
export const withdrawConsent = (id) => callJson("face", `${base(id)}/consent`, { method: "DELETE" });
export const eraseFace = (id, face) => callJson("face", `${base(id)}/faces/${face}`, { method: "DELETE" });

/** Sends the photos in one request, so that a set is enrolled whole or the one at fault is named. */
export function enrol(id, photos) {
  const form = new FormData();
  photos.forEach((photo, i) => form.append("image", photo, `photo-${i + 1}.jpg`));
  return callJson("face", `${base(id)}/faces`, { method: "POST", multipart: form, timeout: 30000 });
}

/** Which of the photos an error names: the number in its field ("image[2]", "image.2"), else null. */
export function photoAtFault(error) {
  const found = /(\d+)/.exec(error?.field ?? "");
  return found ? Number(found[1]) : null;
}

/** good | fair | poor, from the service's 0 to 1. */
export function qualityWord(score) {
  if (score >= 0.75) return "good";
  return score >= 0.5 ? "fair" : "poor";
}
