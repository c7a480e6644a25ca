import { html } from "../lib/html.js";

// The first letters of the first and last word, taken by grapheme so that no script is cut in half.
export function initials(name) {
  const words = (name || "").trim().split(/[\s_.]+/).filter(Boolean);
  const first = (word) => (word ? [...new Intl.Segmenter().segment(word)][0].segment : "");
  const letters = words.length > 1 ? [first(words[0]), first(words[words.length - 1])] : [first(words[0])];
  // Joined Arabic letters would read as one odd word: a thin space keeps them apart.
  return letters.join(/\p{Script=Arabic}/u.test(letters[0]) ? "\u200c " : "").toLocaleUpperCase();
}

export function Avatar({ name, small, large, children }) {
  return html`<span class=${`avatar ${small ? "avatar-small" : ""} ${large ? "avatar-large" : ""}`} aria-hidden="true"><span>${initials(name)}</span>${children}</span>`;
}
