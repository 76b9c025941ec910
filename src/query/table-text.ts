import { printable } from "../archive/printable.js";
import { allRows } from "./answer.js";
import type { Answer, Cell, Row } from "./answer.js";

const MAX_CELL_CHARS = 60;
/** What a person reads; other forms have all rows. */
const MAX_ROWS = 1_000;

/** The answer for a terminal: columns side by side, numbers to the right, at most 1,000 rows. */
export async function tableText(answer: Answer): Promise<string> {
  const rows = await allRows(answer);
  const shown = rows.slice(0, MAX_ROWS);
  const cells = [answer.columns, ...shown.map((row) => row.map(cellText))];
  const widths = answer.columns.map((_, at) => Math.max(...cells.map((row) => row[at]?.length ?? 0)));
  const isNumber = answer.columns.map((_, at) => shown.some((row) => typeof row[at] === "number"));
  const line = (row: readonly string[]): string =>
    row
      .map((text, at) => padded(text, widths[at] ?? 0, isNumber[at] === true))
      .join("  ")
      .trimEnd();
  const [heads = [], ...body] = cells;
  const rule = widths.map((width) => "-".repeat(width)).join("  ");
  return [line(heads), rule, ...body.map(line), endLine(rows)].join("\n");
}

function endLine(rows: readonly Row[]): string {
  const counted = `(${rows.length.toLocaleString("en")} row${rows.length === 1 ? "" : "s"}`;
  return rows.length > MAX_ROWS
    ? `${counted}; the first ${MAX_ROWS.toLocaleString("en")} are shown, --format csv has all)`
    : `${counted})`;
}

function padded(text: string, width: number, isNumber: boolean): string {
  return isNumber ? text.padStart(width) : text.padEnd(width);
}

function cellText(cell: Cell): string {
  if (cell === null) return "";
  if (typeof cell === "number")
    return Number.isInteger(cell) ? String(cell) : String(Number(cell.toFixed(3)));
  const text = printable(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
  return text.length > MAX_CELL_CHARS ? `${text.slice(0, MAX_CELL_CHARS - 1)}…` : text;
}
