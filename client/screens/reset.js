// A new password by a link that works once. The link's secret is held here and nowhere else.
import { Button } from "../components/button.js";
import { Skeleton } from "../components/empty.js";
import { Icon } from "../components/icon.js";
import "../components/icons_more.js";
import { PasswordPair, mustMatch } from "../components/new_password.js";
import { Problem } from "../components/problem.js";
import { dateTime } from "../lib/ago.js";
import { callJson } from "../lib/api.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useLoad } from "../lib/load.js";
import { go } from "../lib/router.js";
import { expectNoSession } from "../lib/session.js";
import { useForm, useWait } from "../lib/work.js";
import { GateHead, SubmitButton } from "./signin.js";

const post = (path, json) => callJson("auth", path, { method: "POST", auth: false, json });

function leave({ ended = false } = {}) {
  if (ended) expectNoSession(); // the reset has ended every session of that account
  go("signin", undefined, { replace: true });
  location.reload();
}

function Done() {
  return html`<div class="stack"><${GateHead} title=${t("reset.done")} />
    <div class="note note-info" role="status"><${Icon} name="check" /><div class="note-body"><p>${t("reset.done.text")}</p></div></div>
    <${Button} big wide onClick=${() => leave({ ended: true })}>${t("signin.button")}<//></div>`;
}

function Form({ token, found, onDone }) {
  const [pair, setPair] = useState({ first: "", second: "" });
  const { busy, error, onSubmit } = useForm(async () => {
    mustMatch(pair);
    await post("/api/v1/auth/reset", { token, password: pair.first });
    onDone();
  });
  const wait = useWait(error);
  const weak = error?.field === "password" || error?.field === "new";
  useEffect(() => document.getElementById("new-password")?.focus(), []);
  return html`<form class="stack" onSubmit=${onSubmit} aria-labelledby="form-title">
    <${GateHead} title=${t("reset.title")} text=${t("reset.text", { name: found.username, time: dateTime(found.expires_at) })} />
    ${error && !weak && html`<${Problem} error=${error} />`}
    <input type="text" name="username" autocomplete="username" value=${found.username} hidden readonly />
    <${PasswordPair} pair=${pair} onPair=${setPair} name=${found.username} error=${weak && t("register.password.wrong")} />
    <${SubmitButton} busy=${busy} wait=${wait} busyText=${t("reset.busy")}>${t("reset.button")}<//>
  </form>`;
}

export function Reset({ token: handed }) {
  const [token] = useState(handed ?? "");
  const [done, setDone] = useState(false);
  const view = useLoad(async () => {
    if (!token) throw { code: "link_used_or_expired" };
    return post("/api/v1/auth/reset/check", { token });
  }, [token]);
  useEffect(() => {
    document.title = `${t("reset.title")} · Hazir`;
  }, []);
  if (done) return html`<${Done} />`;
  if (view.data) return html`<${Form} token=${token} found=${view.data} onDone=${() => setDone(true)} />`;
  if (view.loading) return html`<${Skeleton} lines=${5} />`;
  const gone = !view.error.retryable;
  return html`<div class="stack"><${GateHead} title=${t("reset.title")} />
    <${Problem} error=${view.error} tone=${gone ? "bad" : "wait"} onRetry=${gone ? undefined : view.reload} />
    <${Button} kind="quiet" wide icon="back" onClick=${() => leave()}>${t("reset.to_signin")}<//></div>`;
}
