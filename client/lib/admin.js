// Administration of people: what the service can be asked to do.
import { call, callJson } from "./api.js";
import { useLoad } from "./load.js";
import { everyItem } from "./pages.js";
import { isAdmin } from "./session.js";

const USERS = "/api/v1/users";
const INVITATIONS = "/api/v1/invitations";
const send = (method, path, json) => callJson("auth", path, { method, json });

/** In the order in which a person is likely to be given them. */
export const ROLES = ["staff", "student", "teacher", "manager", "admin", "device"];

export const person = (id) => callJson("auth", `${USERS}/${id}`);
export const addPerson = (json) => send("POST", USERS, json);
export const changePerson = (id, json) => send("PATCH", `${USERS}/${id}`, json);
export const resetLink = (id) => send("POST", `${USERS}/${id}/reset-link`, {});
export const endFactorOf = (id, reason) => send("DELETE", `${USERS}/${id}/second-factor`, { reason });
export const joinTeam = (team, id) => send("PUT", `/api/v1/teams/${team}/members/${id}`);
export const leaveTeam = (team, id) => send("DELETE", `/api/v1/teams/${team}/members/${id}`);

/** {rows, created, changed, unchanged, applied, errors}; nothing is kept in a dry run or with errors. */
export const importPeople = (csv, { dryRun }) =>
  callJson("auth", `${USERS}/import?dry_run=${dryRun}`, { method: "POST", csv, timeout: 120000 });
export const exportPeople = async () => (await call("auth", `${USERS}/export`, { timeout: 60000 })).blob();
export const IMPORT_COLUMNS = ["username", "full_name", "school_number", "external_code", "roles", "site", "teams", "password"];

export const invite = (json) => send("POST", INVITATIONS, json);
export const revokeInvitation = (id) => send("PATCH", `${INVITATIONS}/${id}`, { revoked: true });

/** Sites and teams with their names: all of them for an admin, one's own for a manager. */
export function useOrganisation(me) {
  const view = useLoad(async () => {
    if (!isAdmin(me)) {
      return { sites: me.site ? [me.site] : [], teams: me.manages };
    }
    const [sites, teams] = await Promise.all([everyItem("auth", "/api/v1/sites"), everyItem("auth", "/api/v1/teams")]);
    return { sites, teams };
  }, [me.employee_id]);
  return view.data ?? { sites: [], teams: [] };
}

export const nameOf = (items, id) => items.find((item) => item.id === id)?.name ?? null;
