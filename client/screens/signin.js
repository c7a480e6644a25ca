import { Button } from "../components/button.js";
import { Field, PasswordField } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { clearDraft, useDraft } from "../lib/draft.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { register, signIn } from "../lib/session.js";
import { Gate } from "./shell.js";

function useForm(submit) {
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState(null);
  const onSubmit = async (event) => {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    setError(null);
    try {
      await submit();
    } catch (problem) {
      setError(problem);
      setBusy(false);
    }
  };
  return { busy, error, onSubmit };
}

const Username = (props) => html`<${Field} id="username" label=${t("signin.username")} autocomplete="username"
  autocapitalize="none" spellcheck="false" dir="ltr" required ...${props} />`;

export function SignIn({ expired, me }) {
  const [username, setUsername] = useDraft("signin", me?.username ?? "");
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useForm(() => signIn(username.trim(), password));
  useEffect(() => {
    document.title = `${t("signin.title")} · Hazir`;
    document.getElementById(username ? "password" : "username")?.focus();
  }, []);
  return html`<${Gate}><form class="stack" onSubmit=${onSubmit} aria-labelledby="form-title">
    <div class="stack-s"><h1 id="form-title">${t(expired ? "signin.again" : "signin.title")}</h1>
      <p class="muted">${t(expired ? "signin.again.text" : "signin.text")}</p></div>
    ${error && html`<${Problem} error=${error} />`}
    <${Username} value=${username} onValue=${setUsername} />
    <${PasswordField} id="password" label=${t("signin.password")} value=${password} onValue=${setPassword} autocomplete="current-password" />
    <${Button} type="submit" big wide busy=${busy}>${t(busy ? "signin.busy" : "signin.button")}<//>
    <p class="muted">${t("signin.new")} <a href=${href("register")}>${t("signin.register")}</a></p>
  </form><//>`;
}

export function Register() {
  const [username, setUsername] = useDraft("register", "");
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    await register(username.trim(), password);
    clearDraft("register");
  });
  useEffect(() => {
    document.title = `${t("register.title")} · Hazir`;
    document.getElementById("username")?.focus();
  }, []);
  const wrongPassword = error?.field === "password";
  const wrongName = error?.field === "username";
  return html`<${Gate}><form class="stack" onSubmit=${onSubmit} aria-labelledby="form-title">
    <div class="stack-s"><h1 id="form-title">${t("register.title")}</h1><p class="muted">${t("register.text")}</p></div>
    ${error && !wrongPassword && !wrongName && html`<${Problem} error=${error} />`}
    <${Username} value=${username} onValue=${setUsername} error=${wrongName && t("register.username.wrong")} />
    <${PasswordField} id="password" label=${t("signin.password")} value=${password} onValue=${setPassword}
      autocomplete="new-password" hint=${t("register.password.hint")} error=${wrongPassword && t("register.password.wrong")} />
    <${Button} type="submit" big wide busy=${busy}>${t(busy ? "register.busy" : "register.button")}<//>
    <p class="muted">${t("register.have")} <a href=${href("signin")}>${t("signin.button")}</a></p>
  </form><//>`;
}
