// How somebody gets in: a link for a new password, the second factor, a lock.
import { Button } from "../components/button.js";
import { Confirm } from "../components/confirm.js";
import { CopyText } from "../components/copy.js";
import { Problem } from "../components/problem.js";
import { changePerson, endFactorOf, resetLink } from "../lib/admin.js";
import { dateTime } from "../lib/ago.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useWork } from "../lib/work.js";
import { Section } from "./admin_parts.js";

const because = (reason) => (reason ? { reason } : {});

function ResetLink({ one, fresh }) {
  const [made, setMade] = useState(null);
  const { busy, error, run } = useWork();
  return html`<div class="stack-s">
    <div class="access"><div><strong>${t("reset_link.title")}</strong><p class="muted small">${t(fresh ? "reset_link.first" : "reset_link.text")}</p></div>
      <${Button} kind=${fresh && !made ? "primary" : "quiet"} icon="link" busy=${busy} onClick=${() => run(async () => setMade(await resetLink(one.employee_id)))}>${t(made ? "reset_link.again" : "reset_link.make")}<//></div>
    ${error && html`<${Problem} error=${error} />`}
    ${made && html`<div class="secret-box stack-s" data-test="reset-link"><${CopyText} label=${t("reset_link.once")} text=${made.url} />
      <p class="muted small">${t("reset_link.until", { time: dateTime(made.expires_at) })}</p></div>`}</div>`;
}

function Row({ title, text, children }) {
  return html`<div class="access"><div><strong>${title}</strong><p class="muted small">${text}</p></div>${children}</div>`;
}

export function Access({ one, own, fresh, onSaved }) {
  const [asked, setAsked] = useState(null);
  const name = one.full_name || one.username;
  const id = one.employee_id;
  const close = () => setAsked(null);
  const lock = async (reason) => {
    await changePerson(id, { locked: !one.locked, ...because(reason) });
    await onSaved();
  };
  const factor = async (reason) => {
    await endFactorOf(id, reason).catch((error) => {
      throw error.status === 404 ? Object.assign(error, { code: "no_second_factor" }) : error;
    });
    await onSaved();
  };
  const word = one.locked ? "unlock" : "lock";
  return html`<${Section} title=${t("person.access")}>
    ${!own && html`<${ResetLink} one=${one} fresh=${fresh} />`}
    ${!own && html`<${Row} title=${t("factor.title")} text=${t("person.factor.text")}>
      <${Button} kind="quiet" icon="shield" onClick=${() => setAsked("factor")}>${t("person.factor.off")}<//><//>`}
    ${own ? html`<p class="muted small">${t("person.lock.own")}</p>` : html`<${Row} title=${t(`person.${word}.title`)} text=${t(`person.${word}.text`)}>
      <${Button} kind=${one.locked ? "quiet" : "danger"} icon=${word} onClick=${() => setAsked("lock")}>${t(`person.${word}`)}<//><//>`}
    ${asked === "lock" && html`<${Confirm} title=${t(`person.${word}.ask`, { name })} text=${t(`person.${word}.text`)} button=${t(`person.${word}`)} icon=${word}
      reason=${t("reason")} done=${t(`person.${word}.done`)} onConfirm=${lock} onClose=${close} />`}
    ${asked === "factor" && html`<${Confirm} title=${t("person.factor.ask", { name })} text=${t("person.factor.confirm")} button=${t("person.factor.off")} icon="shield"
      reason=${t("reason")} needed done=${t("person.factor.done")} onConfirm=${factor} onClose=${close} />`}<//>`;
}
