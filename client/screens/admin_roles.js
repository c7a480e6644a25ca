import { Check } from "../components/check.js";
import { ROLES } from "../lib/admin.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";

/** Roles to tick, each with what it lets somebody do. */
export function RoleChoice({ roles, onRoles, disabled }) {
  const toggle = (role) => (on) => onRoles(ROLES.filter((other) => (other === role ? on : roles.includes(other))));
  return html`<fieldset class="choices"><legend>${t("people.roles")}</legend>
    ${ROLES.map((role) => html`<${Check} key=${role} label=${t(`role.${role}`)} text=${t(`role.${role}.text`)} checked=${roles.includes(role)}
      disabled=${disabled} onValue=${toggle(role)} />`)}
    ${roles.length === 0 && html`<p class="field-error">${t("people.roles.none")}</p>`}</fieldset>`;
}
