import type { CsvWriter } from "./csv.js";

/** How record lines are written. The first call is `begin`, the last `end`. */
export interface LineForm {
  readonly begin: () => Uint8Array;
  readonly lines: (lines: readonly Buffer[]) => Uint8Array;
  readonly end: () => Uint8Array;
}

const NOTHING = new Uint8Array();
const NEWLINE = Buffer.from("\n");

/** The record lines byte for byte. */
export function ndjsonForm(): LineForm {
  return {
    begin: () => NOTHING,
    lines: (lines) => Buffer.concat(lines.flatMap((line) => [line, NEWLINE])),
    end: () => NOTHING,
  };
}

/** One JSON array of the record lines byte for byte, as the cmdlet's `JsonString` is one array. */
export function jsonForm(): LineForm {
  const [first, next] = [Buffer.from("["), Buffer.from(",\n")];
  let before = first;
  return {
    begin: () => NOTHING,
    lines: (lines) => {
      const pieces = lines.flatMap((line) => {
        const pair = [before, line];
        before = next;
        return pair;
      });
      return Buffer.concat(pieces);
    },
    end: () => Buffer.from(before === first ? "[]\n" : "]\n"),
  };
}

export function csvForm(writer: CsvWriter): LineForm {
  return {
    begin: () => Buffer.from(writer.header()),
    lines: (lines) => Buffer.from(lines.map((line) => writer.row(line.toString("utf8"))).join("")),
    end: () => NOTHING,
  };
}
