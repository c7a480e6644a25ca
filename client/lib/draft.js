// What a person has half written, kept for this tab so that an expired session or a reload costs nothing.
// Never used for passwords.
import { useEffect, useState } from "./html.js";

const PREFIX = "hazir.draft.";

function read(name, initial) {
  try {
    const text = sessionStorage.getItem(PREFIX + name);
    return text === null ? initial : JSON.parse(text);
  } catch {
    return initial;
  }
}

/** Sets what the form of that name begins with when it is shown next. */
export function keepDraft(name, value) {
  try {
    sessionStorage.setItem(PREFIX + name, JSON.stringify(value));
  } catch {
    // Storage full or switched off: the form still works.
  }
}

export function useDraft(name, initial) {
  const [value, setValue] = useState(() => read(name, initial));
  useEffect(() => keepDraft(name, value), [name, value]);
  return [value, setValue];
}

export function clearDraft(name) {
  try {
    sessionStorage.removeItem(PREFIX + name);
  } catch {
    // Nothing was kept.
  }
}
