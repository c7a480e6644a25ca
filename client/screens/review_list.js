import { Avatar } from "../components/avatar.js";
import { Badge } from "../components/badge.js";
import { relative } from "../lib/ago.js";
import { moment } from "../lib/format.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";

export const reasonWord = (code) => (has(`review.reason.${code}`) ? t(`review.reason.${code}`) : code);

const DECIDED = { accept: { tone: "good", icon: "check" }, refuse: { tone: "bad", icon: "cross" } };

/** What a record has come to, in a badge; why it waits, as long as it does. */
export function StateOf({ item }) {
  if (!item.decision) return html`<${Badge} tone="wait" icon="eye">${reasonWord(item.reason)}<//>`;
  const word = item.decision.decision;
  return html`<${Badge} ...${DECIDED[word]}>${t(`review.was.${word}`)}<//>`;
}

/** The queue: the longest waiting first. The one looked at is marked; pressing one looks at it. */
export function QueueList({ items, index, now, zone, onPick }) {
  return html`<ul class="queue" aria-label=${t("review.list")}>${items.map((item, i) => {
    const name = item.employee.full_name || item.employee.username;
    return html`<li key=${item.record.id}><button type="button" class="queue-item" data-review=${item.record.id} aria-current=${i === index ? "true" : undefined} onClick=${() => onPick(i)}>
      <${Avatar} name=${name} small /><span class="queue-text"><strong><bdi>${name}</bdi></strong>
        <span class="small">${t(`record.${item.record.action}`)} <span class="figures nowrap">${moment(item.record.timestamp, zone, now)}</span></span>
        <span class="row queue-more"><${StateOf} item=${item} /><span class="muted small nowrap">${relative(item.waiting_since, now)}</span></span></span></button></li>`;
  })}</ul>`;
}
