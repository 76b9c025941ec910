import { createHash } from "node:crypto";
import type { Files } from "./files.js";

const CHUNK_BYTES = 1 << 18;

/** Size and SHA-256 (lower-case hex) of a file as it lies on the disk, in constant memory. */
export async function hashFile(
  files: Pick<Files, "stream">,
  path: string,
): Promise<{ readonly bytes: number; readonly sha256: string }> {
  const hash = createHash("sha256");
  let bytes = 0;
  for await (const chunk of files.stream(path, Buffer.allocUnsafeSlow(CHUNK_BYTES))) {
    hash.update(chunk);
    bytes += chunk.length;
  }
  return { bytes, sha256: hash.digest("hex") };
}
