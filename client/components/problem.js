import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { explain, helpfulScreen } from "../lib/problem.js";
import { href } from "../lib/router.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";

/** What happened and what to do next; the request id only for whoever opens it. */
export function Problem({ error, onRetry, tone = "bad" }) {
  const { what, next, requestId, code } = explain(error);
  const screen = helpfulScreen(code);
  return html`<div class=${`note note-${tone}`} role="alert"><${Icon} name="warning" />
    <div class="note-body"><strong>${what}</strong><p>${next}</p>
      ${screen && html`<p><a href=${href(screen)}>${t("nav.face")}</a></p>`}
      <${RequestId} id=${requestId} />
      ${onRetry && html`<div><${Button} kind="quiet" icon="refresh" onClick=${onRetry}>${t("retry")}<//></div>`}
    </div></div>`;
}

export function RequestId({ id }) {
  if (!id) return null;
  return html`<details><summary>${t("details")}</summary>${t("request_id")} <code dir="ltr">${id}</code></details>`;
}
