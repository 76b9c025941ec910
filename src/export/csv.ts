import { csvCell, csvRow } from "../model/csv-cell.js";
import { parseExactly } from "./exact-json.js";
import type { Event } from "./event-filter.js";

/** The column with the fields that have none of their own, as JSON. */
const OTHER = "_other";

export interface CsvOptions {
  /** The columns in their order. */
  readonly columns: readonly string[];
  /** Whether fields without a column go into `_other`. */
  readonly withOther: boolean;
  readonly delimiter: string;
  readonly bom: boolean;
  /** Cells as they are: what a spreadsheet program would run as a formula is not defused. */
  readonly raw: boolean;
}

/** What was done to the cells of a column. */
export interface ColumnNote {
  readonly column: string;
  /** Cells that got an apostrophe in front, so that no spreadsheet program runs them. */
  guarded: number;
  /** Cells that were too long, and end with an ellipsis. */
  cut: number;
}

/**
 * CSV as RFC 4180 has it: CR LF, every field quoted. Texts that a spreadsheet program would run get an apostrophe in front (CWE-1236,
 * OWASP ASVS 1.2.10); control and bidirectional characters are written as `\uXXXX`.
 */
export class CsvWriter {
  readonly notes: readonly ColumnNote[];
  readonly #options: CsvOptions;
  readonly #known: ReadonlySet<string>;

  constructor(options: CsvOptions) {
    const { columns, withOther } = options;
    this.#options = options;
    this.#known = new Set(columns);
    const all = withOther ? [...columns, OTHER] : columns;
    this.notes = all.map((column) => ({ column, guarded: 0, cut: 0 }));
  }

  header(): string {
    const cells = this.notes.map(({ column }) => this.#cell(column, { column, guarded: 0, cut: 0 }));
    return `${this.#options.bom ? "\uFEFF" : ""}${this.#row(cells)}`;
  }

  row(line: string): string {
    const event = parseExactly(line) as Event;
    return this.#row(this.notes.map((note) => this.#cell(this.#textOf(event, note.column), note)));
  }

  #textOf(event: Event, column: string): string {
    if (this.#options.withOther && column === OTHER && !this.#known.has(OTHER)) {
      const rest = Object.entries(event).filter(([name]) => !this.#known.has(name));
      return rest.length === 0 ? "" : JSON.stringify(Object.fromEntries(rest));
    }
    const value = Object.hasOwn(event, column) ? event[column] : undefined;
    if (value === undefined || value === null) return "";
    return typeof value === "string" ? value : JSON.stringify(value);
  }

  #cell(text: string, note: ColumnNote): string {
    if (this.#options.raw) return text;
    const cell = csvCell(text);
    if (cell.isGuarded) note.guarded += 1;
    if (cell.isCut) note.cut += 1;
    return cell.text;
  }

  #row(cells: readonly string[]): string {
    return csvRow(cells, this.#options.delimiter);
  }
}

/** The columns of an export: the lake's in its order, then the other fields that the archive counted, by code point. */
export function csvColumns(lake: readonly string[], fields: Iterable<string>): readonly string[] {
  const known = new Set(lake);
  const others = [...new Set(fields)].filter((name) => name !== "*" && !known.has(name)).toSorted();
  return [...lake, ...others];
}
