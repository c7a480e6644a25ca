import { html, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** A file, dropped or chosen; the button is there for whoever does not drag. */
export function FileDrop({ accept, text, hint, onFile, busy }) {
  const input = useRef(null);
  const [over, setOver] = useState(false);
  const take = (files) => files?.[0] && onFile(files[0]);
  const drop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files);
  };
  const hover = (event) => {
    event.preventDefault();
    setOver(true);
  };
  const choose = (event) => {
    take(event.currentTarget.files);
    event.currentTarget.value = ""; // the same file, corrected, can be chosen again
  };
  return html`<div class="drop" data-over=${over ? "true" : undefined} onDragOver=${hover} onDragLeave=${() => setOver(false)} onDrop=${drop}>
    <${Icon} name="upload" /><strong>${text}</strong>${hint && html`<p class="muted small">${hint}</p>`}
    <input ref=${input} type="file" accept=${accept} hidden onChange=${choose} data-test="file" />
    <${Button} kind="quiet" busy=${busy} onClick=${() => input.current.click()}>${t("file.choose")}<//></div>`;
}
