// Tables that leave the page: as a spreadsheet opens them, without letting a cell become a formula.
const RUNS = /^[=+\-@\t\r]/;

function cell(value) {
  const text = value === null || value === undefined ? "" : String(value);
  const safe = RUNS.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

export const toCsv = (rows) => rows.map((row) => row.map(cell).join(",")).join("\r\n") + "\r\n";

/** Hands a text or a Blob to the browser as a file. */
export function download(name, content, type = "text/csv;charset=utf-8") {
  // The mark at the beginning tells spreadsheets that the letters are UTF-8.
  const blob = content instanceof Blob ? content : new Blob(type.startsWith("text/csv") ? ["\ufeff", content] : [content], { type });
  const url = URL.createObjectURL(blob);
  const link = Object.assign(document.createElement("a"), { href: url, download: name });
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 10000);
}
