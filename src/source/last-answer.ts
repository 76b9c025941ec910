import { join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { readStamp } from "../io/stamp-file.js";
import { isDaybookError } from "../model/errors.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime } from "../model/utc-day.js";

const NAME = "last-answer.json";
const MIN_INTERVAL_MS = 60_000;

/**
 * Remembers in the tenant's state folder when the source last answered a request as it should, so after a sign-in that it
 * accepted. While no day is due nothing else shows that the source is still within reach.
 */
export class LastAnswer {
  #notedMs = -Infinity;

  constructor(
    private readonly files: Files,
    private readonly root: string,
    private readonly clock: Clock,
  ) {}

  /** At most one write a minute. A full disk is reported by the work that needs the space; DISK_FAILED and the like are thrown. */
  async note(): Promise<void> {
    const nowMs = this.clock.now();
    if (Math.abs(nowMs - this.#notedMs) < MIN_INTERVAL_MS) return;
    this.#notedMs = nowMs;
    try {
      const path = join(this.root, NAME);
      await replaceFile(this.files, { path, bytes: stableJson({ at: isoTime(nowMs) }) });
    } catch (error) {
      if (!isDaybookError(error, "DISK_FULL")) throw error;
    }
  }
}

/** Milliseconds since the epoch; undefined when the source never answered, or nobody knows. */
export async function lastAnswerMs(files: Files, root: string): Promise<number | undefined> {
  const atMs = Date.parse(String((await readStamp(files, join(root, NAME)))?.["at"]));
  return Number.isNaN(atMs) ? undefined : atMs;
}
