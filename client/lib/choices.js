// The ways of signing in that this installation offers. The local form works before and without the answer.
import { callJson } from "./api.js";
import { config } from "./config.js";
import { useEffect } from "./html.js";
import { expectSession } from "./session.js";
import { createStore, useStore } from "./store.js";

const choices = createStore({ directories: [], registration_mode: null, demo: false });
let asked = null;

/** {passwords, links, registration, demo}: directories that take a password, those that have a page of their own; `registration` is "open", "invited", "closed", or null until that is known. */
export function sorted({ directories, registration_mode: registration, demo }) {
  const local = directories.filter((one) => one.kind === "local");
  const others = directories.filter((one) => one.kind !== "local" && one.kind !== "oidc");
  return { passwords: [...local, ...others], links: directories.filter((one) => one.kind === "oidc"), registration, demo };
}

export function useChoices() {
  const known = useStore(choices);
  useEffect(() => {
    asked ??= callJson("auth", "/api/v1/auth/choices", { auth: false }).then(
      (answer) => choices.set(answer),
      () => {
        asked = null; // asked again when the form is shown again; until then the service itself refuses
        choices.set({ ...choices.get(), registration_mode: "open" });
      },
    );
  }, []);
  return sorted(known);
}

/** The address at which a directory's own page begins; it comes back to where the person wanted to go. */
export function startOf(name, back) {
  return `${config.auth}/api/v1/auth/oidc/${encodeURIComponent(name)}/start?${new URLSearchParams({ return_to: back })}`;
}

const BACK = "hazir.back";

export function leaveForDirectory() {
  expectSession();
  try {
    sessionStorage.setItem(BACK, location.hash);
  } catch {
    // Then the first screen comes after the sign-in.
  }
}

/** Where the person was when they left for a directory's page; a refusal comes back without it. */
export function takeWayBack() {
  try {
    const back = sessionStorage.getItem(BACK);
    sessionStorage.removeItem(BACK);
    return back;
  } catch {
    return null;
  }
}
