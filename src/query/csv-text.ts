import type { Answer, Cell } from "./answer.js";

/** A spreadsheet takes a text that begins so for a formula, also behind white space; the wide forms are the same to some. */
const FORMULA = /^\s*[=+\-@\t\r\0\uff1d\uff0b\uff0d\uff20]/;

/**
 * The answer as RFC 4180: CR LF, every field quoted, null empty, lists and objects as JSON. A text that a spreadsheet would
 * run as a formula gets `'` in front (OWASP ASVS 1.2.10); numbers never.
 */
export async function* csvText({ columns, rows }: Answer): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const some of rows) yield some.map(csvLine).join("");
}

function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvField).join(",")}\r\n`;
}

function csvField(cell: Cell): string {
  if (cell === null) return '""';
  if (typeof cell === "number") return `"${cell}"`;
  const text = typeof cell === "object" ? JSON.stringify(cell) : String(cell);
  return `"${(FORMULA.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
}
