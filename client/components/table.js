import { html } from "../lib/html.js";

/** columns: [{key, label, heading?, cell(row), class?}]. The caption is read out, not shown. On a phone, `cards` makes
 * each row a card with the columns named, `brief` one of a few unnamed words. */
export function Table({ caption, columns, rows, rowKey, rowClass, cards, brief }) {
  return html`<table class=${`table ${cards ? "table-cards" : ""} ${brief ? "table-brief" : ""}`}>
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th key=${c.key} scope="col" class=${c.class}>${c.heading ?? c.label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)} class=${rowClass?.(row)}>
      ${columns.map((c) => html`<td key=${c.key} class=${c.class}>${cards && c.label && html`<span class="cell-label" aria-hidden="true">${c.label}</span>`}${c.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table>`;
}
