// The second step of signing in: six digits from the app, or one of the recovery codes.
import { Button } from "../components/button.js";
import { CODE_LENGTH, CodeField } from "../components/code_field.js";
import { Field } from "../components/field.js";
import "../components/icons_more.js";
import { Problem } from "../components/problem.js";
import { html, useEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { verifySecondFactor } from "../lib/session.js";
import { useForm, useWait } from "../lib/work.js";
import { GateHead, SubmitButton } from "./signin.js";

const CHALLENGE_MS = 5 * 60 * 1000; // the service forgets the first step after this

function Recovery({ value, onValue }) {
  return html`<${Field} id="code" label=${t("second.recovery")} hint=${t("second.recovery.hint")} value=${value} onValue=${onValue}
    autocomplete="off" autocapitalize="none" spellcheck="false" dir="ltr" required class="input code-input code-long" />`;
}

function usePassing(ms, then) {
  useEffect(() => {
    const timer = setTimeout(then, ms);
    return () => clearTimeout(timer);
  }, []);
}

export function SecondFactor({ challenge, username, onBack }) {
  const [recovery, setRecovery] = useState(!challenge.methods.includes("totp"));
  const [code, setCode] = useState("");
  const form = useRef(null);
  const { busy, error, onSubmit, clear } = useForm(async () => {
    try {
      await verifySecondFactor(challenge.value, code.trim());
    } catch (problem) {
      setCode("");
      if (problem.code === "challenge_over") return onBack(problem);
      throw problem;
    }
  });
  const wait = useWait(error);
  usePassing(CHALLENGE_MS, () => onBack({ code: "challenge_over" }));
  useEffect(() => {
    document.title = `${t("second.title")} · Hazir`;
    document.getElementById("code")?.focus();
  }, [recovery, error]);
  const sendSoon = () => setTimeout(() => form.current?.requestSubmit(), 0); // after the state holds the last digit
  const swap = () => {
    setCode("");
    clear();
    setRecovery(!recovery);
  };
  return html`<form class="stack" onSubmit=${onSubmit} ref=${form} aria-labelledby="form-title">
    <${GateHead} title=${t("second.title")} text=${t(recovery ? "second.recovery.text" : username ? "second.text" : "second.text.plain", { name: username })} />
    ${error && html`<${Problem} error=${error} />`}
    ${recovery ? html`<${Recovery} value=${code} onValue=${setCode} />`
      : html`<${CodeField} id="code" label=${t("second.code")} value=${code} onValue=${setCode} onFull=${sendSoon} minlength=${CODE_LENGTH} />`}
    <${SubmitButton} busy=${busy} wait=${wait} busyText=${t("signin.busy")}>${t("second.button")}<//>
    <div class="row-between">
      <${Button} kind="plain" icon="back" onClick=${() => onBack()}>${t("second.back")}<//>
      ${challenge.methods.length > 1 && html`<${Button} kind="plain" onClick=${swap}>${t(recovery ? "second.use_app" : "second.use_recovery")}<//>`}
    </div>
  </form>`;
}
