import { html, useEffect, useRef } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Icon } from "./icon.js";

/** The browser's own modal dialog: it keeps the focus, closes on Escape and gives the focus back. */
export function Dialog({ title, onClose, children }) {
  const ref = useRef(null);
  useEffect(() => {
    const before = document.activeElement;
    ref.current.showModal();
    return () => before?.focus?.();
  }, []);
  return html`<dialog class="dialog" ref=${ref} aria-labelledby="dialog-title" onClose=${onClose}
    onCancel=${(event) => { event.preventDefault(); onClose(); }}>
    <div class="dialog-head"><h2 id="dialog-title">${title}</h2>
      <button type="button" class="button button-plain" aria-label=${t("close")} onClick=${onClose}><${Icon} name="cross" /></button></div>
    <div class="dialog-body">${children}</div>
  </dialog>`;
}
