// A badge reader that types like a keyboard: a burst of keys and Enter, faster than any hand.
const FASTEST_HAND_MS = 40;
const SHORTEST = 4;

/** Feeds keys with their times; `press` answers the code when one is complete. No DOM in here. */
export class Burst {
  constructor() {
    this.keys = [];
  }

  press(key, at) {
    const last = this.keys.at(-1);
    if (last && at - last.at > FASTEST_HAND_MS) this.keys = [];
    if (key === "Enter") {
      const code = this.keys.map((one) => one.key).join("");
      this.keys = [];
      return code.length >= SHORTEST ? code : null;
    }
    if (key.length === 1) this.keys.push({ key, at });
    return null;
  }
}

/** Calls `onBadge(code)`. What the reader typed into a focused field is the caller's to clear. */
export function listenForBadges(onBadge) {
  const burst = new Burst();
  const press = (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const code = burst.press(event.key, event.timeStamp);
    if (code === null) return;
    event.preventDefault();
    event.stopPropagation();
    onBadge(code);
  };
  addEventListener("keydown", press, true);
  return () => removeEventListener("keydown", press, true);
}
