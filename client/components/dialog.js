import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Icon } from "./icon.js";
import { Toasts } from "./toast.js";

let count = 0;

/** The browser's own modal dialog: it keeps the focus, closes on Escape and gives the focus back.
 * What is behind it is neither seen nor read out, so it shows the confirmations itself. `sheet`: at the side. */
export function Dialog({ title, onClose, sheet, children }) {
  const ref = useRef(null);
  const [id] = useState(() => `dialog-${(count += 1)}`);
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog class=${`dialog ${sheet ? "dialog-sheet" : ""}`} ref=${ref} aria-labelledby=${id} onClose=${onClose}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <div class="dialog-head"><h2 id=${id}>${title}</h2>
      <button type="button" class="button button-plain" aria-label=${t("close")} onClick=${onClose}><${Icon} name="cross" /></button></div>
    <div class="dialog-body">${children}</div><${Toasts} />
  </dialog>`;
}
