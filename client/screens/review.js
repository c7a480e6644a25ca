// Doubtful records, one after the other: both photos, how alike they are, accept or refuse, and back again.
import "../components/icons_more.js";
import { Button } from "../components/button.js";
import { Card } from "../components/card.js";
import { Check } from "../components/check.js";
import { Empty } from "../components/empty.js";
import { Select } from "../components/field.js";
import { Icon } from "../components/icon.js";
import { Problem } from "../components/problem.js";
import { Tabs } from "../components/tabs.js";
import { MOST_ZOOM } from "../components/compare.js";
import { useOrganisation } from "../lib/admin.js";
import { useDraft } from "../lib/draft.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/html.js";
import { t } from "../lib/i18n.js";
import { useNow } from "../lib/load.js";
import { usePages } from "../lib/pages.js";
import { decide, REASONS, REVIEWS, undo, useKeys, useReviewFeed } from "../lib/reviews.js";
import { zoneOf } from "../lib/session.js";
import { useWork } from "../lib/work.js";
import { Listing } from "./admin_parts.js";
import { Detail } from "./review_detail.js";
import { QueueList, reasonWord } from "./review_list.js";

const PAGE = 50;
const EVERYTHING = { state: "open", site_id: "", reason: "" };
const SURPRISE_MS = 700;
const idOf = (item) => item?.record.id ?? null;

/** Which one is looked at; when it leaves the list, the one that took its place. */
function useSelection(items) {
  const [id, setId] = useState(null);
  const [open, setOpen] = useState(false); // on a phone: the list or the one
  const [place, setPlace] = useState(0);
  const found = items.findIndex((item) => idOf(item) === id);
  const index = found >= 0 ? found : Math.min(place, items.length - 1);
  const item = items[index] ?? null;
  // Another one may come under somebody's finger because somebody else has decided: what was meant for the one before is not done to it.
  const meant = useRef(true);
  const surprised = useRef(0);
  useLayoutEffect(() => {
    if (item && idOf(item) !== id) {
      if (id !== null && !meant.current) surprised.current = performance.now() + SURPRISE_MS;
      meant.current = false;
      setId(idOf(item));
    }
    if (!item && open) setOpen(false);
  });
  const select = (next) => {
    if (!items[next]) return;
    surprised.current = 0;
    setId(idOf(items[next]));
    setPlace(next);
    document.querySelector(`[data-review="${idOf(items[next])}"]`)?.scrollIntoView({ block: "nearest" });
  };
  const stay = () => {
    meant.current = true;
    setPlace(Math.max(0, index));
  };
  return { item, index, open, setOpen, select, move: (by) => select(index + by), pick: setId, stay, steady: () => performance.now() > surprised.current };
}

function useDecisions(me, pages, selection) {
  const [made, setMade] = useState([]); // one's own of this visit, the newest last
  const work = useWork();
  const take = (word, reason) => {
    const item = selection.item;
    if (!item || item.decision || !selection.steady()) return;
    selection.stay();
    work.run(async () => {
      try {
        await decide(idOf(item), word, reason);
      } finally {
        pages.reload();
      }
      setMade((list) => [...list, { item, word }]);
    });
  };
  const back = (item = made.at(-1)?.item) => {
    if (!item) return;
    work.run(async () => {
      try {
        await undo(idOf(item));
      } finally {
        setMade((list) => list.filter((one) => idOf(one.item) !== idOf(item)));
        await pages.reload();
      }
      selection.pick(idOf(item));
    }, t("review.undone"));
  };
  return { last: made.at(-1) ?? null, take, back, busy: work.busy, error: work.error, clear: work.clear };
}

function Filters({ filter, change, sites, keys, setKeys }) {
  const states = ["open", "decided"].map((value) => ({ value, label: t(`review.${value}`) }));
  const places = [{ value: "", label: t("review.any_site") }, ...sites.map((site) => ({ value: site.id, label: site.name }))];
  const reasons = [{ value: "", label: t("review.any_reason") }, ...REASONS.map((value) => ({ value, label: reasonWord(value) }))];
  return html`<div class="filters review-filters"><${Tabs} label=${t("review.show")} value=${filter.state} onValue=${(state) => change({ state })} options=${states} />
    <${Select} id="review-reason-filter" label=${t("review.why")} hideLabel value=${filter.reason} onValue=${(reason) => change({ reason })} options=${reasons} />
    ${sites.length > 1 && html`<${Select} id="review-site" label=${t("review.site")} hideLabel value=${filter.site_id} onValue=${(site_id) => change({ site_id })} options=${places} />`}
    <span class="wide-only review-keys"><${Check} label=${t("review.keys")} checked=${keys} onValue=${setKeys} /></span></div>`;
}

function Last({ last, onUndo, busy }) {
  if (!last) return null;
  const name = last.item.employee.full_name || last.item.employee.username;
  return html`<div class=${`review-last review-${last.word}`} data-test="last-decision"><${Icon} name=${last.word === "accept" ? "check" : "cross"} /><span>${t(`review.done.${last.word}`, { name })}</span>
    <${Button} kind="plain" icon="undo" busy=${busy} onClick=${onUndo}>${t("review.undo")}<kbd class="wide-only">U</kbd><//></div>`;
}

export function Review({ me, feed }) {
  const [kept, setFilter] = useDraft("review", EVERYTHING);
  const filter = { ...EVERYTHING, ...kept }; // an older draft has fewer
  const [keys, setKeys] = useDraft("review.keys", true);
  const [zoom, setZoom] = useState(1);
  const [reason, setReason] = useState("");
  const { sites } = useOrganisation(me);
  const pages = usePages("attendance", REVIEWS, { ...filter, limit: PAGE });
  const items = pages.items ?? [];
  const selection = useSelection(items);
  const decisions = useDecisions(me, pages, selection);
  const now = useNow(15000);
  useReviewFeed(feed, pages.reload);
  useEffect(() => {
    setZoom(1);
    setReason("");
  }, [idOf(selection.item)]);
  useKeys(keys, {
    j: () => selection.move(1),
    k: () => selection.move(-1),
    a: () => decisions.take("accept", reason.trim()),
    r: () => decisions.take("refuse", reason.trim()),
    u: () => decisions.back(),
    z: () => setZoom((old) => (old >= MOST_ZOOM ? 1 : old + 1)),
  }, ["j", "k"]);
  const change = (part) => setFilter((old) => ({ ...old, ...part }));
  const zone = zoneOf(me);
  const empty = filter.reason || filter.site_id
    ? html`<${Empty} icon="search" title=${t("review.none_such")}><p>${t("review.none_such.text")}</p><${Button} kind="quiet" onClick=${() => change({ site_id: "", reason: "" })}>${t("review.all")}<//><//>`
    : filter.state === "open"
    ? html`<${Empty} icon="check" title=${t("review.none")}><p>${t("review.none.text")}</p><//>`
    : html`<${Empty} icon="list" title=${t("review.none_decided")}><p>${t("review.none_decided.text")}</p><//>`;
  return html`<div class="review" data-open=${selection.open ? "true" : undefined}>
    <div class="stack-s review-head"><h1>${t("review.title")}</h1><p class="muted">${t("review.text")}</p></div>
    <${Filters} filter=${filter} change=${change} sites=${sites} keys=${keys} setKeys=${setKeys} />
    <div role="status" aria-live="polite" class="review-status"><${Last} last=${decisions.last} busy=${decisions.busy} onUndo=${() => decisions.back()} /></div>
    ${decisions.error && html`<${Problem} error=${decisions.error} />`}
    <${Listing} pages=${pages} empty=${empty}><div class="review-grid">
      <${Card} class="review-list"><${QueueList} items=${items} index=${selection.index} now=${now} zone=${zone}
        onPick=${(i) => { selection.select(i); selection.setOpen(true); }} /><//>
      <${Card} class="review-detail">${selection.item && html`<${Detail} key=${idOf(selection.item)} me=${me} item=${selection.item} zone=${zone} now=${now} zoom=${zoom} onZoom=${setZoom} busy=${decisions.busy}
        keys=${keys} reason=${reason} onReason=${setReason} onDecide=${(word) => decisions.take(word, reason.trim())} onUndo=${() => decisions.back(selection.item)} onBack=${() => selection.setOpen(false)} />`}<//></div><//></div>`;
}
