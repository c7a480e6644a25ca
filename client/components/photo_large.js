import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Dialog } from "./dialog.js";

export const Large = ({ url, alt, onClose }) => html`<${Dialog} title=${t("photo")} onClose=${onClose}><div class="photo-large"><img src=${url} alt=${alt} /></div><//>`;
