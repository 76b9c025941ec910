import { parseCosignatures } from "../archive/cosignature.js";
import type { Head } from "../archive/head.js";
import type { HeldDays } from "../archive/held-days.js";
import { LIMITS, MANIFEST, SIGNATURE, cosignaturePath, keyPath } from "../archive/layout.js";
import { linesOf } from "../archive/line-blocks.js";
import { readHeadOf } from "../archive/read-head.js";
import { readHashed } from "../archive/read-hashed.js";
import { recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { readSmall } from "../archive/source.js";
import { PathFinder, leafHash, rootOf } from "../bytes/merkle-tree.js";
import { heldEntries } from "../ledger/held-entries.js";
import { DaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { EventProof } from "./proof-form.js";

/** A record line with the Id that was looked for. */
export interface FoundEvent {
  readonly sealed: SealedDay;
  /** Among the record lines of the revision, from 0. */
  readonly index: number;
  readonly line: string;
}

export interface Search {
  readonly id: string;
  /** Where to look, each day at its newest revision. */
  readonly days: readonly SealedDay[];
  /** Before each day. */
  readonly progress?: (done: number, total: number, day: UtcDay) => void;
}

/** Every record line with this Id: one as a rule, more where the source gave an Id to several events. */
export async function findEvents(
  held: HeldDays,
  { id, days, progress }: Search,
): Promise<readonly FoundEvent[]> {
  const found: FoundEvent[] = [];
  // The source writes its Ids, which are GUIDs, without escapes: a line without these bytes needs no parsing.
  const text = Buffer.from(JSON.stringify(id).slice(1, -1));
  for (const [number, sealed] of days.entries()) {
    progress?.(number, days.length, sealed.day);
    const { files } = await held.read(sealed);
    let index = 0;
    for await (const block of files.recordBlocks()) {
      for (const line of linesOf(block)) {
        if (line.includes(text) && idOf(line) === id)
          found.push({ sealed, index, line: line.toString("utf8") });
        index += 1;
      }
    }
  }
  return found;
}

/** The proof of a record line that was found. ARCHIVE_DAMAGED where the archive is not as it was sealed. */
export async function proveEvent(
  held: HeldDays,
  { sealed, index, line }: FoundEvent,
  signal: AbortSignal,
): Promise<EventProof> {
  const source = await held.sourceOf(sealed);
  const folder = packagePath(sealed.day, sealed.revision);
  const { manifest, files } = await held.read(sealed);
  const finder = new PathFinder(index, recordsOf(manifest));
  for await (const block of files.recordBlocks()) for (const one of linesOf(block)) finder.add(leafHash(one));
  const path = `${folder}/${MANIFEST}`;
  const text = await readHashed(source, { path, sha256: sealed.manifestSha256 }, signal);
  const signature = await readSmall(source, `${folder}/${SIGNATURE}`, LIMITS.signature, signal);
  const { size, root, ...entry } = await proveEntry(held, sealed, signal);
  const under = { tree: held.tree, head: { ...held.head, size, root } };
  const { bytes: head, signed } = await readHeadOf(under, signal);
  const ids = new Set([manifest.key_id, signed.keyId]);
  return {
    line,
    lineIndex: index,
    linePath: present(finder.path(), `${folder}: record lines`),
    manifest: Buffer.from(text).toString("utf8"),
    manifestSignature: present(signature, `${folder}/${SIGNATURE}`),
    ...entry,
    head: Buffer.from(head).toString("utf8"),
    cosignatures: await cosignaturesOf(held, size, signal),
    keys: new Map(
      await Promise.all([...ids].map(async (id) => [id, await keyOf(held, id, signal)] as const)),
    ),
  };
}

/**
 * The entry that seals the revision, with its path to the root of a head: the newest one that a witness cosigned and that covers the
 * entry, else the newest.
 */
async function proveEntry(
  held: HeldDays,
  { manifestSha256 }: SealedDay,
  signal: AbortSignal,
): Promise<Pick<EventProof, "entry" | "entryIndex" | "entryPath"> & Pick<Head, "size" | "root">> {
  const leaves: Uint8Array[] = [];
  let witnessed = 0;
  let sealing: { readonly seq: number; readonly text: string } | undefined;
  for await (const { entry, bytes } of heldEntries(held, signal)) {
    leaves.push(leafHash(bytes));
    if (entry.type === "anchored") witnessed = entry.size;
    if (entry.type === "day-sealed" && entry.manifest_sha256 === manifestSha256)
      sealing = { seq: entry.seq, text: Buffer.from(bytes).toString("utf8") };
  }
  const { seq, text } = present(sealing, "ledger: the entry that seals the day");
  const covered = leaves.slice(0, witnessed > seq ? witnessed : leaves.length);
  const finder = new PathFinder(seq, covered.length);
  for (const leaf of covered) finder.add(leaf);
  const head = { size: covered.length, root: rootOf(covered) };
  return { entry: text, entryIndex: seq, entryPath: present(finder.path(), "ledger"), ...head };
}

/** None where no witness cosigned the head of this size. */
async function cosignaturesOf(
  { tree }: HeldDays,
  size: number,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const bytes = await readSmall(tree, cosignaturePath(size), LIMITS.smallFile, signal);
  return bytes === undefined ? [] : (parseCosignatures(bytes) ?? []);
}

async function keyOf({ tree }: HeldDays, id: string, signal: AbortSignal): Promise<string> {
  const bytes = await readSmall(tree, keyPath(id), LIMITS.smallFile, signal);
  return Buffer.from(present(bytes, keyPath(id))).toString("utf8");
}

/** The last `Id` counts when a key is repeated, as docs/FORMAT.md says. */
function idOf(line: Buffer): unknown {
  return (JSON.parse(line.toString("utf8")) as { readonly Id?: unknown }).Id;
}

function present<T>(value: T | undefined, subject: string): T {
  if (value === undefined) throw damaged(subject);
  return value;
}

function damaged(subject: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: found something else, expected what the ledger's head covers`,
    hint: "run `daybook verify`, and prove the event from another copy with --sink or --path",
  });
}
