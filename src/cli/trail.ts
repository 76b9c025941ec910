import { trailOf } from "../audit/trail.js";
import type { TrailLine } from "../audit/trail.js";
import { headLine } from "../archive/head.js";
import { nearestWord } from "../config/nearest-word.js";
import { heldEntries } from "../ledger/held-entries.js";
import { DaybookError } from "../model/errors.js";
import { ENTRY_FIELDS } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { isInRange, utcDayOf } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { csvTable } from "./audit-csv.js";
import type { Command, Surroundings } from "./command.js";
import { givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { listOf } from "./export-options.js";
import { eachArchive } from "./held-archive.js";
import type { ArchiveOptions, ReadArchive } from "./held-archive.js";

export interface TrailOptions extends ArchiveOptions, RangeOptions {
  readonly type?: readonly string[];
  readonly format: "text" | "csv";
}

/** The acts of one archive. */
interface Trail {
  readonly name: string;
  readonly head: string;
  readonly acts: readonly TrailLine[];
}

/** Who did what to an archive, by its ledger, within the days on which it was done; 66 when there is no such act. */
export const trail: Command<TrailOptions> = async (options, surroundings) => {
  const types = listOf(options.type ?? []);
  requireKnown(types);
  const range = givenRange(options, surroundings.clock.now());
  const trails = await eachArchive(options, surroundings, (archive) =>
    trailIn(archive, types, range, surroundings),
  );
  const acts = trails.flatMap((one) => one.acts);
  return {
    exit: acts.length === 0 ? EXIT.nothingToVerify : EXIT.ok,
    text:
      options.format === "csv" ? csvTable(acts.map((act) => ({ ...act }))) : trails.map(trailText).join("\n"),
    json: { format: "daybook.trail/1", archives: trails },
  };
};

async function trailIn(
  { name, held }: ReadArchive,
  types: readonly string[],
  range: Partial<DayRange>,
  { signal }: Surroundings,
): Promise<Trail> {
  const entries: LedgerEntry[] = [];
  for await (const { entry } of heldEntries(held, signal)) {
    const isWanted = types.length === 0 || types.includes(entry.type);
    if (isWanted && isInRange(utcDayOf(Date.parse(entry.time)), range)) entries.push(entry);
  }
  // Whoever names a type wants all of it; the daily work is left out otherwise.
  const acts = types.length === 0 ? trailOf(entries) : entries.flatMap(everyAct);
  return { name, head: headLine(held.head), acts };
}

function everyAct(entry: LedgerEntry): readonly TrailLine[] {
  const [line] = trailOf([entry]);
  if (line !== undefined) return [line];
  const { seq, prev: _prev, time, actor, type, ...fields } = entry;
  return [{ seq, time, actor, type, text: JSON.stringify(fields) }];
}

function trailText({ name, head, acts }: Trail): string {
  if (acts.length === 0) return `${name}: no such act; head ${head}`;
  const width = Math.max(...acts.map(({ actor }) => actor.length));
  return [
    `${name}: head ${head}`,
    ...acts.map(
      ({ seq, time, actor, text }) =>
        `  ${String(seq).padStart(6)}  ${time}  ${actor.padEnd(width)}  ${text}`,
    ),
  ].join("\n");
}

function requireKnown(types: readonly string[]): void {
  const known = Object.keys(ENTRY_FIELDS);
  const wrong = types.find((type) => !known.includes(type));
  if (wrong === undefined) return;
  const nearest = nearestWord(wrong, known);
  throw new DaybookError("USAGE", {
    message: `--type: found ${JSON.stringify(wrong)}, expected types of docs/FORMAT.md section 5${nearest === undefined ? "" : `; did you mean ${nearest}?`}`,
  });
}
