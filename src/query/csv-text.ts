import { csvCell, csvRow } from "../model/csv-cell.js";
import type { Answer, Cell } from "./answer.js";

/** The answer as CSV: null empty, lists and objects as JSON, and no cell that a spreadsheet would run as a formula. */
export async function* csvText({ columns, rows }: Answer): AsyncGenerator<string> {
  yield csvLine(columns);
  for await (const some of rows) yield some.map(csvLine).join("");
}

function csvLine(cells: readonly Cell[]): string {
  return csvRow(cells.map((cell) => csvCell(textOf(cell)).text));
}

function textOf(cell: Cell): string {
  if (cell === null) return "";
  return typeof cell === "object" ? JSON.stringify(cell) : String(cell);
}
