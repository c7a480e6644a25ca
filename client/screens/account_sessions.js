// Where I am signed in, and how to end what should not be.
import { Badge } from "../components/badge.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Confirm } from "../components/confirm.js";
import { Skeleton } from "../components/empty.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { endOtherSessions, endSession, ownSessions } from "../lib/account.js";
import { readAgent } from "../lib/agent.js";
import { dateTime, relative } from "../lib/ago.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useLoad, useNow } from "../lib/load.js";

function deviceName({ browser, system }) {
  if (browser && system) return t("session.device", { browser, system });
  return browser ?? system ?? t("session.unknown");
}

const Ago = ({ value, now }) => html`<time datetime=${value} title=${dateTime(value)}>${relative(value, now)}</time>`;

function Session({ session, now, onEnd }) {
  const agent = readAgent(session.device);
  const name = deviceName(agent);
  return html`<li class="session" data-current=${session.current ? "true" : undefined}>
    <span class="record-icon"><${Icon} name=${{ phone: "phone", computer: "computer", program: "terminal" }[agent.kind]} /></span>
    <div class="record-text"><span class="row session-name"><strong>${name}</strong>${session.current && html`<${Badge} tone="good" icon="check">${t("session.this")}<//>`}</span>
      <span class="small">${session.current ? t("session.now") : html`${t("session.used")} <${Ago} value=${session.used_at} now=${now} />`} <span class="muted">· ${t("session.since")} <${Ago} value=${session.created_at} now=${now} /></span></span>
      <span class="muted small">${t(`network.${session.network}`)} · <bdi dir="ltr">${session.address}</bdi></span></div>
    ${!session.current && html`<${Button} kind="quiet" aria-label=${t("session.end.named", { name })} onClick=${() => onEnd(session, name)}>${t("session.end")}<//>`}
  </li>`;
}

function Ending({ asked, reload, onClose }) {
  if (asked.all) {
    return html`<${Confirm} title=${t("session.end_others")} text=${t("session.end_others.text", { count: asked.count })} button=${t("session.end_others")}
      icon="leave" done=${t("session.ended_others")} onClose=${onClose} onConfirm=${() => endOtherSessions().finally(reload)} />`;
  }
  return html`<${Confirm} title=${t("session.end.title")} text=${t("session.end.text", { name: asked.name })} button=${t("session.end")}
    icon="leave" done=${t("session.ended")} onClose=${onClose} onConfirm=${() => endSession(asked.sid).finally(reload)} />`;
}

export function Sessions() {
  const view = useLoad(ownSessions, []);
  const [asked, setAsked] = useState(null);
  const now = useNow();
  const others = (view.data ?? []).filter((session) => !session.current).length;
  return html`<${Card} title=${t("session.title")} id="sessions-title"><div class="stack"><p class="muted">${t("session.text")}</p>
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${view.loading && !view.data && html`<${Skeleton} lines=${4} />`}
    ${view.data && html`<ul class="sessions">${view.data.map((session) => html`<${Session} key=${session.sid} session=${session} now=${now}
      onEnd=${({ sid }, name) => setAsked({ sid, name })} />`)}</ul>`}
    ${view.data && others === 0 && html`<p class="muted small">${t("session.only_here")}</p>`}
    ${others > 1 && html`<div><${Button} kind="danger" icon="leave" onClick=${() => setAsked({ all: true, count: others })}>${t("session.end_others")}<//></div>`}
    ${asked && html`<${Ending} asked=${asked} reload=${view.reload} onClose=${() => setAsked(null)} />`}</div><//>`;
}
