// A text to take away. The clipboard needs a secure context; where there is none, the text is selected for the hand.
import { html, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Button } from "./button.js";

async function toClipboard(text, element) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection().selectAllChildren(element);
    return document.execCommand("copy");
  }
}

export function CopyButton({ text, from, children, kind = "quiet" }) {
  const [copied, setCopied] = useState(null);
  const copy = async () => {
    setCopied(await toClipboard(text, from.current));
    setTimeout(() => setCopied(null), 3000);
  };
  return html`<${Button} kind=${kind} icon=${copied ? "check" : "copy"} onClick=${copy}>${copied === null ? children : t(copied ? "copied" : "copy.by_hand")}<//>
    <span class="visually-hidden" role="status">${copied ? t("copied") : ""}</span>`;
}

/** A code, a link or a secret, whole and selectable, with its button. */
export function CopyText({ label, text, children }) {
  const shown = useRef(null);
  return html`<div class="field"><span class="label">${label}</span>
    <div class="copy-text"><code ref=${shown} dir="ltr" class="copy-value" data-test="copy-value">${children ?? text}</code>
      <${CopyButton} text=${text} from=${shown}>${t("copy")}<//></div></div>`;
}
