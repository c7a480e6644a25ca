import { html, useEffect, useState } from "../lib/html.js";
import { time } from "../lib/format.js";
import { t } from "../lib/i18n.js";

/** The state of the live feed in one or two words. After a lasting refusal it offers to try again. */
export function FeedPill({ feed }) {
  const [status, setStatus] = useState(feed.status.get());
  useEffect(() => {
    setStatus(feed.status.get());
    return feed.status.subscribe(setStatus);
  }, [feed]);
  const { state, heardAt } = status;
  const text = t(`feed.${state}`);
  const title = heardAt ? t("feed.heard", { time: time(heardAt) }) : text;
  const mark = html`<span class="pill-mark" aria-hidden="true" />`;
  if (state === "off") {
    return html`<button type="button" class="pill pill-off" title=${title} onClick=${() => feed.retryNow()}>${mark}${text}</button>`;
  }
  return html`<span class=${`pill pill-${state}`} role="status" data-state=${state} title=${title}>${mark}${text}</span>`;
}
