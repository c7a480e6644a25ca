// Setting up the second factor in three steps: prove who you are, join the app, keep the recovery codes.
import { Button } from "../components/button.js";
import { CODE_LENGTH, CodeField } from "../components/code_field.js";
import { CopyText } from "../components/copy.js";
import { Dialog } from "../components/dialog.js";
import { PasswordField } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { Qr } from "../components/qr.js";
import { beginFactor, confirmFactor } from "../lib/account.js";
import { number } from "../lib/format.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useForm, useWait } from "../lib/work.js";
import { RecoveryCodes } from "./account_codes.js";

const STEPS = ["who", "app", "codes"];

function Steps({ at }) {
  return html`<ol class="steps">${STEPS.map((step, i) => html`<li key=${step} aria-current=${step === at ? "step" : undefined}
    data-done=${STEPS.indexOf(at) > i ? "true" : undefined}><span class="steps-mark figures">${number(i + 1)}</span>${t(`setup.${step}`)}</li>`)}</ol>`;
}

function Who({ onBegun, onCancel }) {
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useForm(async () => onBegun(await beginFactor(password)));
  const wait = useWait(error);
  const wrong = error?.code === "invalid_credentials";
  useEffect(() => document.getElementById("setup-password")?.focus(), []);
  return html`<form class="stack" onSubmit=${onSubmit}><p class="muted">${t("setup.who.text")}</p>
    ${error && !wrong && html`<${Problem} error=${error} />`}
    <${PasswordField} id="setup-password" label=${t("password.current")} value=${password} onValue=${setPassword} autocomplete="current-password"
      error=${wrong && t("password.current.wrong")} optional />
    <div class="row"><${Button} type="submit" busy=${busy} disabled=${wait > 0}>${t("next")}<//>
      <${Button} kind="quiet" onClick=${onCancel}>${t("cancel")}<//></div></form>`;
}

// In fours, as people read a secret aloud.
const grouped = (secret) => secret.replace(/(.{4})(?=.)/g, "$1 ");

function App({ begun, onCodes, onCancel }) {
  const [code, setCode] = useState("");
  const form = useRef(null);
  const { busy, error, onSubmit } = useForm(async () => {
    try {
      onCodes((await confirmFactor(code)).recovery_codes);
    } catch (problem) {
      setCode("");
      throw problem;
    }
  });
  const wait = useWait(error);
  useEffect(() => document.getElementById("setup-code")?.focus(), [error]);
  const sendSoon = () => setTimeout(() => form.current?.requestSubmit(), 0);
  return html`<form class="stack" onSubmit=${onSubmit} ref=${form}>
    <div class="setup-app"><${Qr} text=${begun.uri} label=${t("setup.qr")} />
      <div class="stack"><p>${t("setup.app.text")}</p><p class="muted small">${t("setup.app.same")} <a href=${begun.uri}>${t("setup.app.open")}</a></p></div></div>
    <${CopyText} label=${t("setup.secret")} text=${begun.secret}>${grouped(begun.secret)}<//>
    ${error && html`<${Problem} error=${error} />`}
    <${CodeField} id="setup-code" label=${t("setup.code")} value=${code} onValue=${setCode} onFull=${sendSoon} minlength=${CODE_LENGTH} />
    <div class="row"><${Button} type="submit" busy=${busy} disabled=${wait > 0}>${t("setup.confirm")}<//>
      <${Button} kind="quiet" onClick=${onCancel}>${t("cancel")}<//></div></form>`;
}

export function SetUp({ onClose, reload }) {
  const [begun, setBegun] = useState(null);
  const [codes, setCodes] = useState(null);
  const at = codes ? "codes" : begun ? "app" : "who";
  const finish = (made) => {
    setCodes(made);
    reload();
  };
  return html`<${Dialog} title=${t("factor.set_up")} onClose=${onClose}><div class="stack"><${Steps} at=${at} />
    ${at === "who" && html`<${Who} onBegun=${setBegun} onCancel=${onClose} />`}
    ${at === "app" && html`<${App} begun=${begun} onCodes=${finish} onCancel=${onClose} />`}
    ${at === "codes" && html`<${RecoveryCodes} codes=${codes} onDone=${onClose} />`}</div><//>`;
}
