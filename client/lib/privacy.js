// Everything that is kept about oneself, in both services that keep any of it: taken along, looked through, erased.
import { call, callJson } from "./api.js";
import { listPath } from "./pages.js";
import { useCallback, useEffect, useRef, useState } from "./html.js";

/** The two services with personal data, and where each keeps a person's. */
const KEEPERS = { face: (id) => `/api/v1/people/${id}`, attendance: (id) => `/api/v1/attendance/people/${id}` };
const EXPORT_TIMEOUT_MS = 120000;

/** The zip of one service as a Blob. */
export const exportOf = async (service, id) => (await call(service, `${KEEPERS[service](id)}/export`, { timeout: EXPORT_TIMEOUT_MS })).blob();

/**
 * Erases in both services; the face data first, for they cannot be had again. {face, attendance}, each a report or
 * {error}: one service that is away must not hide what the other has done.
 */
export async function eraseEverything(id) {
  const report = {};
  for (const service of ["face", "attendance"]) {
    try {
      report[service] = await callJson(service, `${KEEPERS[service](id)}/erasure`, { method: "POST", timeout: EXPORT_TIMEOUT_MS });
    } catch (error) {
      report[service] = { error };
    }
  }
  return report;
}

const newestFirst = (a, b) => b.at.localeCompare(a.at);
const FIRST = { face: null, attendance: null };

/** {items, next, loading, error, more}: who looked at one's photos, of both services in one order of time. */
export function useAccessLog(id) {
  const [view, setView] = useState({ items: null, cursors: FIRST, loading: true, error: null });
  const alive = useRef(true);
  const fetchPages = useCallback(async (cursors, before) => {
    setView((old) => ({ ...old, loading: true, error: null }));
    const wanted = Object.keys(cursors);
    try {
      const pages = await Promise.all(wanted.map((service) => callJson(service, listPath(`${KEEPERS[service](id)}/access-log`, { cursor: cursors[service], limit: 50 }))));
      if (!alive.current) return;
      const items = pages.flatMap((page, i) => page.items.map((item) => ({ ...item, service: wanted[i] })));
      const next = Object.fromEntries(wanted.map((service, i) => [service, pages[i].next_cursor]).filter(([, cursor]) => cursor));
      setView({ items: [...before, ...items].sort(newestFirst), cursors: next, loading: false, error: null });
    } catch (error) {
      if (alive.current) setView((old) => ({ ...old, loading: false, error }));
    }
  }, [id]);
  useEffect(() => {
    alive.current = true;
    fetchPages(FIRST, []);
    return () => {
      alive.current = false;
    };
  }, [fetchPages]);
  const start = () => fetchPages(FIRST, []);
  return { ...view, next: Object.keys(view.cursors).length > 0, reload: start, more: () => fetchPages(view.cursors, view.items ?? []) };
}
