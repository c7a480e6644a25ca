// A photo only its viewers may see: fetched with the token, shown from memory, freed when it leaves the screen.
import { call } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { lazy } from "./lazy.js";

/** {url, blob, error, again}: a photo and an address of it for an <img>, null until it is there. */
export function usePicture(service, path) {
  const [view, setView] = useState({});
  const [round, setRound] = useState(0);
  useEffect(() => {
    setView({});
    if (!path) return undefined;
    let alive = true;
    let url = null;
    call(service, path)
      .then((response) => response.blob())
      .then((blob) => {
        if (alive) setView({ blob, url: (url = URL.createObjectURL(blob)) });
      })
      .catch((error) => alive && setView({ error }));
    return () => {
      alive = false;
      if (url) URL.revokeObjectURL(url);
    };
  }, [service, path, round]);
  return { url: null, blob: null, error: null, ...view, again: () => setRound((old) => old + 1) };
}

/** The address alone; without the picture its frame stays: the record beside it is what counts. */
export const usePhoto = (service, path) => usePicture(service, path).url;

const Large = lazy(() => import("./photo_large.js").then((module) => module.Large), { styles: ["camera"], lines: 1 });

export function Thumbnail({ service = "attendance", path, alt }) {
  const url = usePhoto(service, path);
  const [open, setOpen] = useState(false);
  return html`<button type="button" class="photo" aria-label=${alt} onClick=${() => setOpen(true)} disabled=${!url}>
      ${url && html`<img src=${url} alt="" />`}</button>
    ${open && html`<${Large} url=${url} alt=${alt} onClose=${() => setOpen(false)} />`}`;
}

export function AvatarPhoto({ path }) {
  const url = usePhoto("attendance", path);
  return url ? html`<img src=${url} alt="" />` : null;
}
