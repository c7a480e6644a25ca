// Words. One catalogue is loaded at a time; plural forms are chosen by Intl.PluralRules, never by hand.
import { createStore } from "./store.js";

export const LANGUAGES = [
  { code: "en", name: "English", dir: "ltr" },
  { code: "tr", name: "Türkçe", dir: "ltr" },
  { code: "fa", name: "فارسی", dir: "rtl" },
  { code: "ar", name: "العربية", dir: "rtl" },
];
const KEY = "hazir.language";

// The words of a part of the page that most people never open come with that part.
const PARTS = new Map(); // what has been asked for, and when it is there

export const language = createStore({ code: "en", locale: "en-GB", dir: "ltr" });
let words = {};
let plurals = new Intl.PluralRules("en");

const known = (code) => LANGUAGES.find((item) => item.code === code);

export function detectLanguage(stored, preferred) {
  if (known(stored)) return stored;
  for (const tag of preferred) {
    const code = tag.toLowerCase().split("-")[0];
    if (known(code)) return code;
  }
  return "en";
}

/** The most specific locale the browser prefers in that language, so en-GB keeps its 24 hours. */
export function localeFor(code, preferred) {
  const own = preferred.find((tag) => tag.toLowerCase().startsWith(`${code}-`));
  return own || { en: "en-GB", tr: "tr-TR", fa: "fa-IR", ar: "ar" }[code];
}

function remembered() {
  try {
    return localStorage.getItem(KEY);
  } catch {
    return null; // storage may be switched off; the browser's language still works
  }
}

async function catalogue(code) {
  const files = [`../i18n/${code}.js`, ...[...PARTS.keys()].map((part) => `../i18n/${part}/${code}.js`)];
  const loaded = await Promise.all(files.map((file) => import(file)));
  return Object.assign({}, ...loaded.map((module) => module.default));
}

/** Adds a part's words to the catalogue, now and in every language chosen later. */
export function addWords(part) {
  if (!PARTS.has(part)) {
    PARTS.set(part, fetchWords(part));
    PARTS.get(part).catch(() => PARTS.delete(part));
  }
  return PARTS.get(part);
}

async function fetchWords(part) {
  let code = null;
  while (code !== language.get().code) { // it may be changed meanwhile
    code = language.get().code;
    const added = (await import(`../i18n/${part}/${code}.js`)).default;
    words = { ...words, ...added };
  }
}

/** The same for words that something shown already would have; it is drawn again when they are there. */
export function wantWords(part) {
  if (!PARTS.has(part)) addWords(part).then(() => language.set({ ...language.get() }), () => {});
}

export async function setLanguage(code, { remember = true } = {}) {
  const { code: chosen, dir } = known(code) ?? LANGUAGES[0];
  words = await catalogue(chosen);
  plurals = new Intl.PluralRules(chosen);
  if (remember) {
    try {
      localStorage.setItem(KEY, chosen);
    } catch {
      // Not remembered, but used.
    }
  }
  document.documentElement.lang = chosen;
  document.documentElement.dir = dir;
  language.set({ code: chosen, locale: localeFor(chosen, navigator.languages ?? []), dir });
}

export const startLanguage = () =>
  setLanguage(detectLanguage(remembered(), navigator.languages ?? []), { remember: false });

function fill(text, params) {
  return text.replace(/\{(\w+)\}/g, (whole, name) => params[name] ?? whole);
}

/** The words for a key. A catalogue entry is a text, or plural forms chosen by `count`; `n` is its written form. */
export function t(key, params = {}) {
  const entry = words[key];
  if (entry === undefined) return key;
  if (typeof entry === "string") return fill(entry, params);
  const form = entry[plurals.select(params.count ?? 0)] ?? entry.other;
  const n = new Intl.NumberFormat(language.get().locale).format(params.count ?? 0);
  return fill(form, { n, ...params });
}

export const has = (key) => words[key] !== undefined;
