// Another password. Every other device has to sign in again; this one goes on.
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { PasswordField } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { PasswordPair, mustMatch } from "../components/new_password.js";
import { Problem } from "../components/problem.js";
import { changePassword } from "../lib/account.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { toast } from "../lib/toasts.js";
import { useForm, useWait } from "../lib/work.js";

const BLANK = { first: "", second: "" };

function Elsewhere() {
  return html`<div class="note note-info" role="status"><${Icon} name="info" /><div class="note-body">
    <strong>${t("password.elsewhere")}</strong><p>${t("password.elsewhere.text")}</p></div></div>`;
}

function Form({ me, onDone, onElsewhere }) {
  const [current, setCurrent] = useState("");
  const [pair, setPair] = useState(BLANK);
  const { busy, error, onSubmit } = useForm(async () => {
    mustMatch(pair);
    try {
      await changePassword(current, pair.first);
    } catch (problem) {
      if (problem.code === "not_local") return onElsewhere();
      throw problem;
    }
    toast(t("password.changed"));
    return onDone();
  });
  const wait = useWait(error);
  const wrong = error?.code === "invalid_credentials";
  const weak = ["new", "password"].includes(error?.field);
  return html`<form class="stack form" onSubmit=${onSubmit} aria-labelledby="password-title">
    <input type="text" name="username" autocomplete="username" value=${me.username} hidden readonly />
    ${error && !wrong && !weak && html`<${Problem} error=${error} />`}
    <${PasswordField} id="current-password" label=${t("password.current")} value=${current} onValue=${setCurrent}
      autocomplete="current-password" error=${wrong && t("password.current.wrong")} />
    <${PasswordPair} pair=${pair} onPair=${setPair} name=${me.username} error=${weak && t("register.password.wrong")} />
    <div class="row"><${Button} type="submit" busy=${busy} disabled=${wait > 0}>${t("password.change")}<//>
      <${Button} kind="quiet" onClick=${onDone}>${t("cancel")}<//></div>
  </form>`;
}

export function Password({ me }) {
  const [open, setOpen] = useState(false);
  const [elsewhere, setElsewhere] = useState(false);
  return html`<${Card} title=${t("password.title")} id="password-title"><div class="stack"><p class="muted">${t("password.text")}</p>
    ${elsewhere && html`<${Elsewhere} />`}
    ${open && !elsewhere && html`<${Form} me=${me} onDone=${() => setOpen(false)} onElsewhere=${() => setElsewhere(true)} />`}
    ${!open && !elsewhere && html`<div><${Button} kind="quiet" icon="key" onClick=${() => setOpen(true)}>${t("password.change")}<//></div>`}</div><//>`;
}
