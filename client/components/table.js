import { html } from "../lib/html.js";

/** columns: [{key, label, cell(row), class?}]. The caption is read out, not shown. */
export function Table({ caption, columns, rows, rowKey, rowClass }) {
  return html`<table class="table">
    <caption class="visually-hidden">${caption}</caption>
    <thead><tr>${columns.map((c) => html`<th key=${c.key} scope="col" class=${c.class}>${c.label}</th>`)}</tr></thead>
    <tbody>${rows.map((row) => html`<tr key=${rowKey(row)} class=${rowClass?.(row)}>
      ${columns.map((c) => html`<td key=${c.key} class=${c.class}>${c.cell(row)}</td>`)}
    </tr>`)}</tbody>
  </table>`;
}
