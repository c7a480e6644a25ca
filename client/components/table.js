import { html } from "../lib/html.js";

/** columns: [{key, label, heading?, cell(row), class?}]. The caption is read out, not shown. `cards`: a card for each row on a phone. */
export function Table({ caption, columns, rows, rowKey, rowClass, cards }) {
  return html`<table class=${`table ${cards ? "table-cards" : ""}`}>
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th key=${c.key} scope="col" class=${c.class}>${c.heading ?? c.label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)} class=${rowClass?.(row)}>
      ${columns.map((c) => html`<td key=${c.key} class=${c.class}>${cards && c.label && html`<span class="cell-label" aria-hidden="true">${c.label}</span>`}${c.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table>`;
}
