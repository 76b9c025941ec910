import { DaybookError, isDaybookError } from "../model/errors.js";
import type { Act } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { ArchiveSource } from "../archive/source.js";
import { firstSourceWith } from "../archive/source.js";
import type { RecordSink } from "./record-sink.js";
import { recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { eachLine } from "../plugin/record-lines.js";
import type { Sink } from "../plugin/types.js";
import { currentView } from "./current-view.js";
import { digestLines, digesting } from "./multiset-digest.js";
import type { MultisetDigest } from "./multiset-digest.js";
import { pluginError } from "./plugin-error.js";

/** A sink that days are delivered to. */
export type Target =
  | { readonly kind: "record"; readonly name: string; readonly sink: RecordSink }
  | {
      readonly kind: "view";
      readonly name: string;
      readonly sink: Sink;
      /** Reads every delivered day back and compares it line by line. */
      readonly readBack: boolean;
      /** Whether the sink's `keep` has passed for the day: it is not delivered, and removed where it was. */
      readonly isExpired: (day: UtcDay) => boolean;
    };

export type Outcome =
  | { readonly sink: string; readonly sealed: SealedDay; readonly delivered: { readonly records: number } }
  | { readonly sink: string; readonly sealed: SealedDay; readonly failed: DaybookError };

export interface DeliverySettings {
  readonly tenant: string;
  /** Where day packages can be read, preferred first: the state folder, then the record sinks. */
  readonly sources: readonly ArchiveSource[];
}

/**
 * Delivers one sealed day to one sink. A failure is returned as an outcome. Only aborts and ARCHIVE_FORKED are thrown: a second
 * writer affects the whole archive, not just this sink.
 */
export async function deliverDay(
  sealed: SealedDay,
  target: Target,
  settings: DeliverySettings,
  signal: AbortSignal,
): Promise<Outcome> {
  const { name } = target;
  try {
    const source = await sourceOf(sealed, settings.sources, signal);
    const records = await deliver(sealed, target, { source, tenant: settings.tenant }, signal);
    return { sink: name, sealed, delivered: { records } };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    if (isDaybookError(error, "ARCHIVE_FORKED")) throw error;
    return { sink: name, sealed, failed: pluginError(name, error) };
  }
}

/** The ledger entry that records an outcome. */
export function actOf({ sink, sealed, ...outcome }: Outcome): Act {
  const { day, revision, manifestSha256: manifest_sha256 } = sealed;
  return "delivered" in outcome
    ? { type: "sink-delivered", day, revision, manifest_sha256, sink, records: outcome.delivered.records }
    : { type: "sink-failed", day, revision, manifest_sha256, sink, code: outcome.failed.code };
}

async function sourceOf(
  sealed: SealedDay,
  sources: readonly ArchiveSource[],
  signal: AbortSignal,
): Promise<ArchiveSource> {
  const path = `${packagePath(sealed.day, sealed.revision)}/manifest.json`;
  const source = await firstSourceWith(path, sources, signal);
  if (source !== undefined) return source;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${path}: expected in the state folder or a record sink, found in neither`,
  });
}

/** Where a day comes from, and whose it is. */
interface DayOrigin {
  readonly source: ArchiveSource;
  readonly tenant: string;
}

async function deliver(
  sealed: SealedDay,
  target: Target,
  origin: DayOrigin,
  signal: AbortSignal,
): Promise<number> {
  switch (target.kind) {
    case "record":
      return recordsOf(await target.sink.putPackage(sealed, origin.source, signal));
    case "view":
      return deliverView(sealed, target, origin, signal);
    default:
      return target satisfies never;
  }
}

async function deliverView(
  sealed: SealedDay,
  { name, sink, readBack }: Extract<Target, { readonly kind: "view" }>,
  { source, tenant }: DayOrigin,
  signal: AbortSignal,
): Promise<number> {
  const batch = await currentView(sealed, tenant, source, signal);
  // Digest while the sink reads: decoding a large day again would take as long.
  let given: MultisetDigest | undefined;
  const blocks = (): AsyncIterable<Uint8Array> => digesting(batch.blocks(), (digest) => (given = digest));
  const { records } = await sink.write({ ...batch, blocks, lines: () => eachLine(blocks()) }, signal);
  if (records !== batch.records) throw mismatch(name, sealed, `${batch.records} records`, `${records}`);
  if (!readBack) return records;
  const found = await digestLines(sink.read(sealed.day, signal));
  if (found.lines !== batch.records)
    throw mismatch(name, sealed, `to read ${batch.records} records`, `${found.lines}`);
  // A sink that already had the day may not have read it.
  given ??= await digestLines(batch.lines());
  if (found.digest() !== given.digest()) throw mismatch(name, sealed, "to read the same records", "others");
  return records;
}

function mismatch(name: string, { day }: SealedDay, expected: string, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${day} in ${name}: expected ${expected}, found ${found}`,
  });
}
