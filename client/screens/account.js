// My account: who I am here, how I sign in, and where I am signed in.
import { Avatar } from "../components/avatar.js";
import { Badge } from "../components/badge.js";
import { Card } from "../components/card.js";
import { Icon } from "../components/icon.js";
import "../components/icons_more.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { Kiosk } from "./account_kiosk.js";
import { Password } from "./account_password.js";
import { SecondFactor } from "./account_second.js";
import { Sessions } from "./account_sessions.js";
import { LanguageSelect } from "./shell.js";

function Fact({ label, children }) {
  return html`<div class="fact"><dt>${label}</dt><dd>${children}</dd></div>`;
}

const Names = ({ items }) => html`<ul>${items.map((item) => html`<li key=${item.id}><bdi>${item.name}</bdi></li>`)}</ul>`;

function Profile({ me }) {
  return html`<${Card} class="profile">
    <div class="profile-head"><${Avatar} name=${me.full_name || me.username} large />
      <div class="wrap-anywhere"><h2><bdi>${me.full_name || me.username}</bdi></h2><p class="muted"><bdi dir="ltr">${me.username}</bdi></p></div></div>
    <dl class="facts">
      <${Fact} label=${t("account.roles")}><span class="row badges">${me.roles.map((role) => html`<${Badge} key=${role}>${t(`role.${role}`)}<//>`)}</span><//>
      ${me.school_number && html`<${Fact} label=${t("people.school_number")}><bdi dir="ltr">${me.school_number}</bdi><//>`}
      <${Fact} label=${t("people.site")}>${me.site ? html`<bdi>${me.site.name}</bdi>` : t("people.no_site")}<//>
      <${Fact} label=${t("people.teams")}>${me.teams.length ? html`<${Names} items=${me.teams} />` : t("people.no_teams")}<//>
      ${me.manages.length > 0 && html`<${Fact} label=${t("account.manages")}><${Names} items=${me.manages} /><//>`}
    </dl>
    <p class="muted small">${t("account.profile.text")}</p>
  <//>`;
}

export function Account({ me }) {
  return html`<div class="account">
    <div class="stack-s account-head"><h1>${t("account.title")}</h1><p class="muted">${t("account.text")}</p></div>
    <div class="stack account-side"><${Profile} me=${me} />
      <${Card} title=${t("language")} id="language-title"><div class="stack"><${LanguageSelect} id="language-account" hideLabel /><p class="muted small">${t("account.theme")}</p></div><//>
      <${Card} title=${t("nav.data")} id="own-data"><a class="button button-quiet" href=${href("data")}><${Icon} name="eye" />${t("access.data")}</a><//></div>
    <div class="stack account-main"><${Sessions} /><${SecondFactor} /><${Password} me=${me} /><${Kiosk} me=${me} /></div>
  </div>`;
}
