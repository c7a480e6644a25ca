// A screen that is fetched when somebody goes there, together with its words and its style sheet.
import { Skeleton } from "../components/empty.js";
import { Problem } from "../components/problem.js";
import { html, useEffect, useState } from "./html.js";
import { addWords } from "./i18n.js";

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

/** `part` names a catalogue under i18n/ and a style sheet that the screen needs. */
export function lazy(load, part) {
  let Screen = null;
  const everything = () => Promise.all([load(), part && addWords(part), part && styleSheet(part)]);
  return function Lazy(props) {
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
    return error ? html`<${Problem} error=${error} tone="wait" onRetry=${fetchScreen} />` : html`<${Skeleton} lines=${6} />`;
  };
}
