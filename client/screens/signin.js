// Signing in: name and password first, an institution's own page beside it, the second factor after it.
import { Button } from "../components/button.js";
import { Field, PasswordField, Select } from "../components/field.js";
import { lazy } from "../components/lazy.js";
import { Problem } from "../components/problem.js";
import { leaveForDirectory, startOf, takeWayBack, useChoices } from "../lib/choices.js";
import { useDraft } from "../lib/draft.js";
import { waitText } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { has, t } from "../lib/i18n.js";
import { go, href, parseHash } from "../lib/router.js";
import { signIn } from "../lib/session.js";
import { useForm, useWait } from "../lib/work.js";
import { Gate } from "./shell.js";

const DEMO = [["staff", "demo_staff_1"], ["manager", "demo_manager_1"], ["admin", "demo_admin"]];

// Fetched when an account asks for it, which is never without a network.
const SecondFactor = lazy(() => import("./signin_code.js").then((module) => module.SecondFactor), { words: ["entry"], styles: ["entry"] });

export const Username = (props) => html`<${Field} id="username" label=${t("signin.username")} autocomplete="username"
  autocapitalize="none" spellcheck="false" dir="ltr" required ...${props} />`;

export function GateHead({ title, text }) {
  return html`<div class="stack-s"><h1 id="form-title">${title}</h1>${text && html`<p class="muted">${text}</p>`}</div>`;
}

/** The button of a form that a throttle may hold: it says how long. */
export function SubmitButton({ busy, wait, busyText, children }) {
  return html`<${Button} type="submit" big wide busy=${busy} disabled=${wait > 0}>${wait > 0 ? t("wait.button", { wait: waitText(wait) }) : busy ? busyText : children}<//>`;
}

function Institutions({ links }) {
  if (links.length === 0) return null;
  return html`<div class="stack-s institutions"><p class="or"><span>${t("signin.or")}</span></p>
    ${links.map((one) => html`<a key=${one.name} class="button button-quiet button-wide" href=${startOf(one.name, location.href)}
      onClick=${leaveForDirectory}>${t("signin.with", { name: one.label })}</a>`)}</div>`;
}

function Directory({ passwords, value, onValue }) {
  if (passwords.length < 2) return null;
  const options = [{ value: "", label: t("signin.directory.any") }, ...passwords.map((one) => ({ value: one.name, label: one.label }))];
  return html`<${Select} id="directory" label=${t("signin.directory")} value=${value} onValue=${onValue} options=${options} />`;
}

const DOORS = { open: ["signin.new", "signin.register"], invited: ["signin.invited", "signin.invitation"] };

/** Where nobody registers there is nothing; until that is known, the room for it. */
function NewHere({ registration }) {
  if (registration === "closed") return null;
  const [question, answer] = DOORS[registration] ?? [];
  return html`<p class="muted">${question ? html`${t(question)} <a href=${href("register")}>${t(answer)}</a>` : "\u00a0"}</p>`;
}

function DemoPeople({ onPick }) {
  return html`<div class="demo"><p class="small muted">${t("signin.demo")}</p>
    <div class="row">${DEMO.map(([role, name]) => html`<${Button} key=${name} kind="plain" onClick=${() => onPick(name)}>${t(`signin.demo.${role}`)}<//>`)}</div></div>`;
}

/** Why an institution's page sent the person back; of a locked account it says no more than that it did not work. */
function failure(code) {
  if (!code || code === "second_factor_required") return null;
  return { code: has(`err.${code}`) && code !== "invalid_credentials" ? code : "directory_failed" };
}

const METHODS = ["totp", "recovery"];

function useWayBack(failed) {
  useEffect(() => {
    const back = failed && takeWayBack();
    if (!back) return;
    const { screen, query } = parseHash(back);
    go(screen, query, { replace: true });
  }, []);
}

function Password({ expired, form, setForm, error, busy, onSubmit, wait, choices }) {
  const { username, directory, password } = form;
  return html`<form class="stack" onSubmit=${onSubmit} aria-labelledby="form-title">
    <${GateHead} title=${t(expired ? "signin.again" : "signin.title")} text=${t(expired ? "signin.again.text" : "signin.text")} />
    ${error && html`<${Problem} error=${error} />`}
    <${Username} value=${username} onValue=${(value) => setForm({ username: value })} />
    <${PasswordField} id="password" label=${t("signin.password")} value=${password} onValue=${(value) => setForm({ password: value })} autocomplete="current-password" />
    <${Directory} passwords=${choices.passwords} value=${directory} onValue=${(value) => setForm({ directory: value })} />
    <${SubmitButton} busy=${busy} wait=${wait} busyText=${t("signin.busy")}>${t("signin.button")}<//>
    <${Institutions} links=${choices.links} />
    <${NewHere} registration=${choices.registration} />
    ${choices.demo && html`<${DemoPeople} onPick=${(name) => setForm({ username: name, password: "password", directory: "" })} />`}
  </form>`;
}

export function SignIn({ expired, me, failed, asked }) {
  const [kept, setKept] = useDraft("signin", { username: me?.username ?? "", directory: "" });
  const [password, setPassword] = useState("");
  const [challenge, setChallenge] = useState(asked ? { value: asked, methods: METHODS } : null);
  const [returned, setReturned] = useState(failure(failed));
  const choices = useChoices();
  useWayBack(failed);
  const form = useForm(async () => {
    setReturned(null);
    try {
      const offered = choices.passwords.some((one) => one.name === kept.directory); // it may have been taken away since
      await signIn({ username: kept.username.trim(), password, directory: offered && kept.directory });
    } catch (problem) {
      if (problem.code !== "second_factor_required") throw problem;
      setPassword("");
      setChallenge({ value: problem.challenge, methods: problem.methods });
    }
  });
  const wait = useWait(form.error);
  useEffect(() => {
    document.title = `${t("signin.title")} · Hazir`;
    if (!challenge) document.getElementById(kept.username ? "password" : "username")?.focus();
  }, [challenge]);
  const setForm = ({ password: secret, ...rest }) => {
    if (secret !== undefined) setPassword(secret);
    if (Object.keys(rest).length) setKept({ ...kept, ...rest });
  };
  const back = (problem) => {
    setChallenge(null);
    setReturned(problem ?? null);
  };
  if (challenge) return html`<${Gate}><${SecondFactor} challenge=${challenge} username=${asked === challenge.value ? "" : kept.username} onBack=${back} /><//>`;
  return html`<${Gate}><${Password} ...${form} error=${form.error ?? returned} expired=${expired} form=${{ ...kept, password }} setForm=${setForm}
    wait=${wait} choices=${choices} /><//>`;
}
