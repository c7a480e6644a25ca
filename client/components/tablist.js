import { html } from "../lib/html.js";

const STEPS = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 };

/** Tabs of a screen: one stop for Tab, arrows between them in the reading direction, Home and End. */
export function TabList({ label, id, value, onValue, options, children }) {
  const press = (event) => {
    const here = options.findIndex((option) => option.value === value);
    const flip = document.documentElement.dir === "rtl" && /Left|Right/.test(event.key) ? -1 : 1;
    let to = { Home: 0, End: options.length - 1 }[event.key];
    if (event.key in STEPS) to = (here + STEPS[event.key] * flip + options.length) % options.length;
    if (to === undefined) return;
    event.preventDefault();
    onValue(options[to].value);
    event.currentTarget.children[to].focus();
  };
  return html`<div class="tablist" role="tablist" aria-label=${label} onKeyDown=${press}>
      ${options.map((option) => html`<button type="button" role="tab" class="tablist-tab" key=${option.value} id=${`${id}-tab-${option.value}`}
        aria-selected=${option.value === value ? "true" : "false"} aria-controls=${`${id}-panel`} tabindex=${option.value === value ? 0 : -1}
        onClick=${() => onValue(option.value)}>${option.label}</button>`)}
    </div>
    <div role="tabpanel" id=${`${id}-panel`} aria-labelledby=${`${id}-tab-${value}`} class="stack">${children}</div>`;
}
