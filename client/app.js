// The page's beginning: language, session, then the screen the address names.
import { Button } from "./components/button.js";
import { Skeleton } from "./components/empty.js";
import { lazy } from "./components/lazy.js";
import { Problem } from "./components/problem.js";
import { Toasts } from "./components/toast.js";
import { currentFeed, startFeed, stopFeed } from "./lib/feed.js";
import { html, render, useEffect } from "./lib/html.js";
import { language, startLanguage, t, wantWords } from "./lib/i18n.js";
import { startPunches, stopPunches } from "./lib/punch.js";
import { go, route } from "./lib/router.js";
import { expectNoSession, isDevice, resume, session, startSession, watchesOthers } from "./lib/session.js";
import { useStore } from "./lib/store.js";
import { Gate, Shell } from "./screens/shell.js";
import { SignIn } from "./screens/signin.js";
import { Today } from "./screens/today.js";

const AFTER_MS = 1500;

function useSessionServices(status, me) {
  // A kiosk follows nobody's records and has its own queue.
  const id = status === "signed_in" && !isDevice(me) ? me.employee_id : null;
  useEffect(() => {
    if (id === null) return undefined;
    startFeed(me);
    startPunches(id);
    // What can go wrong is worded after the first screen; by the first thing that does, at the latest.
    const later = setTimeout(() => wantWords("errors"), AFTER_MS);
    return () => {
      clearTimeout(later);
      stopFeed();
      stopPunches();
    };
  }, [id]);
}

function Unreachable() {
  return html`<${Gate}><div class="stack"><h1>${t("app.unreachable")}</h1>
    <${Problem} error=${{ code: "network" }} tone="wait" />
    <${Button} wide icon="refresh" onClick=${resume}>${t("retry")}<//></div><//>`;
}

// The first screen comes with the page; the others are fetched when somebody goes there.
const IDENTITY = { words: ["forms", "entry", "identity"], styles: ["lists", "entry", "identity"] };
const SCREENS = {
  today: Today,
  face: lazy(() => import("./screens/face.js").then((module) => module.Face), { words: ["camera", "errors", "forms", "guide", "face"], styles: ["camera", "face", "live"] }),
  data: lazy(() => import("./screens/data.js").then((module) => module.Data), { words: ["forms", "face", "data"], styles: ["lists", "face"] }),
  review: lazy(() => import("./screens/review.js").then((module) => module.Review), { words: ["forms", "review"], styles: ["lists", "review"] }),
  board: lazy(() => import("./screens/board.js").then((module) => module.Board), { words: ["board"], styles: ["lists", "board"] }),
  account: lazy(() => import("./screens/account.js").then((module) => module.Account), { ...IDENTITY, words: [...IDENTITY.words, "access"] }),
  admin: lazy(() => import("./screens/admin.js").then((module) => module.Admin), { words: [...IDENTITY.words, "access", "oversight"], styles: [...IDENTITY.styles, "oversight"] }),
};
const FOR_WATCHERS = ["board", "review", "admin"];
const KIOSK = { words: ["camera", "errors", "forms", "guide", "live", "kiosk"], styles: ["camera", "live", "kiosk"] };
const Kiosk = lazy(() => import("./screens/kiosk.js").then((module) => module.Kiosk), KIOSK);
const Bound = lazy(() => import("./screens/kiosk_bound.js").then((module) => module.Bound), KIOSK);
const ENTRY = { words: ["forms", "entry"], styles: ["entry"] };
const FORMS = {
  register: lazy(() => import("./screens/register.js").then((module) => module.Register), ENTRY),
  reset: lazy(() => import("./screens/reset.js").then((module) => module.Reset), ENTRY),
};

function SignedIn({ me, screen, feed }) {
  const allowed = FOR_WATCHERS.includes(screen) && !watchesOthers(me) ? "today" : screen;
  const Screen = SCREENS[allowed] ?? Today;
  useEffect(() => {
    if (!SCREENS[screen] || allowed !== screen) go("today", undefined, { replace: true });
  }, [screen]);
  return html`<${Shell} me=${me} feed=${feed} screen=${allowed}><${Screen} key=${allowed} me=${me} feed=${feed} /><//>`;
}

function App() {
  useStore(language);
  const { status, me } = useStore(session);
  const { screen, query } = useStore(route);
  const feed = useStore(currentFeed);
  useSessionServices(status, me);
  // The link in a letter works for whoever holds it, signed in or not.
  if (screen === "reset") return html`<${Gate}><${FORMS.reset} token=${query.token} /><//>`;
  if (status === "starting") return html`<${Gate}><${Skeleton} lines=${3} /><//>`;
  if (status === "unreachable") return html`<${Unreachable} />`;
  if (status === "signed_in" && isDevice(me)) return html`<${Kiosk} me=${me} /><${Toasts} />`;
  // A tablet that is a kiosk shows nothing else to whoever signs in on it.
  if (status === "signed_in" && (localStorage.getItem("hazir.kiosk") || screen === "kiosk")) return html`<${Gate}><${Bound} me=${me} /><//>`;
  if (status === "signed_in" && feed) return html`<${SignedIn} me=${me} screen=${screen} feed=${feed} /><${Toasts} />`;
  if (status === "signed_in") return html`<${Gate}><${Skeleton} lines=${3} /><//>`;
  if (screen === "register") return html`<${Gate}><${FORMS.register} handed=${query.invitation} /><//>`;
  return html`<${SignIn} expired=${status === "expired"} me=${me} failed=${query.error} asked=${query.challenge} />`;
}

await startLanguage();
if (route.get().query.error) expectNoSession();
render(html`<${App} />`, document.getElementById("app"));
startSession();
