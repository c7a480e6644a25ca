// The names of the teams a watcher may filter by: an admin sees all, a manager those they manage.
import { callJson } from "./api.js";
import { useEffect, useState } from "./html.js";

const named = (teams) => new Map((teams ?? []).map((team) => [team.id, team.name]));

export function useTeams(me) {
  const [teams, setTeams] = useState(() => named(me.manages));
  useEffect(() => {
    if (!me.roles.includes("admin")) return;
    callJson("auth", "/api/v1/teams")
      .then((answer) => setTeams(named(answer.items)))
      .catch(() => {}); // without names the board still works; only the team filter stays shorter
  }, [me]);
  return teams;
}
