import type { CoveredDay } from "../audit/coverage.js";
import type { DayProof, ReportInput } from "../audit/report-input.js";
import { CsvWriter } from "../export/csv.js";
import { isoTime } from "../model/utc-day.js";

const NO_PROOF = {
  sealed: null,
  pages: null,
  requests: null,
  delivered: null,
  duplicates: null,
  late: null,
  eventSetSha256: null,
  manifestSha256: null,
};

type Row = Readonly<Record<string, string | number | null>>;

/** The lists of a report as CSV, for a spreadsheet program. */
export function auditTables(
  input: ReportInput,
): readonly { readonly name: string; readonly bytes: Uint8Array }[] {
  const { coverage, proofs, retention, trail, copies } = input;
  const days = coverage.days.map((day) => dayRow(day, proofs.get(day.day)));
  const holds = retention.record.holds.map((hold): Row => ({
    hold: hold.id,
    matter: hold.matterRef,
    from: hold.from,
    to: hold.to,
    placed: isoTime(hold.placedAt),
    released: hold.released === undefined ? null : isoTime(hold.released.at),
  }));
  return [
    table("days.csv", days),
    table("holds.csv", holds),
    table(
      "trail.csv",
      trail.map((line): Row => ({ ...line })),
    ),
    table(
      "copies.csv",
      copies.map(({ readBack, ...copy }): Row => ({
        ...copy,
        read_back: readBack?.at ?? null,
        findings: readBack?.findings ?? null,
      })),
    ),
  ];
}

function table(name: string, rows: readonly Row[]): { readonly name: string; readonly bytes: Uint8Array } {
  return { name, bytes: Buffer.from(csvTable(rows)) };
}

/** Rows with the same columns, for a spreadsheet program. */
export function csvTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? { nothing: null });
  const writer = new CsvWriter({ columns, withOther: false, delimiter: ",", bom: true, raw: false });
  const lines = rows.map((row) => writer.row(JSON.stringify(row)));
  return [writer.header(), ...lines].join("");
}

function dayRow(
  { day, state, revision, events, explanation, oddities }: CoveredDay,
  proof: DayProof | undefined,
): Row {
  const { sealed, pages, requests, delivered, duplicates, late, eventSetSha256, manifestSha256 } =
    proof ?? NO_PROOF;
  return {
    day,
    state,
    revision: revision ?? null,
    events: events ?? null,
    sealed,
    pages,
    requests,
    delivered,
    duplicates,
    late,
    oddities: (oddities ?? []).join(" "),
    why: explanation ?? null,
    event_set_sha256: eventSetSha256,
    manifest_sha256: manifestSha256,
  };
}
