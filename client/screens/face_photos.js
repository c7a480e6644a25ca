// Taking one to five photos, looking at them, and only then sending them.
import { Button } from "../components/button.js";
import { Camera } from "../components/camera.js";
import { Dialog } from "../components/dialog.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { enrol, MOST_PHOTOS, photoAtFault } from "../lib/face.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { createStore, useStore } from "../lib/store.js";
import { Quality } from "./face.js";

// Outside the component: photos taken but not sent outlive an expired session. Emptied when another person signs in.
const taken = createStore({ id: null, photos: [] });

function Preview({ photo, index, fault, onRemove }) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const made = URL.createObjectURL(photo);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo]);
  return html`<li class="shot" data-fault=${fault ? "true" : undefined}>${url && html`<img src=${url} alt=${t("face.photo", { n: index + 1 })} />`}
    <button type="button" class="shot-remove" aria-label=${t("face.discard", { n: index + 1 })} onClick=${onRemove}><${Icon} name="cross" /></button></li>`;
}

function Tray({ photos, error, busy, onRemove, onSend }) {
  const fault = photoAtFault(error);
  return html`<div class="stack" data-test="tray"><h3>${t("face.tray", { count: photos.length })}</h3>
    <ul class="shots">${photos.map((photo, i) => html`<${Preview} key=${photo} photo=${photo} index=${i} fault=${fault === i} onRemove=${() => onRemove(i)} />`)}</ul>
    ${error && html`<${Problem} error=${error} />`}
    <div><${Button} busy=${busy} icon="check" onClick=${onSend} data-test="save-photos">${t("face.save", { count: photos.length })}<//></div></div>`;
}

function Saved({ items }) {
  return html`<div class="note note-info" role="status"><${Icon} name="check" /><div class="note-body"><strong>${t("face.saved", { count: items.length })}</strong>
    <p class="row">${items.map((item) => item.quality && html`<${Quality} key=${item.id} score=${item.quality.score} />`)}</p></div></div>`;
}

export function FacePhotos({ id, faces, reload }) {
  const store = useStore(taken);
  const photos = store.id === id ? store.photos : [];
  const [open, setOpen] = useState(false);
  const [result, setResult] = useState({ busy: false, error: null, saved: null });
  const room = MOST_PHOTOS - faces.length - photos.length;
  const set = (next) => taken.set({ id, photos: next });
  const add = (photo) => {
    set([...photos, photo]);
    setResult({ busy: false, error: null, saved: null });
    if (room <= 1) setOpen(false);
  };
  const send = async () => {
    setResult({ busy: true, error: null, saved: null });
    try {
      const answer = await enrol(id, photos);
      set([]);
      await reload();
      setResult({ busy: false, error: null, saved: answer.items });
    } catch (error) {
      setResult({ busy: false, error, saved: null });
    }
  };
  return html`<div class="stack">
    ${result.saved && html`<${Saved} items=${result.saved} />`}
    ${photos.length > 0 && html`<${Tray} photos=${photos} error=${result.error} busy=${result.busy} onSend=${send} onRemove=${(i) => set(photos.filter((_, k) => k !== i))} />`}
    ${room > 0 && html`<div><${Button} kind=${photos.length ? "quiet" : "primary"} icon="camera" onClick=${() => setOpen(true)} data-test="add-photo">${t("face.add")}<//></div>`}
    <p class="muted small">${t("face.tips")}</p>
    ${open && html`<${Dialog} title=${t("face.add")} onClose=${() => setOpen(false)}>
      <${Camera} shutter=${t("camera.shutter")} hint=${t("face.taken", { count: photos.length })} onPhoto=${add} /><//>`}
  </div>`;
}
