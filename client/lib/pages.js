// A list that the service answers in pages: the first at once, the next when asked for.
import { callJson } from "./api.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";

const EMPTY = { items: null, next: null, loading: true, error: null };

/** The address of a list, without the filters that are not set. */
export function listPath(path, query) {
  const set = Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined);
  return set.length ? `${path}?${new URLSearchParams(set)}` : path;
}

/** Every item of a list, page after page. For lists that are short by their nature. */
export async function everyItem(service, path) {
  const items = [];
  let cursor = null;
  do {
    const page = await callJson(service, listPath(path, { cursor }));
    items.push(...page.items);
    cursor = page.next_cursor;
  } while (cursor);
  return items;
}

/**
 * {items, next, loading, error, reload, more}; `items` is null until the first answer. `reload` brings as much as was
 * there, so that what somebody looks at on a later page stays where it is.
 */
export function usePages(service, path, query) {
  const [view, setView] = useState(EMPTY);
  const round = useRef(0);
  const key = listPath(path, query);
  const fetchPage = useCallback(async (cursor, before, least = 0) => {
    const mine = (round.current += 1);
    setView((old) => ({ ...old, loading: true, error: null }));
    try {
      let [items, next] = [before, cursor];
      do {
        const page = await callJson(service, listPath(path, { ...query, cursor: next }));
        if (mine !== round.current) return;
        [items, next] = [[...items, ...page.items], page.next_cursor];
      } while (next && items.length < least);
      setView({ key, items, next, loading: false, error: null });
    } catch (error) {
      // What was found by another filter does not answer this one.
      if (mine === round.current) setView((old) => ({ ...(old.key === key ? old : EMPTY), key, loading: false, error }));
    }
  }, [service, key]);
  useEffect(() => {
    fetchPage(null, []);
    return () => {
      round.current += 1;
    };
  }, [fetchPage]);
  const reload = () => fetchPage(null, [], view.key === key ? view.items?.length : 0);
  return { ...view, reload, more: () => (view.next ? fetchPage(view.next, view.items) : reload()) };
}
