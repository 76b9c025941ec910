import { DaybookError } from "daybook/plugin";
import type { Batch } from "daybook/plugin";

type Revision = Pick<Batch, "revision" | "manifestSha256">;

/** SINK_CONFLICT when what is stored of a day is newer than the batch, or the same revision of another manifest. */
export function requireNotNewer(stored: Revision, { day, revision, manifestSha256 }: Batch): void {
  const isSame = stored.revision === revision && stored.manifestSha256 === manifestSha256;
  if (stored.revision < revision || isSame) return;
  throw new DaybookError("SINK_CONFLICT", {
    message: `${day}: expected revision ${revision} of manifest ${manifestSha256} to follow what stands, found revision ${stored.revision} of ${stored.manifestSha256}`,
  });
}
