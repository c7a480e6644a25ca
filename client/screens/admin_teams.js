// The teams somebody belongs to.
import { Button } from "../components/button.js";
import { Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { joinTeam, leaveTeam, nameOf } from "../lib/admin.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useWork } from "../lib/work.js";
import { Section } from "./admin_parts.js";

export function Teams({ one, organisation, onSaved }) {
  const { busy, error, run } = useWork(onSaved);
  const own = organisation.teams.filter((team) => one.team_ids.includes(team.id));
  const others = organisation.teams.filter((team) => !one.team_ids.includes(team.id));
  const labelled = (team) => ({ value: team.id, label: organisation.sites.length > 1 ? `${team.name} · ${nameOf(organisation.sites, team.site_id) ?? ""}` : team.name });
  return html`<${Section} title=${t("people.teams")}>
    ${error && html`<${Problem} error=${error} />`}
    ${own.length === 0 && html`<p class="muted">${t("people.no_teams")}</p>`}
    <ul class="chips">${own.map((team) => html`<li class="chip" key=${team.id}><bdi>${team.name}</bdi>
      <button type="button" aria-label=${t("person.team.leave", { name: team.name })} disabled=${busy}
        onClick=${() => run(() => leaveTeam(team.id, one.employee_id), t("person.team.left", { name: team.name }))}><${Icon} name="cross" /></button></li>`)}</ul>
    ${others.length > 0 && html`<${Select} id="join-team" label=${t("person.team.join")} value="" options=${[{ value: "", label: t("person.team.choose") }, ...others.map(labelled)]}
      onValue=${(team) => team && run(() => joinTeam(team, one.employee_id), t("saved"))} />`}
    ${busy && html`<p class="muted small" role="status"><${Button} kind="plain" busy>${t("loading")}<//></p>`}<//>`;
}
