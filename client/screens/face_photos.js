// Taking one to five photos, looking at them, and only then sending them.
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { GuidedCamera } from "../components/guided_camera.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { enrol, judge, MOST_PHOTOS, photoAtFault } from "../lib/face.js";
import { number } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { explain } from "../lib/problem.js";
import { createStore, useStore } from "../lib/store.js";
import { Quality } from "./face.js";

// Outside the component: photos taken but not sent outlive an expired session. Emptied when another person signs in.
// Each is {blob, state: checking | good | wrong | unknown, reasons}.
const taken = createStore({ id: null, photos: [] });

const note = (photo, change) => taken.set((value) => ({ ...value, photos: value.photos.map((other) => (other.blob === photo.blob ? { ...other, ...change } : other)) }));

/** Every photo is looked at as soon as it is taken, so that what is wrong is said while one is still in front of the camera. */
async function look(photo) {
  try {
    const { acceptable, reasons } = await judge(photo.blob);
    note(photo, acceptable ? { state: "good", reasons: [] } : { state: "wrong", reasons });
  } catch {
    note(photo, { state: "unknown", reasons: [] }); // the service says it when they are saved
  }
}

const LOOKS = { checking: { icon: "spinner", text: "face.checking" }, good: { icon: "check", text: "face.fits" }, unknown: { icon: "info", text: "face.unchecked" } };

function Verdict({ photo }) {
  if (photo.state !== "wrong") {
    const { icon, text } = LOOKS[photo.state];
    return html`<p class="shot-verdict" data-state=${photo.state}><${Icon} name=${icon} turn=${icon === "spinner"} />${t(text)}</p>`;
  }
  return html`<ul class="shot-verdict" data-state="wrong">${photo.reasons.map((code) => {
    const { what, next } = explain({ code });
    return html`<li key=${code}><strong><${Icon} name="warning" />${what}</strong> ${next}</li>`;
  })}</ul>`;
}

function Shot({ photo, index, onRemove, onRetake }) {
  const [url, setUrl] = useState(null);
  useEffect(() => {
    const made = URL.createObjectURL(photo.blob);
    setUrl(made);
    return () => URL.revokeObjectURL(made);
  }, [photo.blob]);
  return html`<li class="shot-row" data-state=${photo.state}><div class="shot" data-fault=${photo.state === "wrong" ? "true" : undefined}>${url && html`<img src=${url} alt=${t("face.photo", { n: number(index + 1) })} />`}</div>
    <div class="shot-text"><strong>${t("face.photo", { n: number(index + 1) })}</strong><${Verdict} photo=${photo} /></div>
    <div class="shot-tools">${photo.state === "wrong" && html`<${Button} kind="quiet" icon="camera" aria-label=${t("face.retake", { n: number(index + 1) })} onClick=${onRetake} />`}
      <${Button} kind="plain" icon="cross" aria-label=${t("face.discard", { n: number(index + 1) })} onClick=${onRemove} /></div></li>`;
}

function Tray({ photos, error, busy, onRemove, onRetake, onSend }) {
  const ready = photos.filter((photo) => photo.state !== "wrong").length;
  return html`<div class="stack" data-test="tray"><h3>${t("face.tray", { count: photos.length })}</h3>
    <ul class="shot-list">${photos.map((photo, i) => html`<${Shot} key=${i} photo=${photo} index=${i} onRemove=${() => onRemove(photo)} onRetake=${() => onRetake(photo)} />`)}</ul>
    ${error && html`<${Problem} error=${error} />`}
    ${ready > 0 && html`<div><${Button} busy=${busy} icon="check" onClick=${onSend} data-test="save-photos">${t("face.save", { count: ready })}<//></div>`}</div>`;
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
  // From what is there now, not from what was when this was drawn: two photos may come before the next drawing.
  const set = (next) => taken.set((value) => ({ id, photos: next(value.id === id ? value.photos : []) }));
  const without = (...gone) => set((all) => all.filter((one) => !gone.some((other) => other.blob === one.blob)));
  const add = (blob) => {
    const photo = { blob, state: "checking", reasons: [] };
    set((all) => [...all, photo].slice(0, MOST_PHOTOS - faces.length));
    look(photo);
    setResult({ busy: false, error: null, saved: null });
    if (room <= 1) setOpen(false);
  };
  const retake = (photo) => {
    without(photo);
    setOpen(true);
  };
  const send = async () => {
    const ready = photos.filter((photo) => photo.state !== "wrong");
    setResult({ busy: true, error: null, saved: null });
    try {
      const answer = await enrol(id, ready.map((photo) => photo.blob));
      without(...ready);
      await reload();
      setResult({ busy: false, error: null, saved: answer.items });
    } catch (error) {
      const fault = ready[photoAtFault(error)];
      if (fault) note(fault, { state: "wrong", reasons: error.body?.reasons ?? [error.code] });
      setResult({ busy: false, error, saved: null });
    }
  };
  return html`<div class="stack">
    ${result.saved && html`<${Saved} items=${result.saved} />`}
    ${photos.length > 0 && html`<${Tray} photos=${photos} error=${result.error} busy=${result.busy} onSend=${send} onRemove=${without} onRetake=${retake} />`}
    ${room > 0 && html`<div><${Button} kind=${photos.length ? "quiet" : "primary"} icon="camera" onClick=${() => setOpen(true)} data-test="add-photo">${t("face.add")}<//></div>`}
    <p class="muted small">${t("face.tips")}</p>
    ${open && html`<${Dialog} title=${t("face.add")} onClose=${() => setOpen(false)}>
      <${GuidedCamera} shutter=${t("face.capture")} hint=${photos.length ? t("face.taken", { count: photos.length }) : t("face.tips")} onPhoto=${add} /><//>`}
  </div>`;
}
