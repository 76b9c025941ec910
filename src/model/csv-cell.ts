import { withHiddenShown } from "./hidden-characters.js";

/** What a spreadsheet program's cell holds at most, characters. */
const MAX_CELL = 32_767;

/** Also with the full-width forms, and behind white space. */
const FORMULA = /^\s*[=+\-@\t\r\n\0\uFF1D\uFF0B\uFF0D\uFF20]|^[\t\r\n]/u;
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** A text as a cell of CSV that no spreadsheet program runs. */
export interface CsvCell {
  readonly text: string;
  /** It got an apostrophe in front. */
  readonly isGuarded: boolean;
  /** It was too long, and ends with an ellipsis. */
  readonly isCut: boolean;
}

/**
 * Texts that a spreadsheet program would run get an apostrophe in front (CWE-1236, OWASP ASVS 1.2.10); control and bidirectional
 * characters are written as `\uXXXX`. Numbers are never guarded: `-5` is a number and no formula.
 */
export function csvCell(text: string): CsvCell {
  const isGuarded = FORMULA.test(text) && !NUMBER.test(text);
  const shown = withHiddenShown(text);
  const cell = isGuarded ? `'${shown}` : shown;
  if (cell.length <= MAX_CELL) return { text: cell, isGuarded, isCut: false };
  // A half of a pair would be no text.
  const end = /[\uD800-\uDBFF]/.test(cell.charAt(MAX_CELL - 2)) ? MAX_CELL - 2 : MAX_CELL - 1;
  return { text: `${cell.slice(0, end)}…`, isGuarded, isCut: true };
}

/** A row as RFC 4180 has it: CR LF, every field quoted. */
export function csvRow(cells: readonly string[], delimiter = ","): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter)}\r\n`;
}
