// A new account: of one's own accord where the site allows it, or with an invitation that says what it gives.
import { Button } from "../components/button.js";
import { Skeleton } from "../components/empty.js";
import { Field } from "../components/field.js";
import { Icon } from "../components/icon.js";
import "../components/icons_more.js";
import { NewPassword } from "../components/new_password.js";
import { Problem } from "../components/problem.js";
import { dateTime } from "../lib/ago.js";
import { callJson } from "../lib/api.js";
import { useChoices } from "../lib/choices.js";
import { clearDraft, useDraft } from "../lib/draft.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { register } from "../lib/session.js";
import { useForm, useWait, useWork } from "../lib/work.js";
import { GateHead, SubmitButton, Username } from "./signin.js";

const check = (code) => callJson("auth", "/api/v1/invitations/check", { method: "POST", auth: false, json: { code } });

function Gives({ found }) {
  return html`<div class="note note-info" role="status" data-test="invitation"><${Icon} name="ticket" /><div class="note-body">
    <strong>${t("invitation.gives", { role: t(`role.${found.role}`) })}</strong>
    ${found.site_name && html`<p><bdi>${found.site_name}</bdi></p>`}
    ${found.expires_at && html`<p class="small muted">${t("invitation.until", { time: dateTime(found.expires_at) })}</p>`}</div></div>`;
}

function useInvitation(code) {
  const [found, setFound] = useState(null);
  const work = useWork();
  const look = () => work.run(async () => setFound(await check(code.trim())));
  useEffect(() => {
    if (code) look(); // a link was followed: what it gives is shown before anything is typed
  }, []);
  const forget = () => {
    setFound(null);
    work.clear();
  };
  return { ...work, found, look, forget };
}

function Invitation({ code, onCode, invitation, needed }) {
  const [open, setOpen] = useState(Boolean(code));
  if (!open && !needed) return html`<div><${Button} kind="plain" icon="ticket" onClick=${() => setOpen(true)}>${t("register.have_code")}<//></div>`;
  return html`<div class="field-and-button"><${Field} id="invitation" label=${t("register.code")} value=${code} onValue=${onCode} dir="ltr"
      autocomplete="off" autocapitalize="none" spellcheck="false" required=${needed} maxlength="200" />
      <${Button} kind="quiet" busy=${invitation.busy} disabled=${!code.trim()} onClick=${invitation.look}>${t("register.code.check")}<//></div>
    ${invitation.error && html`<${Problem} error=${invitation.error} />`}
    ${invitation.found && html`<${Gives} found=${invitation.found} />`}`;
}

function HaveAccount() {
  return html`<p class="muted">${t("register.have")} <a href=${href("signin")}>${t("signin.button")}</a></p>`;
}

function Closed() {
  return html`<div class="stack" data-test="registration-closed"><${GateHead} title=${t("register.closed.title")} text=${t("register.closed")} /><${HaveAccount} /></div>`;
}

/** The form where anybody, or whoever is invited, registers; where nobody does, a sentence about it. */
export function Register({ handed }) {
  const { registration } = useChoices();
  useEffect(() => {
    document.title = `${t(registration === "closed" ? "register.closed.title" : "register.title")} · Hazir`;
  }, [registration]);
  if (registration === null) return html`<${Skeleton} lines=${3} />`;
  return registration === "closed" ? html`<${Closed} />` : html`<${Newcomer} handed=${handed} invited=${registration === "invited"} />`;
}

function Newcomer({ handed, invited }) {
  const [draft, setDraft] = useDraft("register", { username: "", invitation: "" });
  const [code, setCode] = useState(handed ?? draft.invitation);
  const [password, setPassword] = useState("");
  const invitation = useInvitation(code);
  const { busy, error, onSubmit } = useForm(async () => {
    await register({ username: draft.username.trim(), password, invitation: code.trim() });
    clearDraft("register");
  });
  const wait = useWait(error);
  const keep = (change) => setDraft({ ...draft, ...change });
  const typeCode = (value) => {
    setCode(value);
    keep({ invitation: value });
    invitation.forget();
  };
  useEffect(() => {
    document.getElementById("username")?.focus();
    if (handed) keep({ invitation: handed });
  }, []);
  const wrongPassword = error?.field === "password";
  const wrongName = error?.field === "username";
  return html`<form class="stack" onSubmit=${onSubmit} aria-labelledby="form-title">
    <${GateHead} title=${t("register.title")} text=${!invitation.found && t(invited ? "register.invited" : "register.text")} />
    <${Invitation} code=${code} onCode=${typeCode} invitation=${invitation} needed=${invited} />
    ${error && !wrongPassword && !wrongName && html`<${Problem} error=${error} />`}
    <${Username} value=${draft.username} onValue=${(username) => keep({ username })} error=${wrongName && t("register.username.wrong")} />
    <${NewPassword} label=${t("signin.password")} value=${password} onValue=${setPassword} name=${draft.username}
      error=${wrongPassword && t("register.password.wrong")} />
    <${SubmitButton} busy=${busy} wait=${wait} busyText=${t("register.busy")}>${t("register.button")}<//>
    <${HaveAccount} />
  </form>`;
}
