// A screen that is fetched when somebody goes there, together with its words and its style sheet.
import { html, useEffect, useState } from "../lib/html.js";
import { addWords } from "../lib/i18n.js";
import { Skeleton } from "./empty.js";
import { Problem } from "./problem.js";

const sheets = new Map();

function styleSheet(name) {
  if (!sheets.has(name)) {
    const arrived = new Promise((done, fail) => {
      const link = Object.assign(document.createElement("link"), { rel: "stylesheet", href: `${name}.css`, onload: done, onerror: fail });
      document.head.append(link);
    });
    sheets.set(name, arrived);
    arrived.catch(() => sheets.delete(name));
  }
  return sheets.get(name);
}

/**
 * `words` names catalogues under i18n/, `styles` style sheets; the screen is shown when all of it is there, `lines` of a
 * skeleton until then. `prefetch()` of what is made fetches it before it is needed.
 */
export function lazy(load, { words = [], styles = [], lines = 6 } = {}) {
  let Screen = null;
  const everything = () => Promise.all([load(), ...words.map(addWords), ...styles.map(styleSheet)]);
  function Lazy(props) {
    const [, arrived] = useState(false);
    const [error, setError] = useState(null);
    const fetchScreen = () => {
      setError(null);
      everything().then(([found]) => arrived(Boolean((Screen = found))), () => setError({ code: "network" }));
    };
    useEffect(() => {
      if (!Screen) fetchScreen();
    }, []);
    if (Screen) return html`<${Screen} ...${props} />`;
    return error ? html`<${Problem} error=${error} tone="wait" onRetry=${fetchScreen} />` : html`<${Skeleton} lines=${lines} />`;
  }
  Lazy.prefetch = () => everything().then(([found]) => (Screen = found), () => {}); // asked for again when it is needed
  return Lazy;
}
