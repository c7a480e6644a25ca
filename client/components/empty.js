import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Icon } from "./icon.js";

export function Empty({ icon = "today", title, children }) {
  return html`<div class="empty"><${Icon} name=${icon} /><strong>${title}</strong>${children}</div>`;
}

export function Skeleton({ lines = 4 }) {
  return html`<div class="skeleton" role="status"><span class="visually-hidden">${t("loading")}</span>
    ${Array.from({ length: lines }, (_, i) => html`<i key=${i} />`)}</div>`;
}
