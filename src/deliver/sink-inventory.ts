import { CLOSING_FILES, MANIFEST, PACKAGE_FILE_NAMES, PAGE_LEDGER } from "../archive/layout.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { DayIndex } from "../ledger/day-index.js";
import { DaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { ArchiveSource } from "../archive/source.js";
import type { ObjectStore } from "../plugin/types.js";
import { confirmedBy } from "./confirmed-revisions.js";

export interface InventoryOptions {
  /** The sink's name in the configuration. */
  readonly name: string;
  readonly store: ObjectStore;
  readonly tenant: string;
}

/** What every package has beside its pages; the name of its events depends on the compression. */
const EVENTS = "events.ndjson";
const ALWAYS_THERE: readonly string[] = [...CLOSING_FILES, PAGE_LEDGER, EVENTS];

/** The files of a package that a listing showed. */
interface HeldFiles {
  readonly always: Set<string>;
  /** By hour, how many pages there are, and the highest number of one. */
  readonly pages: Map<string, { count: number; highest: number }>;
}

/**
 * The revisions that the sink has confirmed and no longer holds, by one listing of its `days/`. A package counts as held when
 * its manifest, which is written last, and what stands beside the pages are there, and no page is missing before another of its
 * hour; of one that is being destroyed the manifest is enough. Oldest first.
 */
export async function missingFrom(
  { name, store, tenant }: InventoryOptions,
  index: DayIndex,
  signal: AbortSignal,
): Promise<readonly SealedDay[]> {
  const days = [...index.days.keys()].toSorted();
  const confirmed = days.flatMap((day) => confirmedBy(name, index.days.get(day)));
  if (confirmed.length === 0) return [];
  const held = new Map<string, HeldFiles>();
  for await (const key of store.list(`${tenant}/days/`, signal)) {
    const folder = key.slice(0, key.lastIndexOf("/"));
    const files = held.get(folder) ?? { always: new Set(), pages: new Map() };
    held.set(folder, files);
    count(files, key.slice(folder.length + 1));
  }
  return confirmed.filter(({ day, revision }) => {
    const files = held.get(`${tenant}/${packagePath(day, revision)}`);
    const isEnding = index.days.get(day)?.disposing !== undefined;
    return files?.always.has(MANIFEST) !== true || !(isEnding || isWhole(files));
  });
}

function count({ always, pages }: HeldFiles, name: string): void {
  const file = PACKAGE_FILE_NAMES.events.test(name) ? EVENTS : name;
  if (ALWAYS_THERE.includes(file)) always.add(file);
  if (!PACKAGE_FILE_NAMES.page.test(name)) return;
  const [hour = "", number = ""] = name.split(/[-.]/);
  const page = pages.get(hour) ?? { count: 0, highest: 0 };
  pages.set(hour, { count: page.count + 1, highest: Math.max(page.highest, Number(number)) });
}

/** Each hour has one page at least, and pages are numbered from 1. */
function isWhole({ always, pages }: HeldFiles): boolean {
  if (always.size < ALWAYS_THERE.length || pages.size < WINDOWS_PER_DAY) return false;
  return [...pages.values()].every((page) => page.count === page.highest);
}

/** The parts of an archive beside its days that only grow. */
const RECORDS = ["acts/", "anchors/", "heads/", "keys/", "ledger/"];

/** What the own archive has of its records below entry number `entries`, and the sink lacks. Two listings of each part. */
export async function missingRecords(
  { store, tenant }: InventoryOptions,
  own: ArchiveSource,
  entries: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lost: string[] = [];
  for (const part of RECORDS) {
    const held = new Set<string>();
    for await (const key of store.list(`${tenant}/${part}`, signal)) held.add(key.slice(tenant.length + 1));
    let before: string | undefined;
    for await (const path of own.list(part, signal)) {
      // The entry that names cosignatures lies somewhere between their head and the next one that was cosigned.
      const due = part === "anchors/" ? before : path;
      if (due !== undefined && !held.has(due) && (seqOf(path) ?? 0) < entries) lost.push(due);
      before = path;
    }
  }
  return lost;
}

/** The number of the entry with which the file is written, or of one before it; undefined for a key. */
export function seqOf(path: string): number | undefined {
  const [, part, number] =
    /^(acts|anchors|heads|ledger)\/(?:\d{3}\/)?(\d{9})(?:\/|\.(?:json|cosig)$|$)/.exec(path) ?? [];
  if (number === undefined) return undefined;
  // A head has the number of entries below it.
  return part === "heads" ? Number(number) - 1 : Number(number);
}

/** SINK_LOST when the sink lacks what it has confirmed. */
export async function requireContent(
  sink: InventoryOptions,
  index: DayIndex,
  signal: AbortSignal,
): Promise<void> {
  const { name, store, tenant } = sink;
  if (!isFilled(name, index)) return;
  const identity = `${tenant}/archive.json`;
  if ((await store.stat(identity, signal)) === undefined)
    throw sinkLost(name, `no ${identity}`, "the archive that it confirmed");
  const [first, ...others] = await missingFrom(sink, index, signal);
  if (first === undefined) return;
  const more = others.length === 0 ? "" : ` and ${others.length} more`;
  throw sinkLost(
    name,
    `no ${packagePath(first.day, first.revision)}${more}`,
    "every package that it confirmed",
  );
}

/** The newest revision that the sink has confirmed, of its newest day; undefined when there is none. */
export function newestConfirmed(sink: string, index: DayIndex): SealedDay | undefined {
  for (const day of [...index.days.keys()].toSorted().toReversed()) {
    const newest = confirmedBy(sink, index.days.get(day)).at(-1);
    if (newest !== undefined) return newest;
  }
  return undefined;
}

/** Whether the ledger says that the sink holds something, or should. */
export function isFilled(sink: string, index: DayIndex): boolean {
  return newestConfirmed(sink, index) !== undefined || isKnownLoss(sink, index);
}

/** Whether the ledger says already that the sink has lost something, and nothing was delivered to it since. */
export function isKnownLoss(sink: string, index: DayIndex): boolean {
  return [...(index.behind.get(sink) ?? [])].some(
    (day) => index.days.get(day)?.failures.get(sink)?.code === "SINK_LOST",
  );
}

export function sinkLost(sink: string, found: string, expected: string): DaybookError {
  return new DaybookError("SINK_LOST", { message: `${sink}: found ${found}, expected ${expected}` });
}
