// Administration: people, invitations, what was decided. A manager has the invitations alone.
import "../components/icons_more.js";
import { lazy } from "../components/lazy.js";
import { TabList } from "../components/tablist.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { go, route } from "../lib/router.js";
import { isAdmin } from "../lib/session.js";
import { useStore } from "../lib/store.js";
import { AuditLines } from "./admin_audit.js";
import { Invitations } from "./admin_invitations.js";
import { People } from "./admin_people.js";

const TABS = {
  people: People,
  invitations: Invitations,
  places: lazy(() => import("./admin_places.js").then((module) => module.Places)),
  faces: lazy(() => import("./admin_faces.js").then((module) => module.Faces), { words: ["review"], styles: ["review"] }),
  audit: AuditLines,
};

export function Admin({ me }) {
  const { query } = useStore(route);
  if (!isAdmin(me)) {
    return html`<div class="admin"><div class="stack-s"><h1>${t("admin.invitations")}</h1><p class="muted">${t("invitations.text.manager")}</p></div>
      <${Invitations} me=${me} /></div>`;
  }
  const tab = TABS[query.tab] ? query.tab : "people";
  const Panel = TABS[tab];
  const options = Object.keys(TABS).map((value) => ({ value, label: t(`admin.${value}`) }));
  return html`<div class="admin"><h1>${t("admin.title")}</h1>
    <${TabList} label=${t("admin.title")} id="admin" value=${tab} options=${options} onValue=${(value) => go("admin", { tab: value }, { replace: true })}>
      <p class="muted">${t(`${tab}.text`)}</p>
      <${Panel} key=${tab} me=${me} /><//></div>`;
}
