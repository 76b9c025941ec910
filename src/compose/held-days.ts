import { PackageFiles } from "../archive/package-files.js";
import { readManifest } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { DayNotes, HeldDays } from "../archive/held-days.js";
import type { ArchiveSource } from "../archive/source.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { isDisposed } from "../ledger/day-index.js";
import type { DayIndex, DayRecord } from "../ledger/day-index.js";
import { headOf } from "../ledger/read-ledger.js";
import type { LedgerContent } from "../ledger/read-ledger.js";
import type { DayState } from "../model/day-state.js";
import { isInRange } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { oddityCodes } from "../view/oddities.js";
import type { HeldTenant } from "./read-only-tenant.js";

/** An archive whose ledger was read and proved. */
interface ReadLedger {
  readonly identity: ArchiveIdentity;
  readonly ledger: Pick<LedgerContent, "index" | "tree">;
}

/** The own archive: the state folder's ledger, and packages from wherever they can be read. */
export function ownDays(held: HeldTenant, signal: AbortSignal): HeldDays {
  const places = {
    tree: held.tree,
    sourceOf: ({ day, revision }: SealedDay) => held.packageSource(day, revision),
  };
  return heldDays(held, { stateOf: held.stateOf, range: namedRange(held.index) }, places, signal);
}

/** A copy that is read, and which of its archive's days it has where it is that of a bag. */
interface Copy {
  readonly source: ArchiveSource;
  readonly scope?: DayRange | undefined;
}

/** A copy in a sink, a folder or a bag: what it does not name up to its newest day is a gap. */
export function copiedDays(read: ReadLedger, { source, scope }: Copy, signal: AbortSignal): HeldDays {
  const { index } = read.ledger;
  const range = namedRange(index, scope);
  const stateOf = (day: UtcDay): DayState => {
    if (range === undefined || day < range.from) return "before";
    return day > range.to ? "open" : stateInCopy(day, index);
  };
  return heldDays(read, { stateOf, range }, { tree: source, sourceOf: async () => source }, signal);
}

/** Which days there are, and their states. */
type Calendar = Pick<HeldDays, "stateOf" | "range">;

function heldDays(
  { identity, ledger }: ReadLedger,
  { stateOf, range }: Calendar,
  places: Pick<HeldDays, "tree" | "sourceOf">,
  signal: AbortSignal,
): HeldDays {
  const { days } = ledger.index;
  const named = [...days.values()]
    .filter(({ day }) => range !== undefined && isInRange(day, range))
    .toSorted((a, b) => (a.day < b.day ? -1 : 1));
  const newest = named.flatMap(newestOf);
  return {
    identity,
    head: headOf(identity.origin, ledger),
    range,
    stateOf,
    notesOf: (day) => notesOf(days.get(day)),
    newest: new Map(newest.map((sealed) => [sealed.day, sealed])),
    revisions: named.flatMap(({ day, revisions }) =>
      revisions.map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 })),
    ),
    ...places,
    read: async (sealed) => {
      const source = await places.sourceOf(sealed);
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

/** From the first to the last day that a ledger names, within the scope where there is one. */
export function namedRange({ days }: Pick<DayIndex, "days">, scope?: DayRange): DayRange | undefined {
  const named = [...days.keys()].filter((day) => scope === undefined || isInRange(day, scope)).toSorted();
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
