import type { DayIndex } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { addDays } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { ArchiveSource } from "../archive/source.js";
import { readManifest } from "../archive/sealed-package.js";

/** A week, so that every weekday is included. */
const LOOKED_BACK_DAYS = 7;

/**
 * How many requests reading a day takes: the maximum of the newest seven days whose manifests `source`, the state folder, still
 * has, and at least one a window. Daemon and `status` plan with the same number.
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
      // A missing or damaged manifest is reported when the archive is proved.
      if (!isDaybookError(error)) throw error;
    }
  }
  return most;
}
