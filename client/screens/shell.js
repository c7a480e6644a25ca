// What stands around every screen: the name, the way to the other screens, the feed's state, the account.
import { Avatar } from "../components/avatar.js";
import { Select } from "../components/field.js";
import { Icon, Lattice, Mark } from "../components/icon.js";
import { lazy } from "../components/lazy.js";
import { FeedPill } from "../components/pill.js";
import { html, useEffect, useLayoutEffect, useRef, useState } from "../lib/html.js";
import { LANGUAGES, language, setLanguage, t } from "../lib/i18n.js";
import { href } from "../lib/router.js";
import { isAdmin, watchesOthers } from "../lib/session.js";

const LINKS = [
  { screen: "today", icon: "today" },
  { screen: "board", icon: "people", watchers: true },
  { screen: "review", icon: "eye", watchers: true },
  { screen: "face", icon: "face" },
  { screen: "admin", icon: "admin", watchers: true },
];

/** What a screen is called: the administration of a manager is the invitations alone. */
const screenName = (screen, me) => t(`nav.${screen === "admin" && !isAdmin(me) ? "invitations" : screen}`);

export function LanguageSelect({ id, hideLabel }) {
  const options = LANGUAGES.map((item) => ({ value: item.code, label: item.name, lang: item.code }));
  return html`<${Select} id=${id} label=${t("language")} hideLabel=${hideLabel} value=${language.get().code}
    onValue=${setLanguage} options=${options} />`;
}

/** The frame of the screens before one is signed in. */
export function Gate({ children }) {
  return html`<div class="gate">
    <header class="gate-side"><${Lattice} id="lattice-gate" />
      <p class="gate-brand"><${Mark} size=${44} /><span>Hazir</span></p>
      <p class="gate-word" aria-hidden="true" lang="fa" dir="rtl">حاضر</p>
      <p class="gate-line">${t("app.line")}</p></header>
    <main class="gate-main" id="main"><div class="gate-form">${children}</div>
      <div class="gate-foot"><${LanguageSelect} id="language-gate" hideLabel /></div></main>
  </div>`;
}

function Navigation({ me, screen }) {
  const links = LINKS.filter((link) => !link.watchers || watchesOthers(me));
  return html`<nav class="nav" aria-label=${t("nav.label")}><ul>
    ${links.map((link) => html`<li key=${link.screen}><a href=${href(link.screen)}
      aria-current=${link.screen === screen ? "page" : undefined}><${Icon} name=${link.icon} /><span>${screenName(link.screen, me)}</span></a></li>`)}
  </ul></nav>`;
}

function useDismiss(open, close, ref) {
  // Before the panel is painted: whoever sees it may press Escape at once.
  useLayoutEffect(() => {
    if (!open) return undefined;
    const outside = (event) => !ref.current?.contains(event.target) && close();
    const escape = (event) => {
      if (event.key !== "Escape") return;
      close();
      ref.current?.querySelector("button")?.focus();
    };
    addEventListener("pointerdown", outside);
    addEventListener("keydown", escape);
    return () => {
      removeEventListener("pointerdown", outside);
      removeEventListener("keydown", escape);
    };
  }, [open]);
}

// Fetched when it is opened for the first time.
const Panel = lazy(() => import("./account_menu.js").then((module) => module.Panel), { lines: 5 });

function AccountMenu({ me }) {
  const [open, setOpen] = useState(false);
  const ref = useRef(null);
  useDismiss(open, () => setOpen(false), ref);
  const name = me.full_name || me.username;
  return html`<div class="menu" ref=${ref}>
    <button type="button" class="menu-button" aria-expanded=${open} aria-controls="account-panel"
      onClick=${() => setOpen(!open)}><span class="visually-hidden">${t("account.open", { name })}</span><${Avatar} name=${name} /></button>
    ${open && html`<div class="menu-panel stack" id="account-panel"><${Panel} me=${me} close=${() => setOpen(false)} /></div>`}
  </div>`;
}

export function Shell({ me, feed, screen, children }) {
  const main = useRef(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${screenName(screen, me)} · Hazir`;
  });
  useEffect(() => {
    // A new screen begins at its top, for the eyes and for a screen reader; the first load leaves focus alone.
    if (!first.current) main.current?.focus();
    first.current = false;
    scrollTo(0, 0);
  }, [screen]);
  const skip = (event) => {
    event.preventDefault(); // the address belongs to the router
    main.current?.focus();
  };
  return html`<a class="skip" href="#main" onClick=${skip}>${t("skip")}</a>
    <header class="top"><div class="top-in">
      <a class="brand" href=${href("today")}><${Mark} size=${28} /><span>Hazir</span></a>
      <${Navigation} me=${me} screen=${screen} />
      <div class="top-end"><${FeedPill} feed=${feed} /><${AccountMenu} me=${me} /></div>
    </div></header>
    <main class="main" id="main" tabindex="-1" ref=${main}>${children}</main>`;
}
