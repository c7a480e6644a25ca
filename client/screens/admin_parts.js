// Pieces that the tabs of the administration share.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Skeleton } from "../components/empty.js";
import { Problem } from "../components/problem.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

export function Section({ title, children }) {
  return html`<section class="section stack"><h3>${title}</h3>${children}</section>`;
}

export function StateBadge({ locked }) {
  return locked ? html`<${Badge} tone="bad" icon="lock">${t("people.locked.true")}<//>` : html`<span class="muted state-open">${t("people.locked.false")}</span>`;
}

/** A list that comes in pages: skeleton, nothing, problem, rows, more. */
export function Listing({ pages, empty, children }) {
  return html`<div class="stack">
    ${pages.error && html`<${Problem} error=${pages.error} tone="wait" onRetry=${pages.items ? pages.more : pages.reload} />`}
    ${!pages.items && pages.loading && html`<${Card}><${Skeleton} lines=${9} /><//>`}
    ${pages.items?.length === 0 && html`<${Card}>${empty}<//>`}
    ${pages.items?.length > 0 && html`<div aria-busy=${pages.loading ? "true" : "false"}>${children}</div>`}
    ${pages.items && pages.next && html`<div class="more"><${Button} kind="quiet" busy=${pages.loading} onClick=${pages.more}>${t("more")}<//></div>`}</div>`;
}
