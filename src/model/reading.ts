import type { Compression } from "./compression.js";
import type { Finding } from "./finding.js";
import type { Manifest, Reason, ReadingSummary } from "./manifest.js";
import type { PageRecord } from "./page-record.js";
import type { UtcDay } from "./utc-day.js";

/** What `plan` hands to `collect`: one day to be read. */
export interface DayTask {
  readonly day: UtcDay;
  readonly reason: Reason;
  /** When the day's first window passes the horizon, milliseconds since the epoch. */
  readonly deadlineMs: number;
}

/** What `collect` hands to `verify`: one complete pass over all windows, its pages durable in the spool. */
export interface Reading {
  readonly day: UtcDay;
  readonly reason: Reason;
  /** The spool folder that holds a file for each page, named by `pageFileName`. */
  readonly folder: string;
  readonly compression: Compression;
  /** In order of window, then number, whatever the order of arrival. */
  readonly pages: readonly PageRecord[];
  readonly summary: ReadingSummary;
  /** Our clock beside the source's, at the newest Date header of the reading. */
  readonly clock: Manifest["clock"];
  /** What was odd on the way and lost nothing, sorted: severity `notice` throughout. */
  readonly notices: readonly Finding[];
}
