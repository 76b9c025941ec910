import { sha256Hex } from "../model/sha256.js";
import { missing, raise } from "./flaw.js";
import { LIMITS } from "./layout.js";
import { readSmall } from "./source.js";
import type { ArchiveSource } from "./source.js";

/** A file that a trusted place names by path and hash. */
export interface HashedFile {
  readonly path: string;
  readonly sha256: string;
}

/** The bytes of the file; ARCHIVE_DAMAGED when it is absent or has another hash. At most as large as a manifest. */
export async function readHashed(
  source: ArchiveSource,
  { path, sha256 }: HashedFile,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const bytes = await readSmall(source, path, LIMITS.manifest, signal);
  if (bytes === undefined) return raise(missing(path));
  const [found, expected] = [`sha256 ${sha256Hex(bytes)}`, `sha256 ${sha256}`];
  return found === expected ? bytes : raise({ code: "FILE_HASH", subject: path, found, expected });
}
