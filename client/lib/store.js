// A value that components can watch. No library: the page has five of these.
import { useEffect, useState } from "./html.js";

export function createStore(initial) {
  let value = initial;
  const watchers = new Set();
  return {
    get: () => value,
    set(next) {
      value = typeof next === "function" ? next(value) : next;
      for (const watcher of [...watchers]) watcher(value);
    },
    subscribe(watcher) {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
  };
}

export function useStore(store) {
  const [seen, setSeen] = useState(() => ({ value: store.get() }));
  useEffect(() => {
    // The value may have moved between the first render and this effect.
    if (store.get() !== seen.value) setSeen({ value: store.get() });
    return store.subscribe((value) => setSeen({ value }));
  }, [store]);
  return store.get();
}
