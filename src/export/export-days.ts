import { createHash } from "node:crypto";
import type { HeldDays, HeldRevision } from "../archive/held-days.js";
import type { PackageFiles } from "../archive/package-files.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { linesOf } from "../archive/line-blocks.js";
import { creationTimeMicros } from "../model/creation-time.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { dayEndMs, dayStartMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { EventMatch } from "./event-filter.js";
import type { Event, EventFilter, InstantRange } from "./event-filter.js";
import type { LineForm } from "./line-form.js";

/** Record lines of a day that are held in memory until its last byte was checked; a larger day is read twice. */
const MAX_HELD_BYTES = 64 << 20;

/** What is exported, and how it is written. */
export interface ExportWish {
  readonly filter: EventFilter;
  readonly form: LineForm;
  /** Changes a record line before it is written, such as by pseudonyms. */
  readonly change?: (line: string) => string;
  /** After each day. */
  readonly progress?: (done: number, total: number, day: UtcDay) => void;
}

/** What has gone out so far. */
export class ExportCount {
  records = 0;
  bytes = 0;
  readonly #hash = createHash("sha256");

  take(piece: Uint8Array): Uint8Array {
    this.#hash.update(piece);
    this.bytes += piece.byteLength;
    return piece;
  }

  /** Hex. */
  sha256(): string {
    return this.#hash.copy().digest("hex");
  }
}

/**
 * The export in pieces. The bytes of a day are compared with its signed manifest before the first of its lines leaves.
 * ARCHIVE_DAMAGED for a day that is not as it was sealed: nothing of it was given then.
 */
export async function* exportDays(
  held: HeldDays,
  { filter, form, change, progress }: ExportWish,
  count: ExportCount,
): AsyncGenerator<Uint8Array, void> {
  const head = form.begin();
  if (head.length > 0) yield count.take(head);
  for await (const { lines: block } of selectedLines(held, filter, progress)) {
    const lines =
      change === undefined ? block : block.map((line) => Buffer.from(change(line.toString("utf8"))));
    count.records += lines.length;
    const piece = form.lines(lines);
    if (piece.length > 0) yield count.take(piece);
  }
  const tail = form.end();
  if (tail.length > 0) yield count.take(tail);
}

/** Wanted record lines of a day, in the order of the revision. */
export interface SelectedLines {
  readonly revision: HeldRevision;
  readonly lines: readonly Buffer[];
}

/** The wanted lines in blocks, day by day, each only once every byte of its day was compared with the signed manifest. */
export async function* selectedLines(
  held: HeldDays,
  filter: EventFilter,
  progress?: ExportWish["progress"],
): AsyncGenerator<SelectedLines, void> {
  const match = new EventMatch(filter);
  const days = [...held.newest.values()].filter((sealed) => mayMeet(sealed, filter.range));
  for (const [index, sealed] of days.entries()) {
    const revision = await held.read(sealed);
    if (meets(revision.manifest, filter.range))
      for await (const lines of named(sealed, wantedLines(revision, match))) yield { revision, lines };
    progress?.(index + 1, days.length, sealed.day);
  }
}

/** The days with content that may have events of the range, oldest first: its own, and one beside it with stray events. */
export async function daysMeeting(held: HeldDays, range: InstantRange): Promise<readonly UtcDay[]> {
  const days: UtcDay[] = [];
  for (const sealed of held.newest.values())
    if (mayMeet(sealed, range) && meets((await held.read(sealed)).manifest, range)) days.push(sealed.day);
  return days;
}

/** The names in the days of a range, as their manifests count them. */
export interface NamesIn {
  readonly fields: ReadonlySet<string>;
  readonly activities: ReadonlySet<string>;
}

export async function namesIn(held: HeldDays, range: InstantRange): Promise<NamesIn> {
  const [fields, activities] = [new Set<string>(), new Set<string>()];
  for (const sealed of held.newest.values()) {
    if (!mayMeet(sealed, range)) continue;
    const { manifest } = await held.read(sealed);
    if (!meets(manifest, range)) continue;
    const { by_field: byField = {}, by_activity: byActivity } = manifest.completeness;
    for (const name of Object.keys(byField)) fields.add(name);
    for (const name of Object.keys(byActivity)) activities.add(name);
  }
  return { fields, activities };
}

/** A damaged file says what is wrong with it, not always which it is. */
async function* named<T>({ day, revision }: SealedDay, blocks: AsyncIterable<T>): AsyncGenerator<T, void> {
  try {
    yield* blocks;
  } catch (error) {
    if (!isDaybookError(error, "ARCHIVE_DAMAGED")) throw error;
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: `${packagePath(day, revision)}: ${error.message}; nothing of ${day} was exported`,
      hint: "run `daybook verify`, and export from another copy with --sink or --path",
      cause: error,
    });
  }
}

async function* wantedLines(
  { manifest, files }: HeldRevision,
  match: EventMatch,
): AsyncGenerator<readonly Buffer[], void> {
  const day = instantsOf(manifest.day);
  // A line without a time counts as within its day.
  const isWhole = match.wantsAllWithin(spanOf(manifest, day));
  for await (const block of checkedBlocks(manifest, files)) {
    const lines = [...linesOf(block)];
    yield isWhole
      ? lines
      : lines.filter((line) => match.wants(JSON.parse(line.toString("utf8")) as Event, day));
  }
}

/** The record lines, given only once every byte of them was compared with the manifest. */
async function* checkedBlocks(manifest: Manifest, files: PackageFiles): AsyncGenerator<Buffer, void> {
  const lines = manifest.files.filter(({ role }) => role === "events" || role === "carried");
  const bytes = lines.reduce((sum, file) => sum + file.content_bytes, 0);
  if (bytes <= MAX_HELD_BYTES) {
    const blocks: Buffer[] = [];
    for await (const block of files.recordBlocks()) blocks.push(block);
    yield* blocks;
    return;
  }
  for (const file of lines) for await (const piece of files.stored(file)) void piece;
  yield* files.recordBlocks();
}

/** Events lie on the day they were asked for, but for a few beside it: a day more on each side is looked at. */
function mayMeet({ day }: SealedDay, { fromMicros, toMicros }: InstantRange): boolean {
  const { fromMicros: start, toMicros: end } = instantsOf(day);
  return start - DAY_MICROS <= toMicros && end + DAY_MICROS >= fromMicros;
}

const DAY_MICROS = 86_400_000_000;

function meets(manifest: Manifest, range: InstantRange): boolean {
  const { fromMicros, toMicros } = spanOf(manifest, instantsOf(manifest.day));
  return fromMicros <= range.toMicros && toMicros >= range.fromMicros;
}

/** From the first to the last event of the day, and the whole day at least. */
function spanOf({ completeness }: Manifest, day: InstantRange): InstantRange {
  const { first_creation_time: first, last_creation_time: last } = completeness;
  return {
    fromMicros: Math.min(day.fromMicros, creationTimeMicros(first ?? "") ?? day.fromMicros),
    // The manifest cuts what lies below a millisecond.
    toMicros: Math.max(day.toMicros, (creationTimeMicros(last ?? "") ?? 0) + 999),
  };
}

/** The whole UTC day. */
export function instantsOf(day: UtcDay): InstantRange {
  return { fromMicros: dayStartMs(day) * 1000, toMicros: dayEndMs(day) * 1000 - 1 };
}
