// A photo only its viewers may see: fetched with the token, shown from memory, freed when it leaves the screen.
import { call } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Dialog } from "./dialog.js";

/** An address for an <img>, null until the picture is there. */
export function usePhoto(service, path) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    setUrl(null);
    if (!path) return undefined;
    let alive = true;
    let made = null;
    call(service, path)
      .then((response) => response.blob())
      .then((blob) => {
        if (!alive) return;
        made = URL.createObjectURL(blob);
        setUrl(made);
      })
      .catch(() => {}); // without the picture its frame stays: the record beside it is what counts
    return () => {
      alive = false;
      if (made) URL.revokeObjectURL(made);
    };
  }, [service, path]);
  return url;
}

export function Thumbnail({ service = "attendance", path, alt }) {
  const url = usePhoto(service, path);
  const [open, setOpen] = useState(false);
  return html`<button type="button" class="photo" aria-label=${alt} onClick=${() => setOpen(true)} disabled=${!url}>
      ${url && html`<img src=${url} alt="" />`}</button>
    ${open && html`<${Dialog} title=${t("photo")} onClose=${() => setOpen(false)}>
      <div class="photo-large"><img src=${url} alt=${alt} /></div><//>`}`;
}

export function AvatarPhoto({ path }) {
  const url = usePhoto("attendance", path);
  return url ? html`<img src=${url} alt="" />` : null;
}
