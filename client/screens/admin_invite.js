// Making an invitation. Its code is shown once: as a link, as a text, as a QR code to hold up.
import { Button } from "../components/button.js";
import { Check } from "../components/check.js";
import { CopyText } from "../components/copy.js";
import { Dialog } from "../components/dialog.js";
import { Field, Select } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { Qr } from "../components/qr.js";
import { invite, nameOf, ROLES } from "../lib/admin.js";
import { dateTime } from "../lib/ago.js";
import { asciiDigits } from "../lib/digits.js";
import { number } from "../lib/format.js";
import { html, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { isAdmin } from "../lib/session.js";
import { useForm } from "../lib/work.js";

const DAYS = [1, 7, 30, 90, 365];
const DAY_MS = 86400000;
const MOST_USES = 1000;

const linkOf = (code) => `${location.origin}${location.pathname}${href("register", { invitation: code })}`;

function Made({ made, sites, onClose }) {
  const link = linkOf(made.code);
  return html`<div class="stack" data-test="invitation-made"><p><strong>${t("invitation.once")}</strong> ${t("invitation.once.text")}</p>
    <div class="setup-app"><${Qr} text=${link} label=${t("invitation.qr")} /><dl class="facts">
      <div class="fact"><dt>${t("people.role")}</dt><dd>${t(`role.${made.role}`)}</dd></div>
      ${made.site_id && html`<div class="fact"><dt>${t("people.site")}</dt><dd><bdi>${nameOf(sites, made.site_id)}</bdi></dd></div>`}
      ${made.expires_at && html`<div class="fact"><dt>${t("invitation.ends")}</dt><dd>${dateTime(made.expires_at)}</dd></div>`}
      <div class="fact"><dt>${t("invitation.people")}</dt><dd class="figures">${number(made.uses)}</dd></div></dl></div>
    <${CopyText} label=${t("invitation.link")} text=${link} /><${CopyText} label=${t("invitation.code")} text=${made.code} />
    <div><${Button} onClick=${onClose}>${t("close")}<//></div></div>`;
}

function TeamChoice({ teams, chosen, onChosen, needed }) {
  if (teams.length === 0) return null;
  const toggle = (id) => (on) => onChosen(teams.map((team) => team.id).filter((other) => (other === id ? on : chosen.includes(other))));
  return html`<fieldset class="choices choices-plain"><legend>${t("invitation.teams")}</legend>
    ${teams.map((team) => html`<${Check} key=${team.id} label=${html`<bdi>${team.name}</bdi>`} checked=${chosen.includes(team.id)} onValue=${toggle(team.id)} />`)}
    ${needed && chosen.length === 0 && html`<p class="field-hint">${t("invitation.teams.needed")}</p>`}</fieldset>`;
}

function useInvitationForm(me, sites) {
  const admin = isAdmin(me);
  const [value, setValue] = useState({ role: "staff", site_id: "", team_ids: !admin && me.manages.length === 1 ? [me.manages[0].id] : [], days: "7", uses: "1", note: "" });
  const site = value.site_id === "" && sites.length === 1 ? sites[0].id : value.site_id;
  const set = (name) => (given) => setValue((old) => ({ ...old, [name]: given, ...(name === "site_id" && { team_ids: [] }) }));
  const body = () => ({
    role: value.role,
    ...(admin && site !== "" && { site_id: Number(site) }), // of a manager's teams the service knows the site
    ...(value.team_ids.length && { team_ids: value.team_ids }),
    expires_at: new Date(Date.now() + Number(value.days) * DAY_MS).toISOString(),
    uses: Number(asciiDigits(value.uses)),
    ...(value.note.trim() && { note: value.note.trim() }),
  });
  return { admin, value, site, set, body };
}

function Fields({ form, sites, teams, error }) {
  const { admin, value, site, set } = form;
  const roles = (admin ? ROLES : ["staff"]).map((role) => ({ value: role, label: t(`role.${role}`) }));
  const places = [{ value: "", label: t("people.no_site") }, ...sites.map((one) => ({ value: one.id, label: one.name }))];
  const ends = DAYS.map((days) => ({ value: days, label: t("invitation.days", { count: days }) }));
  const own = admin ? teams.filter((team) => team.site_id === Number(site)) : teams;
  return html`<${Select} id="invite-role" label=${t("people.role")} value=${value.role} onValue=${set("role")} options=${roles} hint=${t(`role.${value.role}.text`)} />
    ${admin && html`<${Select} id="invite-site" label=${t("people.site")} value=${site} onValue=${set("site_id")} options=${places} />`}
    <${TeamChoice} teams=${own} needed=${!admin} chosen=${value.team_ids} onChosen=${set("team_ids")} />
    <div class="pair"><${Select} id="invite-days" label=${t("invitation.valid")} value=${value.days} onValue=${set("days")} options=${ends} />
      <${Field} id="invite-uses" label=${t("invitation.people")} value=${value.uses} onValue=${set("uses")} inputmode="numeric" pattern="[0-9٠-٩۰-۹]+" required
        error=${error?.field === "uses" && t("invitation.uses.wrong", { n: number(MOST_USES) })} /></div>
    <${Field} id="invite-note" label=${t("invitation.note")} hint=${t("invitation.note.hint")} value=${value.note} onValue=${set("note")} maxlength="200" autocomplete="off" />`;
}

export function Invite({ me, organisation, onMade, onClose }) {
  const { sites, teams } = organisation;
  const form = useInvitationForm(me, sites);
  const [made, setMade] = useState(null);
  const { busy, error, onSubmit } = useForm(async () => {
    setMade(await invite(form.body()));
    onMade();
  });
  return html`<${Dialog} title=${t(made ? "invitation.made" : "invitation.make")} onClose=${onClose}>
    ${made ? html`<${Made} made=${made} sites=${sites} onClose=${onClose} />` : html`<form class="stack" onSubmit=${onSubmit}>
      ${error && html`<${Problem} error=${error} />`}
      <${Fields} form=${form} sites=${sites} teams=${teams} error=${error} />
      <div class="row"><${Button} type="submit" icon="ticket" busy=${busy} disabled=${!form.admin && form.value.team_ids.length === 0}>${t("invitation.make")}<//><${Button} kind="quiet" onClick=${onClose}>${t("cancel")}<//></div></form>`}<//>`;
}
