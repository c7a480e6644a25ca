import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { Icon } from "./icon.js";

export function Badge({ tone, icon, children }) {
  return html`<span class=${`badge ${tone ? `badge-${tone}` : ""}`}>${icon && html`<${Icon} name=${icon} />`}${children}</span>`;
}

const STATUS = {
  accepted: { tone: "good", icon: "check" },
  pending: { tone: "info", icon: "hourglass" },
  review: { tone: "wait", icon: "eye" },
  refused: { tone: "bad", icon: "cross" },
  voided: { tone: "bad", icon: "cross" },
  queued: { tone: "", icon: "offline" },
};

/** The status of a record, in words. Green is kept for what is accepted and durable. */
export function StatusBadge({ status }) {
  const look = STATUS[status] ?? { tone: "", icon: "info" };
  return html`<${Badge} ...${look}>${t(`status.${status}`)}<//>`;
}

export function PresenceBadge({ action }) {
  return action === "in"
    ? html`<${Badge} tone="good" icon="enter">${t("state.in")}<//>`
    : html`<${Badge} icon="leave">${t("state.out")}<//>`;
}
