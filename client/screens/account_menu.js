// What opens under one's initials: who one is, the language, the way out.
import { Button } from "../components/button.js";
import { Icon } from "../components/icon.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { signOut } from "../lib/session.js";
import { LanguageSelect } from "./shell.js";

export function Panel({ me, close }) {
  return html`<div><strong>${me.full_name || me.username}</strong><p class="muted small"><bdi>${me.username}</bdi>${me.site && html` · ${me.site.name}`}</p></div>
    <a class="button button-quiet button-wide" href=${href("account")} onClick=${close}><${Icon} name="key" />${t("nav.account")}</a>
    <a class="button button-quiet button-wide" href=${href("data")} onClick=${close}><${Icon} name="eye" />${t("nav.data")}</a>
    <${LanguageSelect} id="language" />
    <p class="muted small">${t("account.theme")}</p>
    <${Button} kind="quiet" wide icon="leave" onClick=${signOut}>${t("account.sign_out")}<//>`;
}
