import type { DayIndex } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { addDays } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";

/** A week has every weekday in it. */
const LOOKED_BACK_DAYS = 7;

/**
 * How many requests a reading of a day takes: the most that one of the newest seven days took, as far as `source`, the state folder,
 * still has their manifests; at least one a window. Daemon and `status` plan with the same number.
 */
export async function usualRequests(
  { days, newestDay }: Pick<DayIndex, "days" | "newestDay">,
  source: ArchiveSource,
  signal: AbortSignal,
): Promise<number> {
  let most = WINDOWS_PER_DAY;
  if (newestDay === null) return most;
  for (let back = 0; back < LOOKED_BACK_DAYS; back++) {
    const day = addDays(newestDay, -back);
    const newest = days.get(day)?.revisions.at(-1);
    if (newest === undefined) continue;
    const { revision, manifestSha256 } = newest;
    try {
      const { reading } = await readManifest(source, { day, revision, manifestSha256 }, signal);
      most = Math.max(most, reading.requests);
    } catch (error) {
      // Not there any more, or damaged: whoever proves the archive says so.
      if (!isDaybookError(error)) throw error;
    }
  }
  return most;
}
