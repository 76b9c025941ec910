import { PackageFiles } from "../archive/package-files.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { DayNotes, HeldDays } from "../archive/held-days.js";
import type { ArchiveSource } from "../archive/source.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { isDisposed } from "../ledger/day-index.js";
import type { DayIndex, DayRecord } from "../ledger/day-index.js";
import type { LedgerContent } from "../ledger/read-ledger.js";
import type { DayState } from "../model/day-state.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { oddityCodes } from "../view/oddities.js";
import type { HeldTenant } from "./read-only-tenant.js";

/** An archive whose ledger was read and proved. */
interface ReadLedger {
  readonly identity: ArchiveIdentity;
  readonly ledger: Pick<LedgerContent, "index" | "size" | "lastHash">;
}

/** The own archive: the state folder's ledger, and packages from wherever they can be read. */
export function ownDays(held: HeldTenant, signal: AbortSignal): HeldDays {
  return heldDays(held, held.stateOf, (day, revision) => held.packageSource(day, revision), signal);
}

/** A copy in a sink or a folder: what it does not name up to its newest day is a gap. */
export function copiedDays(read: ReadLedger, source: ArchiveSource, signal: AbortSignal): HeldDays {
  const { index } = read.ledger;
  const range = namedRange(index);
  const stateOf = (day: UtcDay): DayState => {
    if (range === undefined || day < range.from) return "before";
    return day > range.to ? "open" : stateInCopy(day, index);
  };
  return heldDays(read, stateOf, async () => source, signal);
}

function heldDays(
  { identity, ledger }: ReadLedger,
  stateOf: HeldDays["stateOf"],
  packageSource: (day: UtcDay, revision: number) => Promise<ArchiveSource>,
  signal: AbortSignal,
): HeldDays {
  const { days } = ledger.index;
  const named = [...days.values()].toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const newest = named.flatMap(newestOf);
  return {
    identity,
    head: { size: ledger.size, lastHash: ledger.lastHash },
    range: namedRange(ledger.index),
    stateOf,
    notesOf: (day) => notesOf(days.get(day)),
    newest: new Map(newest.map((sealed) => [sealed.day, sealed])),
    read: async (sealed) => {
      const source = await packageSource(sealed.day, sealed.revision);
      const manifest = await readManifest(source, sealed, signal);
      return { manifest, files: new PackageFiles(source, manifest, signal) };
    },
  };
}

function newestOf({ day, revisions, disposing }: DayRecord): readonly SealedDay[] {
  const last = revisions.at(-1);
  if (last === undefined || disposing !== undefined) return [];
  return [{ day, revision: last.revision, manifestSha256: last.manifestSha256 }];
}

/** The state of a day by what a copy says of itself; a day that it does not name is a gap. */
export function stateInCopy(day: UtcDay, { days }: Pick<DayIndex, "days">): DayState {
  const record = days.get(day);
  if (record?.disposing !== undefined) return isDisposed(record) ? "disposed" : "disposing";
  if (record !== undefined && record.revisions.length > 0) return "sealed";
  return record?.lost === undefined ? "gap" : "lost";
}

/** From the first to the last day that a ledger names. */
export function namedRange({ days }: Pick<DayIndex, "days">): DayRange | undefined {
  const named = [...days.keys()].toSorted();
  const [from, to] = [named[0], named.at(-1)];
  return from === undefined || to === undefined ? undefined : { from, to };
}

function notesOf(record: DayRecord | undefined): DayNotes {
  const oddities = oddityCodes(record) ?? [];
  if (record?.lost !== undefined) return { oddities, explanation: record.lost.reason };
  if (record?.disposing === undefined) return { oddities };
  const { plan } = record.disposing;
  return {
    oddities,
    explanation: `${isDisposed(record) ? "destroyed" : "being destroyed"} under plan ${plan}`,
  };
}
