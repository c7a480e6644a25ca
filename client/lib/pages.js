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

/** {items, next, loading, error, reload, more}; `items` is null until the first answer. */
export function usePages(service, path, query) {
  const [view, setView] = useState(EMPTY);
  const round = useRef(0);
  const key = listPath(path, query);
  const fetchPage = useCallback(async (cursor, before) => {
    const mine = (round.current += 1);
    setView((old) => ({ ...old, loading: true, error: null }));
    try {
      const page = await callJson(service, listPath(path, { ...query, cursor }));
      if (mine !== round.current) return;
      setView({ items: [...before, ...page.items], next: page.next_cursor, loading: false, error: null });
    } catch (error) {
      if (mine === round.current) setView((old) => ({ ...old, loading: false, error }));
    }
  }, [service, key]);
  useEffect(() => {
    fetchPage(null, []);
    return () => {
      round.current += 1;
    };
  }, [fetchPage]);
  return { ...view, reload: () => fetchPage(null, []), more: () => fetchPage(view.next, view.items) };
}
