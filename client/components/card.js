import { html } from "../lib/html.js";

/** A section with a heading; `aside` stands at the end of the heading's line. */
export function Card({ title, id, aside, children, class: extra = "" }) {
  return html`<section class=${`card ${extra}`} aria-labelledby=${title ? id : undefined}>
    ${title && html`<div class="card-head"><h2 id=${id}>${title}</h2>${aside}</div>`}
    ${children}
  </section>`;
}
