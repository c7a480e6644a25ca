// One's own face data: the consent, the photos, and their ends.
import { callJson } from "./api.js";
import { useCallback, useEffect, useState } from "./html.js";

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

/** {version, language, title, paragraphs, sha256}: the text itself comes from the service that keeps its hash. */
export const consentText = (language) => callJson("face", `/api/v1/faces/consent-text?${new URLSearchParams({ language })}`);
export const giveConsent = (id, { version, language }) =>
  callJson("face", `${base(id)}/consent`, { method: "POST", json: { version, language } });
export const withdrawConsent = (id) => callJson("face", `${base(id)}/consent`, { method: "DELETE" });
export const eraseFace = (id, face) => callJson("face", `${base(id)}/faces/${face}`, { method: "DELETE" });

function formOf(images) {
  const form = new FormData();
  images.forEach((image, i) => form.append("image", image, `photo-${i + 1}.jpg`));
  return form;
}

/** Sends the photos in one request, so that a set is enrolled whole or the one at fault is named. */
export const enrol = (id, photos) => callJson("face", `${base(id)}/faces`, { method: "POST", multipart: formOf(photos), timeout: 30000 });

/** {acceptable, reasons, quality} of a picture, before anything of it is kept. */
export const judge = (image) => callJson("face", "/api/v1/faces/quality", { method: "POST", multipart: formOf([image]) });

/** Which of the photos an error names: its index, or the number in its field ("image[2]"), else null. */
export function photoAtFault(error) {
  if (Number.isInteger(error?.body?.index)) return error.body.index;
  const found = /(\d+)/.exec(error?.field ?? "");
  return found ? Number(found[1]) : null;
}

/** good | fair | poor, from the service's 0 to 1. */
export function qualityWord(score) {
  if (score >= 0.75) return "good";
  return score >= 0.5 ? "fair" : "poor";
}

/** {faces: [{box: [x, y, width, height]}], width, height} of a picture that is shown anyway; nothing of it is kept. */
export const findFaces = (image) => callJson("face", "/api/v1/faces/detect", { method: "POST", multipart: formOf([image]) });
