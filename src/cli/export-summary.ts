import type { ColumnNote } from "../export/csv.js";
import type { EventFilter } from "../export/event-filter.js";
import type { ExportCount } from "../export/export-days.js";
import type { DayState } from "../model/day-state.js";
import { eachDay, isoTime, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { EXIT } from "./exit-codes.js";
import type { ExportOptions } from "./export-options.js";
import type { ReadArchive } from "./held-archive.js";
import { daysOfInstants } from "./instants.js";
import { count as counted } from "./progress.js";

/** What an export was, for people and for programs. */
export interface ExportSummary {
  readonly format: "daybook.export/1";
  /** The number of the act in the ledger; null where none was recorded. */
  readonly export: string | null;
  readonly made: string;
  readonly archive_id: string;
  readonly tenant_id: string;
  readonly head: { readonly size: number; readonly root: string };
  readonly range: { readonly from: string; readonly to: string; readonly days: DayRange };
  readonly filters: {
    readonly activities: readonly string[];
    readonly users: readonly string[];
    readonly workspaces: readonly string[];
  };
  readonly form: string;
  readonly pseudonymised: boolean;
  readonly recipient: string;
  /** Days of the range by state; without those before the archive and those still to come. */
  readonly days: Readonly<Partial<Record<DayState, readonly UtcDay[]>>>;
  readonly records: number;
  readonly bytes: number;
  /** Of everything that went out. */
  readonly sha256: string;
  readonly guarded_cells: number;
  readonly cut_cells: number;
  readonly exit: number;
}

export interface ExportMade {
  readonly options: ExportOptions;
  readonly archive: ReadArchive;
  readonly filter: EventFilter;
  readonly count: ExportCount;
  readonly notes: readonly ColumnNote[];
  readonly nowMs: number;
}

const ABSENT: readonly DayState[] = ["due", "gap", "lost"];
const DESTROYED: readonly DayState[] = ["disposing", "disposed"];

export function exportOutcome({ options, archive, filter, count, notes, nowMs }: ExportMade): ExportSummary {
  const { held } = archive;
  const { range, activities, users, workspaces } = filter;
  const asked = daysOfInstants(range);
  const days = statesIn(asked, archive, nowMs);
  const sum = (field: "guarded" | "cut"): number => notes.reduce((total, note) => total + note[field], 0);
  return {
    format: "daybook.export/1",
    export: null,
    made: isoTime(nowMs),
    archive_id: held.identity.archiveId,
    tenant_id: held.identity.tenantId,
    head: { size: held.head.size, root: held.head.root },
    range: { from: microTime(range.fromMicros), to: microTime(range.toMicros), days: asked },
    filters: { activities, users, workspaces },
    form: options.format,
    pseudonymised: options.pseudonymise === true,
    recipient: options.recipient ?? "",
    days,
    records: count.records,
    bytes: count.bytes,
    sha256: count.sha256(),
    guarded_cells: sum("guarded"),
    cut_cells: sum("cut"),
    exit: exitOf(days, options.strict === true),
  };
}

function exitOf(days: ExportSummary["days"], isStrict: boolean): number {
  const missing = isStrict ? [...ABSENT, ...DESTROYED] : ABSENT;
  if (missing.some((state) => days[state] !== undefined)) return EXIT.gap;
  return Object.keys(days).length === 0 ? EXIT.nothingToVerify : EXIT.ok;
}

/** The days that the archive could have, by state. */
function statesIn({ from, to }: DayRange, { held }: ReadArchive, nowMs: number): ExportSummary["days"] {
  const { range } = held;
  if (range === undefined) return {};
  const [today, first] = [utcDayOf(nowMs), range.from];
  const last = to > today ? today : to;
  const days: Partial<Record<DayState, UtcDay[]>> = {};
  for (const day of from > last && from > first ? [] : eachDay(from > first ? from : first, last)) {
    const state = held.stateOf(day);
    if (state !== "before" && state !== "open") (days[state] ??= []).push(day);
  }
  return days;
}

const MAX_NAMED = 5;

/** `1,204 events of 31 days; 2 days of the range are lost: …` */
export function summaryText(summary: ExportSummary): string {
  const { records, days, sha256, form, guarded_cells: guarded, cut_cells: cut, exit } = summary;
  const held = (days.sealed ?? []).length + (days.closed ?? []).length;
  const parts = [
    `${counted(records, "event")} of ${counted(held, "day")}, ${form}, sha256 ${sha256}`,
    ...[...ABSENT, ...DESTROYED].flatMap((state) => {
      const named = days[state] ?? [];
      if (named.length === 0) return [];
      const more = named.length > MAX_NAMED ? ", …" : "";
      const word = WORDS[state as keyof typeof WORDS];
      return [`${counted(named.length, "day")} ${word}: ${named.slice(0, MAX_NAMED).join(", ")}${more}`];
    }),
    ...(guarded + cut === 0 ? [] : [`${counted(guarded, "cell")} guarded, ${counted(cut, "cell")} cut`]),
    ...(exit === EXIT.nothingToVerify ? ["no day of the range is in the archive"] : []),
    ...(summary.export === null ? ["not recorded in the ledger"] : [`recorded as ${summary.export}`]),
    ...(summary.pseudonymised
      ? ["people are replaced; item names and free text stay and may name them"]
      : []),
  ];
  return parts.join("\n  ");
}

const WORDS = {
  due: "of the range due and not archived yet",
  gap: "of the range missing and still to be read",
  lost: "of the range LOST",
  disposing: "of the range being destroyed under its schedule",
  disposed: "of the range destroyed under its schedule",
} as const;

function microTime(micros: number): string {
  const text = new Date(Math.floor(micros / 1000)).toISOString();
  return `${text.slice(0, 19)}.${String(((micros % 1_000_000) + 1_000_000) % 1_000_000).padStart(6, "0")}Z`;
}
