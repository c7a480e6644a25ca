// What a screen fetches to show, and the time it shows it at.
import { useCallback, useEffect, useRef, useState } from "./html.js";

/** What `load` answers: {loading, error, data, reload}. What is shown stays while it is fetched again. */
export function useLoad(load, keys) {
  const [view, setView] = useState({ loading: true, error: null, data: null });
  const round = useRef(0);
  const reload = useCallback(async () => {
    const mine = (round.current += 1);
    setView((old) => ({ ...old, loading: true }));
    try {
      const data = await load();
      if (mine === round.current) setView({ loading: false, error: null, data });
    } catch (error) {
      if (mine === round.current) setView((old) => ({ ...old, loading: false, error }));
    }
  }, keys);
  useEffect(() => {
    reload();
    return () => {
      round.current += 1;
    };
  }, [reload]);
  return { ...view, reload };
}

/** The present instant, moved on every `ms`. */
export function useNow(ms = 30000) {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), ms);
    return () => clearInterval(timer);
  }, [ms]);
  return now;
}
