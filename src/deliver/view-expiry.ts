import { join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import type { DayIndex } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { stableJson } from "../model/stable-json.js";
import { parseUtcDay } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Target } from "./deliver-day.js";

type ViewTarget = Extract<Target, { readonly kind: "view" }>;

/**
 * Removes from a view sink the days older than its `keep`; the record sinks keep them. A file in the state folder records the
 * progress, so that a pass does not remove years of days again; losing it is harmless. Returns the number of days removed. Throws
 * what the sink throws.
 */
export async function expireView(
  target: ViewTarget,
  index: DayIndex,
  { files, root }: { readonly files: Files; readonly root: string },
  signal: AbortSignal,
): Promise<number> {
  const path = join(root, `expired-${target.name}.json`);
  const done = await readMark(files, path);
  const expired = [...index.days.keys()]
    .filter((day) => (done === undefined || day > done) && target.isExpired(day))
    .filter((day) => index.days.get(day)?.deliveries.has(target.name) === true)
    .toSorted();
  for (const day of expired) {
    signal.throwIfAborted();
    await removeIfThere(target, day, signal);
  }
  const last = expired.at(-1);
  if (last !== undefined)
    await replaceFile(files, {
      path,
      bytes: stableJson({ removed_to: last }),
      staging: join(root, "staging"),
    });
  return expired.length;
}

async function removeIfThere({ sink }: ViewTarget, day: UtcDay, signal: AbortSignal): Promise<void> {
  try {
    await sink.remove(day, signal);
  } catch (error) {
    if (!isDaybookError(error, "SINK_NOT_FOUND")) throw error;
  }
}

async function readMark(files: Files, path: string): Promise<UtcDay | undefined> {
  if ((await files.stat(path)) === undefined) return undefined;
  const text = new TextDecoder().decode(await files.read(path, 4096));
  return parseUtcDay(/"removed_to": "([^"]*)"/.exec(text)?.[1] ?? "");
}
