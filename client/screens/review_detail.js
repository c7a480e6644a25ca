// One doubtful record with all that there is to decide by.
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Compare } from "../components/compare.js";
import { Field } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { dateTime, relative } from "../lib/ago.js";
import { formatter, percent, plainNumber } from "../lib/format.js";
import { html } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { share } from "../lib/reviews.js";
import { StateOf, reasonWord } from "./review_list.js";

const decimal = (value) => formatter("NumberFormat", { minimumFractionDigits: 2, maximumFractionDigits: 2 }).format(value);

/** How alike the two faces are, with the mark from which on it would have been accepted by itself. */
export function Similarity({ value, threshold }) {
  if (value === undefined || value === null) return null;
  const x = (part) => Math.round(share(part) * 100);
  const enough = threshold !== undefined && threshold !== null;
  return html`<div class="similarity" data-test="similarity"><p class="row-between"><span>${t("review.similarity")}</span><strong class="figures">${decimal(value)}</strong></p>
    <svg viewBox="0 0 100 6" preserveAspectRatio="none" aria-hidden="true"><rect class="similarity-track" width="100" height="6" rx="1" />
      <rect class="similarity-bar" width=${x(value)} height="6" rx="1" />${enough && html`<rect class="similarity-mark" x=${x(threshold) - 0.4} width="0.8" height="6" />`}</svg>
    ${enough && html`<p class="muted small">${t("review.threshold", { value: decimal(threshold) })}</p>`}</div>`;
}

function Facts({ item, zone, now }) {
  const { record } = item;
  const live = record.evidence?.liveness; // {decision, score, reason}, or the decision alone
  const found = live?.reason ?? live?.decision ?? live;
  return html`<dl class="facts review-facts">
    <div class="fact"><dt>${t("review.why")}</dt><dd>${reasonWord(item.reason)}</dd></div>
    <div class="fact"><dt>${t("review.when")}</dt><dd class="figures">${dateTime(record.timestamp, zone)}</dd></div>
    <div class="fact"><dt>${t("review.waiting")}</dt><dd>${relative(item.waiting_since, now)}</dd></div>
    ${live && html`<div class="fact"><dt>${t("review.live")}</dt><dd>${has(`review.live.${found}`) ? t(`review.live.${found}`) : found}${typeof live.score === "number" && html` <span class="muted figures">(${percent(live.score)})</span>`}</dd></div>`}
  </dl>`;
}

function Decision({ own, keys, busy, reason, onReason, onDecide }) {
  if (own) return html`<div class="note note-info"><${Icon} name="info" /><div class="note-body"><strong>${t("review.own")}</strong><p>${t("review.own.text")}</p></div></div>`;
  const key = (letter) => keys && html`<kbd class="wide-only">${letter}</kbd>`;
  return html`<div class="stack review-decision"><${Field} id="review-reason" label=${t("reason")} hint=${t("reason.hint")} value=${reason} onValue=${onReason} maxlength="500" autocomplete="off" />
    <div class="review-buttons"><${Button} big icon="check" busy=${busy} onClick=${() => onDecide("accept")} data-test="accept">${t("review.accept")}${key("A")}<//>
      <${Button} big kind="danger" icon="cross" busy=${busy} onClick=${() => onDecide("refuse")} data-test="refuse">${t("review.refuse")}${key("R")}<//></div></div>`;
}

function Decided({ item, me, busy, zone, now, onUndo }) {
  const { decided_by: by, decided_at: at, reason, undo_until: until } = item.decision;
  const mine = by.employee_id === me.employee_id && Date.parse(until) > now;
  return html`<div class="note note-info"><${Icon} name="info" /><div class="note-body"><p>${t("review.by", { name: by.username ?? plainNumber(by.employee_id), time: dateTime(at, zone) })}</p>
    ${reason && html`<q class="wrap-anywhere"><bdi>${reason}</bdi></q>`}
    ${mine && html`<div><${Button} kind="quiet" icon="undo" busy=${busy} onClick=${onUndo}>${t("review.undo")}<//></div>`}</div></div>`;
}

export function Detail({ me, item, zone, now, zoom, onZoom, busy, keys, reason, onReason, onDecide, onUndo, onBack }) {
  const { record, employee } = item;
  const name = employee.full_name || employee.username;
  const time = dateTime(record.timestamp, zone);
  const waits = !item.decision;
  return html`<div class="stack" data-test="review-detail" data-record=${record.id}>
    <div class="review-back"><${Button} kind="plain" icon="back" onClick=${onBack}>${t("review.back")}<//></div>
    <div class="row-between"><div class="profile-head"><${Avatar} name=${name} /><div><h2><bdi>${name}</bdi></h2><p class="muted small">${t(`record.${record.action}`)} · <bdi dir="ltr">${employee.username}</bdi></p></div></div><${StateOf} item=${item} /></div>
    <${Compare} zoom=${zoom} onZoom=${onZoom}
      left=${{ service: "attendance", path: item.photo_url, caption: t("review.photo.record", { time }) }}
      right=${{ service: "face", path: item.enrolled_photo_url, caption: t("review.photo.enrolled") }} />
    <${Similarity} value=${item.similarity} threshold=${item.threshold} />
    <${Facts} item=${item} zone=${zone} now=${now} />
    ${waits ? html`<${Decision} own=${employee.employee_id === me.employee_id} keys=${keys} busy=${busy} reason=${reason} onReason=${onReason} onDecide=${onDecide} />`
      : html`<${Decided} item=${item} me=${me} busy=${busy} zone=${zone} now=${now} onUndo=${onUndo} />`}
  </div>`;
}
