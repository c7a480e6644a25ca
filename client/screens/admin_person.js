// One person at the side of the list: who they are, what they may do, how they sign in.
import { Avatar } from "../components/avatar.js";
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Skeleton } from "../components/empty.js";
import { Field } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { changePerson, person } from "../lib/admin.js";
import { ALL_LINES } from "../lib/audit.js";
import { keepDraft } from "../lib/draft.js";
import { plainNumber } from "../lib/format.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useLoad } from "../lib/load.js";
import { go } from "../lib/router.js";
import { toast } from "../lib/toasts.js";
import { useForm } from "../lib/work.js";
import { Access } from "./admin_access.js";
import { DetailFields, fieldOf, toDetails, UsernameField } from "./admin_add.js";
import { KioskAccess } from "./admin_kiosk.js";
import { Section, StateBadge } from "./admin_parts.js";
import { RoleChoice } from "./admin_roles.js";
import { Teams } from "./admin_teams.js";

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const storedOf = (one) => ({ username: one.username, full_name: one.full_name ?? "", school_number: one.school_number ?? "", external_code: one.external_code ?? "", site_id: one.site_id ?? "" });

function Details({ one, own, sites, onSaved }) {
  const stored = storedOf(one);
  const [value, setValue] = useState(stored);
  const [reason, setReason] = useState("");
  const username = value.username.trim();
  const renamed = username !== stored.username;
  const changed = renamed || !same(toDetails(value), toDetails(stored));
  const { busy, error, onSubmit } = useForm(async () => {
    await changePerson(one.employee_id, { ...toDetails(value), ...(renamed && { username, ...(reason.trim() && { reason: reason.trim() }) }) });
    if (own && renamed) keepDraft("signin", { username, directory: "" }); // one's own session is over: signed in again by the new name
    toast(t("saved"));
    onSaved();
  });
  useEffect(() => document.getElementById(fieldOf(error))?.focus(), [error]);
  return html`<${Section} title=${t("person.details")}><form class="stack" onSubmit=${onSubmit}>
    <${UsernameField} id="username" value=${value.username} onValue=${(text) => setValue({ ...value, username: text })} error=${error}
      hint=${renamed && t("person.rename.effect")} />
    ${renamed && html`<${Field} id="rename-reason" label=${t("reason")} hint=${t("reason.hint")} value=${reason} onValue=${setReason} maxlength="500" autocomplete="off" />`}
    <${DetailFields} value=${value} onValue=${setValue} sites=${sites} error=${error} />
    ${error && !fieldOf(error) && html`<${Problem} error=${error} />`}
    <div><${Button} type="submit" kind=${changed ? "primary" : "quiet"} busy=${busy} disabled=${!changed}>${t("save")}<//></div></form><//>`;
}

function Roles({ one, own, onSaved }) {
  const [roles, setRoles] = useState(one.roles);
  const [reason, setReason] = useState("");
  const changed = !same([...roles].sort(), [...one.roles].sort());
  const { busy, error, onSubmit } = useForm(async () => {
    await changePerson(one.employee_id, { roles, ...(reason.trim() && { reason: reason.trim() }) });
    toast(t("person.roles.saved"));
    setReason("");
    onSaved();
  });
  return html`<${Section} title=${t("people.roles")}><form class="stack" onSubmit=${onSubmit}>
    ${own && html`<p class="muted small">${t("person.roles.own")}</p>`}
    ${error && html`<${Problem} error=${error} />`}
    <${RoleChoice} roles=${roles} onRoles=${setRoles} disabled=${own} />
    ${changed && html`<${Field} id="roles-reason" label=${t("reason")} hint=${t("reason.hint")} value=${reason} onValue=${setReason} maxlength="500" autocomplete="off" />
      <p class="muted small">${t("person.roles.effect")}</p>`}
    ${!own && html`<div><${Button} type="submit" kind=${changed ? "primary" : "quiet"} busy=${busy} disabled=${!changed || roles.length === 0}>${t("person.roles.save")}<//></div>`}</form><//>`;
}

function Head({ one }) {
  const name = one.full_name || one.username;
  return html`<div class="profile-head"><${Avatar} name=${name} large /><div class="wrap-anywhere"><p class="row"><strong class="profile-name"><bdi>${name}</bdi></strong> <${StateBadge} locked=${one.locked} /></p>
    <p class="muted small"><bdi dir="ltr">${one.username}</bdi> · ${t("person.number")} <bdi class="figures">${plainNumber(one.employee_id)}</bdi></p></div></div>`;
}

function toAudit(one) {
  keepDraft("audit", { ...ALL_LINES, object: { id: `person:${one.employee_id}`, name: one.full_name || one.username } });
  go("admin", { tab: "audit" });
}

/** `known` is the row that was pressed, shown until the answer comes; `fresh`: just added, so its first link is at hand. */
export function Person({ me, id, known, organisation, fresh, onClose, onChange }) {
  const view = useLoad(() => person(id), [id]);
  const one = view.data ?? known;
  const own = me.employee_id === id;
  const saved = async () => {
    onChange();
    await view.reload();
  };
  return html`<${Dialog} title=${t("person.title")} sheet onClose=${onClose}><div class="stack person-sheet">
    <${Head} one=${one} />
    ${view.error && html`<${Problem} error=${view.error} tone="wait" onRetry=${view.reload} />`}
    ${!view.data && view.loading && html`<${Skeleton} lines=${8} />`}
    ${view.data && html`<${Access} one=${one} own=${own} fresh=${fresh} onSaved=${saved} />
      <${KioskAccess} one=${one} />
      <${Roles} key=${`r${one.roles.join()}`} one=${one} own=${own} onSaved=${saved} />
      <${Teams} one=${one} organisation=${organisation} onSaved=${saved} />
      <${Details} key=${`d${JSON.stringify(storedOf(one))}`} one=${one} own=${own} sites=${organisation.sites} onSaved=${saved} />
      <div class="section"><${Button} kind="plain" icon="list" onClick=${() => toAudit(one)}>${t("person.audit")}<//></div>`}
  </div><//>`;
}
