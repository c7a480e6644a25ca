// One more person. Without a password they get a link to choose their own.
import { Button } from "../components/button.js";
import { Dialog } from "../components/dialog.js";
import { Field, PasswordField, Select } from "../components/field.js";
import { Problem } from "../components/problem.js";
import { addPerson } from "../lib/admin.js";
import { useDraft } from "../lib/draft.js";
import { html, useEffect, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useForm } from "../lib/work.js";
import { RoleChoice } from "./admin_roles.js";

const BLANK = { username: "", full_name: "", school_number: "", external_code: "", roles: ["staff"], site_id: "" };

// What can belong to one person only, and the field that holds it.
const TAKEN = { username_taken: "username", school_number_taken: "school_number", external_code_taken: "external_code" };
const FIELDS = ["username", "full_name", "school_number", "external_code"];

/** The name of the field that a refusal is about, where the field itself says it; else null. */
export function fieldOf(error) {
  const name = TAKEN[error?.code] ?? error?.field;
  return FIELDS.includes(name) ? name : null;
}

function wrongAt(error, name) {
  if (fieldOf(error) !== name) return null;
  if (error.code === "username_taken") return t("people.taken");
  if (TAKEN[error.code]) return t(`import.err.${error.code}`);
  return t(name === "username" ? "register.username.wrong" : "field.wrong");
}

export const UsernameField = ({ error, ...rest }) => html`<${Field} label=${t("signin.username")} dir="ltr" required autocomplete="off" autocapitalize="none"
  spellcheck="false" maxlength="150" error=${wrongAt(error, "username")} ...${rest} />`;

/** The fields that say who somebody is; shared by adding and changing. */
export function DetailFields({ value, onValue, sites, error }) {
  const set = (name) => (text) => onValue({ ...value, [name]: text });
  const wrong = (name) => wrongAt(error, name);
  const options = [{ value: "", label: t("people.no_site") }, ...sites.map((site) => ({ value: site.id, label: site.name }))];
  return html`<${Field} id="full_name" label=${t("people.full_name")} value=${value.full_name} onValue=${set("full_name")} error=${wrong("full_name")} autocomplete="off" maxlength="200" />
    <div class="pair"><${Field} id="school_number" label=${t("people.school_number")} value=${value.school_number} onValue=${set("school_number")} error=${wrong("school_number")}
        hint=${t("optional")} autocomplete="off" dir="ltr" maxlength="64" />
      <${Field} id="external_code" label=${t("people.external_code")} value=${value.external_code} onValue=${set("external_code")} error=${wrong("external_code")}
        hint=${t("optional")} autocomplete="off" dir="ltr" maxlength="64" /></div>
    <${Select} id="site_id" label=${t("people.site")} value=${value.site_id} onValue=${set("site_id")} options=${options} />`;
}

/** What the service wants of the fields: an empty code is none, a site is a number. */
export const toDetails = (value) => ({
  full_name: value.full_name.trim(),
  school_number: value.school_number.trim() || null,
  external_code: value.external_code.trim() || null,
  site_id: value.site_id === "" ? null : Number(value.site_id),
});

export function AddPerson({ organisation, onClose, onAdded }) {
  const [value, setValue] = useDraft("add-person", BLANK);
  const [password, setPassword] = useState("");
  const { busy, error, onSubmit } = useForm(async () => {
    const made = await addPerson({ username: value.username.trim(), ...toDetails(value), roles: value.roles, ...(password && { password }) });
    setValue(BLANK);
    onAdded(made);
  });
  useEffect(() => document.getElementById("new-username")?.focus(), []);
  return html`<${Dialog} title=${t("people.add")} onClose=${onClose}><form class="stack" onSubmit=${onSubmit}>
    ${error && !fieldOf(error) && html`<${Problem} error=${error} />`}
    <${UsernameField} id="new-username" value=${value.username} onValue=${(username) => setValue({ ...value, username })} error=${error} />
    <${DetailFields} value=${value} onValue=${setValue} sites=${organisation.sites} error=${error} />
    <${RoleChoice} roles=${value.roles} onRoles=${(roles) => setValue({ ...value, roles })} />
    <${PasswordField} id="new-password" label=${t("people.first_password")} value=${password} onValue=${setPassword} autocomplete="new-password" optional
      hint=${t("people.first_password.hint")} error=${error?.field === "password" && t("register.password.wrong")} />
    <div class="row"><${Button} type="submit" icon="plus" busy=${busy} disabled=${value.roles.length === 0}>${t("people.add.button")}<//>
      <${Button} kind="quiet" onClick=${onClose}>${t("cancel")}<//></div></form><//>`;
}
