// The first screen of everybody: am I in or out, and the one thing to do about it.
import { Card } from "../components/card.js";
import { Skeleton } from "../components/empty.js";
import { Problem } from "../components/problem.js";
import { html } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { punches } from "../lib/punch.js";
import { zoneOf } from "../lib/session.js";
import { useStore } from "../lib/store.js";
import { usePlaces, useServerNow, useToday } from "../lib/today.js";
import { Action } from "./today_action.js";
import { Hero } from "./today_hero.js";
import { Records } from "./today_records.js";
import { Result } from "./today_result.js";

export function Today({ me, feed }) {
  const { data, loading, error, reload } = useToday(me, feed);
  const places = usePlaces();
  const now = useServerNow(data?.offset ?? 0);
  const { current, waiting } = useStore(punches);
  const zone = data?.state.zone ?? zoneOf(me);
  const names = new Map((places.items ?? []).map((place) => [place.id, place.name]));
  const action = html`<${Action} me=${me} state=${data?.state} places=${places} waiting=${waiting} current=${current} />`;
  return html`<div class="today">
    <div class="today-lead">
      ${loading && html`<${Card}><${Skeleton} lines=${6} /><//>`}
      ${!loading && data && html`<${Hero} state=${data.state} records=${data.records} now=${now} zone=${zone} names=${names}>${action}<//>`}
      ${!loading && !data && html`<${Card} title=${t("today.unknown")} id="unknown"><div class="stack">
        <${Problem} error=${error} tone="wait" onRetry=${reload} />${action}</div><//>`}
      <${Result} current=${current} zone=${zone} waiting=${waiting} />
      ${data && error && html`<${Problem} error=${error} tone="wait" onRetry=${reload} />`}
    </div>
    <${Records} records=${data?.records} waiting=${waiting} loading=${loading} zone=${zone} names=${names} now=${now} />
  </div>`;
}
