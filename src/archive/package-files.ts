import { decodeFrameStream } from "../bytes/frame-decoder.js";
import { Tally } from "../io/tally.js";
import type { Compression } from "../model/compression.js";
import { packagePath } from "../model/manifest.js";
import type { FileRole, Manifest, ManifestFile } from "../model/manifest.js";
import { attempt, damagedBy, missing, raise } from "./flaw.js";
import type { Flaw, Report } from "./flaw.js";
import { LIMITS } from "./layout.js";
import { lineBlocks } from "./line-blocks.js";
import { isAbsence } from "./source.js";
import type { ArchiveSource } from "./source.js";

/** What the files of a package hold, compared with its manifest. */
export class PackageFiles {
  readonly #source: ArchiveSource;
  readonly #manifest: Manifest;
  readonly #signal: AbortSignal;
  readonly #folder: string;

  /** The ledger or a signature vouches for `manifest`. */
  constructor(source: ArchiveSource, manifest: Manifest, signal: AbortSignal) {
    this.#source = source;
    this.#manifest = manifest;
    this.#signal = signal;
    this.#folder = packagePath(manifest.day, manifest.revision);
  }

  /** Undefined where the package has no such file; of pages, the first. */
  file(role: FileRole): ManifestFile | undefined {
    return this.#manifest.files.find((file) => file.role === role);
  }

  path(file: ManifestFile): string {
    return `${this.#folder}/${file.path}`;
  }

  /**
   * The content in pieces, decompressed. At its end sizes and hashes, stored and decompressed, are compared: what came before
   * counts only then. ARCHIVE_DAMAGED for a file that is absent or no frame of its size; a difference goes to `report`.
   */
  async *content(file: ManifestFile, report: Report = raise): AsyncGenerator<Uint8Array, void> {
    const [stored, content] = [new Tally(), new Tally()];
    yield* content.of(this.#decode(file, stored.of(this.#capped(file))));
    const subject = this.path(file);
    const compare = (code: "FILE_HASH" | "CONTENT_HASH", tally: Tally, expected: string): void => {
      const found = digestText(tally.bytes, tally.sha256());
      if (found !== expected) report({ code, subject, found, expected });
    };
    compare("FILE_HASH", stored, digestText(file.bytes, file.sha256));
    compare("CONTENT_HASH", content, digestText(file.content_bytes, file.content_sha256));
  }

  /**
   * The file as stored, compared with the manifest at its end. Never gives more bytes than the manifest states, so that what
   * is written elsewhere cannot fill a disk. ARCHIVE_DAMAGED when it is absent; a difference goes to `report`.
   */
  async *stored(file: ManifestFile, report: Report = raise): AsyncGenerator<Uint8Array, void> {
    const tally = new Tally();
    let isLonger = false;
    yield* tally.of(this.#withinSize(file, () => (isLonger = true)));
    const found = isLonger ? `more than ${file.bytes} bytes` : digestText(tally.bytes, tally.sha256());
    const expected = digestText(file.bytes, file.sha256);
    if (found !== expected) report({ code: "FILE_HASH", subject: this.path(file), found, expected });
  }

  /** The record lines of the revision with their newlines, in blocks of whole lines: source order, then the carried ones. */
  async *recordBlocks(): AsyncGenerator<Buffer, void> {
    for (const role of ["events", "carried"] as const) yield* this.blocks(role);
  }

  /** The record lines of one file; none where the revision carries none. */
  async *blocks(role: "events" | "carried", report: Report = raise): AsyncGenerator<Buffer, void> {
    const file = this.file(role);
    if (file !== undefined) yield* lineBlocks(this.content(file, report), LIMITS.recordLine);
    else if (role === "events") report(missing(`${this.#folder}/events`));
  }

  #decode(file: ManifestFile, stored: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array> {
    const compression = compressionOf(file);
    return compression === undefined ? stored : decodeFrameStream(stored, compression, file.content_bytes);
  }

  async *#withinSize(file: ManifestFile, onLonger: () => void): AsyncGenerator<Uint8Array> {
    let left = file.bytes;
    for await (const piece of this.#capped(file)) {
      if (piece.byteLength > left) {
        onLonger();
        return;
      }
      left -= piece.byteLength;
      yield piece;
    }
  }

  /** Ends soon behind the size that the manifest gives, so that an endless file costs nothing; the sizes then differ. */
  async *#capped(file: ManifestFile): AsyncGenerator<Uint8Array> {
    let left = file.bytes;
    for await (const piece of await this.#open(this.path(file))) {
      this.#signal.throwIfAborted();
      yield piece;
      left -= piece.byteLength;
      if (left < 0) return;
    }
  }

  async #open(path: string): Promise<AsyncIterable<Uint8Array>> {
    try {
      return await this.#source.get(path, this.#signal);
    } catch (error) {
      throw isAbsence(error) ? damagedBy(missing(path), error) : error;
    }
  }
}

/** Reads every file as stored, and compares its bytes with the manifest. */
export async function checkStored(
  stored: PackageFiles,
  files: readonly ManifestFile[],
  report: Report,
): Promise<void> {
  for (const file of files) {
    const differences: Flaw[] = [];
    await attempt(stored.path(file), report, async () => {
      for await (const piece of stored.stored(file, (flaw) => differences.push(flaw))) void piece;
      return file;
    });
    for (const difference of differences) report(difference);
  }
}

function compressionOf(file: ManifestFile): Compression | undefined {
  if (file.path.endsWith(".zst")) return "zstd";
  return file.path.endsWith(".gz") ? "gzip" : undefined;
}

function digestText(bytes: number, sha256: string): string {
  return `${bytes} bytes, sha256 ${sha256}`;
}
