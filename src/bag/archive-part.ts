import { bagScopeBytes } from "../archive/bag-scope.js";
import type { HeldDays } from "../archive/held-days.js";
import { ARCHIVE_PARTS, BAG_SCOPE, CLOSING_FILES, FIXED_FILES } from "../archive/layout.js";
import type { SealedDay } from "../archive/sealed-package.js";
import type { ArchiveSource } from "../archive/source.js";
import { DaybookError } from "../model/errors.js";
import { readHeadOf } from "../archive/read-head.js";
import { packagePath } from "../model/manifest.js";
import { isInRange } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { ARCHIVE_PART } from "./bag-form.js";
import type { BagFolder } from "./bag-folder.js";

/** The folders of an archive that are copied whole. */
const PARTS = ARCHIVE_PARTS.filter((name) => ![...FIXED_FILES, "head", "days"].includes(name));

/** What the archive part of a bag is copied from. */
export interface ArchiveCopy {
  readonly held: HeldDays;
  readonly range: DayRange;
  readonly signal: AbortSignal;
  readonly progress?: (done: number, total: number, day: UtcDay) => void;
}

/**
 * Copies the archive byte for byte: its ledger whole, of the days those of the range with every revision. Each file of a day is compared
 * with the signed manifest on its way. ARCHIVE_DAMAGED for one that is not as it was sealed; how many revisions there are.
 */
export async function addArchive(bag: BagFolder, copy: ArchiveCopy): Promise<number> {
  const { held, range, signal, progress } = copy;
  for (const path of FIXED_FILES) await addFile(bag, held.tree, path, signal);
  for (const part of PARTS)
    for await (const path of held.tree.list(`${part}/`, signal))
      if (!path.endsWith("/") && isWithinLedger(path, held.head.size))
        await addFile(bag, held.tree, path, signal);
  await bag.addWhole(`${ARCHIVE_PART}head`, (await readHeadOf(held, signal)).bytes);
  const revisions = held.revisions.filter(({ day }) => isInRange(day, range));
  for (const [index, sealed] of revisions.entries()) {
    progress?.(index, revisions.length, sealed.day);
    await addRevision(bag, copy, sealed);
  }
  const scope = { archive_id: held.identity.archiveId, from: range.from, to: range.to };
  await bag.addWhole(`${ARCHIVE_PART}${BAG_SCOPE}`, bagScopeBytes({ ...scope, revisions: revisions.length }));
  return revisions.length;
}

/** A writer may go on meanwhile: what belongs to entries that came later stays out. */
function isWithinLedger(path: string, size: number): boolean {
  const number = /^[a-z]+\/(?:\d{3}\/)?(\d{9})(?=[./]|$)/.exec(path)?.[1];
  if (number === undefined) return true;
  // The entry that names a file of cosignatures comes after the head that they speak of.
  return ["ledger/", "acts/", "anchors/"].some((part) => path.startsWith(part))
    ? Number(number) < size
    : Number(number) <= size;
}

async function addRevision(bag: BagFolder, { held, signal }: ArchiveCopy, sealed: SealedDay): Promise<void> {
  const folder = packagePath(sealed.day, sealed.revision);
  const source = await held.sourceOf(sealed);
  if (["disposing", "disposed"].includes(held.stateOf(sealed.day))) {
    // Of content that is destroyed the manifest and the tombstone stay.
    for await (const path of source.list(`${folder}/`, signal)) await addFile(bag, source, path, signal);
    return;
  }
  const { manifest, files } = await held.read(sealed);
  for (const file of manifest.files)
    await bag.add(`${ARCHIVE_PART}${folder}/${file.path}`, files.stored(file));
  for (const name of CLOSING_FILES) await addFile(bag, source, `${folder}/${name}`, signal);
}

async function addFile(
  bag: BagFolder,
  source: ArchiveSource,
  path: string,
  signal: AbortSignal,
): Promise<void> {
  if (!/^[\w./-]+$/.test(path))
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: `${JSON.stringify(path)}: found a name that no file of an archive has`,
    });
  await bag.add(`${ARCHIVE_PART}${path}`, await source.get(path, signal));
}
