import type { LackingLines } from "../archive/lacking-lines.js";
import type { PackageFiles } from "../archive/package-files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";

/**
 * The lines to carry, byte for byte, in the earlier revision's order, each with its newline, in blocks. ARCHIVE_DAMAGED
 * when the earlier revision is not what its manifest says.
 */
export async function* carriedLines(
  earlier: PackageFiles,
  lacking: LackingLines,
): AsyncGenerator<Uint8Array> {
  for (const role of ["events", "carried"] as const) {
    for await (const block of earlier.blocks(role)) {
      const lines = takeSealed(lacking, block, role);
      if (lines.length > 0) yield Buffer.concat(lines);
    }
  }
}

/** The earlier revision's lines were valid when they were sealed. */
function takeSealed(
  lacking: LackingLines,
  block: Uint8Array,
  role: "events" | "carried",
): readonly Uint8Array[] {
  try {
    return lacking.take(block, role);
  } catch (cause) {
    if (!isDaybookError(cause, "SOURCE_PAGE_INVALID")) throw cause;
    throw new DaybookError("ARCHIVE_DAMAGED", {
      message: "record lines of the earlier revision: found bytes that are not JSON, expected record lines",
      cause,
    });
  }
}
