import { LackingLines } from "../archive/lacking-lines.js";
import { PackageFiles } from "../archive/package-files.js";
import { folderSource } from "../archive/folder-source.js";
import { writeCompressed } from "../io/compressed-file.js";
import type { FileDigest } from "../io/compressed-file.js";
import type { Files } from "../io/files.js";
import { fileExtension } from "../model/compression.js";
import { finding } from "../model/finding.js";
import type { Finding } from "../model/finding.js";
import { FORMAT, packagePath } from "../model/manifest.js";
import type { Manifest, ManifestFile, ReadingSummary } from "../model/manifest.js";
import type { Reading } from "../model/reading.js";
import { sha256Hex } from "../model/sha256.js";
import type { Signer } from "../model/signer.js";
import type { Verdict } from "../model/verdict.js";
import { DayPackage, placePackage, recheckPackage } from "./day-package.js";
import { carriedLines } from "./carried-lines.js";

/** The revision of the day that was sealed last. */
export interface EarlierRevision {
  readonly manifest: Manifest;
  readonly manifestSha256: string;
}

export interface SealDayInput {
  readonly files: Files;
  readonly signer: Signer;
  readonly reading: Reading;
  readonly verdict: Extract<Verdict, { readonly outcome: "complete" }>;
  /** Its package lies in `root`, with the events and carried files at least. */
  readonly earlier: EarlierRevision | undefined;
  /** The archive's folder: the package goes to `days/YYYY/MM/DD/rNNNN` in it. */
  readonly root: string;
  /** The step makes a folder of its own in it. On the same file system as `root`, transcript and spool. */
  readonly stagingFolder: string;
  readonly archiveId: string;
  readonly tenantId: string;
  readonly retention: Manifest["retention"];
  readonly software: Manifest["software"];
  readonly configSha256: string;
  /** SHA-256 of the manifest sealed last in the archive, whatever its day. */
  readonly previous: string | null;
  readonly signal: AbortSignal;
}

/**
 * The result of sealing. `missing` counts the records of the earlier reading whose Id the source no longer gives; `notices`
 * are oddities that the verdict does not have.
 */
export type SealOutcome =
  | {
      readonly kind: "sealed";
      readonly manifest: Manifest;
      readonly manifestSha256: string;
      /** In the archive: `days/2026/11/20/r0001`. */
      readonly path: string;
      readonly missing: number;
      readonly notices: readonly Finding[];
    }
  | {
      readonly kind: "rechecked";
      readonly revision: number;
      readonly eventSetSha256: string;
      readonly missing: number;
      readonly notices: readonly Finding[];
    };

/**
 * Seals a verified reading as the day's next revision: a signed day package in its place, durable and read back, but not
 * yet in the ledger. Lines of the earlier revision that the reading lacks are carried into it. When the set of events is
 * the same as before, no revision is made. An error before the package is in its place leaves nothing behind: DISK_*,
 * ARCHIVE_DAMAGED for the earlier revision, READING_INCOMPLETE, the signal's reason.
 */
export async function sealDay(input: SealDayInput): Promise<SealOutcome> {
  const staging = `${input.stagingFolder}/package`;
  try {
    await input.files.makeFolder(staging);
    const outcome = await new Sealing(input, staging).run();
    await leaveNothing(input, staging);
    return outcome;
  } catch (error) {
    // The next start removes what cannot be removed now. The first error is the one to report.
    await leaveNothing(input, staging).catch(() => undefined);
    throw error;
  }
}

async function leaveNothing({ files, verdict }: SealDayInput, staging: string): Promise<void> {
  await verdict.transcript.eventSet.discard();
  await files.removeTree(staging);
  await files.removeTree(verdict.transcript.path);
}

/** The lines taken over from the earlier revision. */
interface Carried {
  readonly diff: Manifest["diff"];
  readonly missing: number;
  /** Undefined where nothing is carried: then there is no file. */
  readonly digest: FileDigest | undefined;
}

type Sealed = Pick<Extract<SealOutcome, { readonly kind: "sealed" }>, "manifest" | "manifestSha256" | "path">;

class Sealing {
  readonly #input: SealDayInput;
  readonly #staging: string;
  readonly #extension: string;

  constructor(input: SealDayInput, staging: string) {
    this.#input = input;
    this.#staging = staging;
    this.#extension = fileExtension(input.reading.compression);
  }

  async run(): Promise<SealOutcome> {
    const { earlier, verdict, signal } = this.#input;
    const carried = await this.#carry();
    signal.throwIfAborted();
    const eventSetSha256 = await verdict.transcript.eventSet.sha256();
    signal.throwIfAborted();
    const notices = noticeShrunk(this.#input.reading, carried.missing);
    const outcome = { missing: carried.missing, notices };
    if (earlier !== undefined && earlier.manifest.event_set_sha256 === eventSetSha256) {
      return { kind: "rechecked", revision: earlier.manifest.revision, eventSetSha256, ...outcome };
    }
    return { kind: "sealed", ...(await this.#seal(carried, eventSetSha256)), ...outcome };
  }

  /** Writes what the reading lacks into the package, and adds it to the event set. */
  async #carry(): Promise<Carried> {
    const { earlier, files, verdict, reading, root, signal } = this.#input;
    const { records } = verdict.transcript;
    if (earlier === undefined) {
      const diff = { against: null, added: records.distinct, removed: 0, changed: 0, missing: 0 };
      return { diff, missing: 0, digest: undefined };
    }
    const lacking = new LackingLines(records);
    const held = new PackageFiles(folderSource(files, root), earlier.manifest, signal);
    const lines = this.#intoEventSet(carriedLines(held, lacking));
    const first = await lines.next();
    const digest =
      first.done === true
        ? undefined
        : await writeCompressed(
            files,
            {
              path: `${this.#staging}/carried.ndjson${this.#extension}`,
              compression: reading.compression,
              content: withFirst(first.value, lines),
            },
            signal,
          );
    const { added, removed, changed, missing } = lacking;
    const diff = { against: earlier.manifest.revision, added, removed, changed, missing };
    return { diff, missing, digest };
  }

  async *#intoEventSet(lines: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    for await (const block of lines) {
      this.#input.signal.throwIfAborted();
      await this.#input.verdict.transcript.eventSet.add(block);
      yield block;
    }
  }

  async #seal(carried: Carried, eventSetSha256: string): Promise<Sealed> {
    const { files, reading, verdict, signer, root, earlier } = this.#input;
    const { transcript } = verdict;
    const contents = new DayPackage(files, this.#staging);
    await contents.addPages(reading);
    const events = `events.ndjson${this.#extension}`;
    await files.rename(transcript.path, `${this.#staging}/${events}`);
    contents.addLines(events, "events", transcript);
    if (carried.digest !== undefined) {
      contents.addLines(`carried.ndjson${this.#extension}`, "carried", carried.digest);
    }
    const manifest = this.#manifest(carried, eventSetSha256, contents.listed);
    const closing = await contents.finish(manifest, signer);
    this.#input.signal.throwIfAborted();
    const path = packagePath(reading.day, (earlier?.manifest.revision ?? 0) + 1);
    await placePackage(files, this.#staging, root, path);
    await recheckPackage(files, `${root}/${path}`, manifest.files, closing);
    return { manifest, manifestSha256: sha256Hex(closing.manifest), path };
  }

  #manifest(carried: Carried, eventSetSha256: string, listed: readonly ManifestFile[]): Manifest {
    const { reading, verdict, earlier, signer, archiveId, tenantId, retention, software } = this.#input;
    return {
      format: FORMAT,
      archive_id: archiveId,
      tenant_id: tenantId,
      day: reading.day,
      revision: (earlier?.manifest.revision ?? 0) + 1,
      supersedes: earlier?.manifestSha256 ?? null,
      reason: reading.reason,
      reading: summaryInOrder(reading.summary),
      completeness: { ...verdict.completeness, carried: carried.diff.removed },
      event_set_sha256: eventSetSha256,
      lines_root: verdict.transcript.eventSet.linesRoot(),
      diff: carried.diff,
      files: listed,
      retention: { schedule: retention.schedule, keep: retention.keep, retain_until: retention.retain_until },
      clock: { own: reading.clock.own, api: reading.clock.api, skew_seconds: reading.clock.skew_seconds },
      software: { name: software.name, version: software.version },
      config_sha256: this.#input.configSha256,
      previous: this.#input.previous,
      key_id: signer.keyId,
    };
  }
}

/** The order of keys is part of the format, whatever order the summary was made in. */
function summaryInOrder(summary: ReadingSummary): ReadingSummary {
  const { started, ended, requests, retries, throttled_ms, windows } = summary;
  return { started, ended, requests, retries, throttled_ms, windows };
}

async function* withFirst(first: Uint8Array, rest: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  yield* rest;
}

function noticeShrunk({ day }: Reading, missing: number): readonly Finding[] {
  if (missing === 0) return [];
  const found = `${missing} records missing`;
  return [finding("SOURCE_SHRANK", { subject: day, found, expected: "0 missing", day })];
}
