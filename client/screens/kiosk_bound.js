// Somebody who is not the device account has signed in on a kiosk, or opened its address: nothing of theirs is shown here.
import { Button } from "../components/button.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { boundTo, release } from "../lib/kiosk_bound.js";
import { go } from "../lib/router.js";
import { isAdmin, signOut } from "../lib/session.js";

export function Bound({ me }) {
  const bound = boundTo();
  const free = () => {
    release();
    go("today", undefined, { replace: true });
  };
  if (!bound) {
    return html`<div class="stack"><h1>${t("kiosk.title")}</h1><p>${t("kiosk.how")}</p><p class="muted">${t("kiosk.how.more")}</p>
      <div class="row"><${Button} onClick=${() => go("today")}>${t("nav.today")}<//><${Button} kind="quiet" icon="leave" onClick=${signOut}>${t("account.sign_out")}<//></div></div>`;
  }
  return html`<div class="stack" data-test="bound"><h1>${t("kiosk.bound")}</h1><p>${t("kiosk.bound.text", { name: bound.name })}</p>
    <div class="row"><${Button} icon="leave" onClick=${signOut}>${t("account.sign_out")}<//>
      ${isAdmin(me) && html`<${Button} kind="danger" icon="unlock" onClick=${free}>${t("kiosk.release")}<//>`}</div></div>`;
}
