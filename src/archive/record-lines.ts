import { createHash } from "node:crypto";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { decodeFrameStream } from "../bytes/frame-decoder.js";
import type { FileRole, ManifestFile } from "../model/manifest.js";

const NEWLINE = 0x0a;

/** Where a revision lies and what its manifest says of its files. */
export interface StoredPackage {
  /** Absolute path of the day package. */
  readonly folder: string;
  readonly files: readonly ManifestFile[];
}

/**
 * The record lines of a revision with their newlines, in blocks of whole lines: source order, then the carried ones. Throws ARCHIVE_DAMAGED as soon as a file is
 * missing, or has ended and is not what the manifest says: what came before must then not be used either.
 */
export async function* readRecordBlocks(
  files: Pick<Files, "stream">,
  stored: StoredPackage,
  roles: readonly FileRole[] = ["events", "carried"],
): AsyncGenerator<Uint8Array> {
  for (const role of roles) {
    const file = stored.files.find((candidate) => candidate.role === role);
    if (file !== undefined) yield* wholeLines(readContent(files, stored.folder, file), file);
    else if (role === "events") throw damaged("manifest", "no events file", "one");
  }
}

/** What a file of a package holds, decompressed and held against the manifest. */
async function* readContent(
  files: Pick<Files, "stream">,
  folder: string,
  file: ManifestFile,
): AsyncGenerator<Uint8Array> {
  const compression = file.path.endsWith(".gz") ? "gzip" : "zstd";
  const hash = createHash("sha256");
  let bytes = 0;
  const stream = files.stream(`${folder}/${file.path}`);
  for await (const chunk of decodeFrameStream(stream, compression, file.content_bytes)) {
    hash.update(chunk);
    bytes += chunk.length;
    yield chunk;
  }
  const sha256 = hash.digest("hex");
  if (bytes === file.content_bytes && sha256 === file.content_sha256) return;
  const expected = `${file.content_bytes} bytes, sha256 ${file.content_sha256}`;
  throw damaged(file.path, `${bytes} bytes, sha256 ${sha256}`, expected);
}

/** Cuts chunks behind their last newline. */
async function* wholeLines(
  chunks: AsyncIterable<Uint8Array>,
  file: ManifestFile,
): AsyncGenerator<Uint8Array> {
  let begun: Uint8Array = new Uint8Array(0);
  for await (const chunk of chunks) {
    const end = chunk.lastIndexOf(NEWLINE) + 1;
    if (end > 0)
      yield begun.length === 0 ? chunk.subarray(0, end) : Buffer.concat([begun, chunk.subarray(0, end)]);
    begun = end > 0 ? chunk.subarray(end) : Buffer.concat([begun, chunk]);
  }
  if (begun.length > 0)
    throw damaged(file.path, "a last line without its newline", "a newline behind every line");
}

function damaged(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: record lines: found ${found}, expected ${expected}`,
  });
}
