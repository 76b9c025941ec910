import { Cron } from "croner";
import { z } from "zod";
import { durationMs, parseDuration } from "../../model/duration.js";
import { DAY_MS } from "../../model/utc-day.js";
import { duration, isObject } from "./values.js";

/** The source serves 28 days back, never more. */
const MAX_HORIZON_MS = 28 * DAY_MS;

// A calendar year has no fixed length, and none is needed within a month.
const fixedDuration = duration.refine((value) => lengthMs(value) !== undefined, {
  error: "must be in m, h, d or w",
});

const horizon = duration
  .refine((value) => isBetween(lengthMs(value), DAY_MS, MAX_HORIZON_MS), { error: "must be from 1d to 28d" })
  .prefault("28d")
  .meta({ description: "How far back the source still serves a day." });

const DEFAULT_READ_AFTER = ["26h", "3d", "7d", "21d"];

const readAfter = z
  .array(fixedDuration)
  .min(1, { error: "must have at least one entry" })
  .refine(isAscending, { error: "must be in ascending order" })
  .prefault(DEFAULT_READ_AFTER)
  .meta({
    description:
      "When a day is read, counted from its end: the first reading seals it, the others find late events.",
  });

/** When and how days are read. */
export const collect = z
  .strictObject({
    horizon,
    readAfter,
    concurrency: z
      .int()
      .min(1)
      .max(8)
      .default(4)
      .meta({ description: "Windows in flight at once, per tenant." }),
    schedule: z
      .string()
      .refine(isCron, { error: "must be a cron expression of five fields, such as 7 * * * *" })
      .default("7 * * * *")
      .meta({ description: "When the daemon starts a pass, as cron in UTC." }),
  })
  .superRefine(
    ({ readAfter: list, horizon: limit }, context) => {
      const given = Array.isArray(list) ? list : [];
      const isDefault = DEFAULT_READ_AFTER.every((after, index) => given[index] === after);
      for (const [index, after] of given.entries()) {
        if (!isTooLong(after, limit)) continue;
        const shorter = `must be shorter than collect.horizon, ${limit}`;
        const message = isDefault
          ? `${after} ${shorter}; without readAfter it is 26h, 3d, 7d and 21d`
          : shorter;
        context.addIssue({ code: "custom", path: ["readAfter", index], message });
      }
    },
    { when: isObject },
  )
  .prefault({})
  .meta({ description: "When and how days are read." });

/** Undefined for what is no duration, too: a rule over several keys sees wrong values. */
function lengthMs(value: unknown): number | undefined {
  const parsed = typeof value === "string" ? parseDuration(value) : undefined;
  return parsed === undefined ? undefined : durationMs(parsed);
}

function isBetween(ms: number | undefined, leastMs: number, mostMs: number): boolean {
  return ms !== undefined && ms >= leastMs && ms <= mostMs;
}

function isAscending(values: readonly unknown[]): boolean {
  const lengths = values.map(lengthMs).filter((ms) => ms !== undefined);
  return lengths.every((ms, i) => i === 0 || ms > (lengths[i - 1] ?? Infinity));
}

function isTooLong(value: unknown, limit: unknown): boolean {
  return (lengthMs(value) ?? 0) >= (lengthMs(limit) ?? Infinity);
}

function isCron(text: string): boolean {
  if (text.trim().split(/\s+/).length !== 5) return false;
  try {
    return new Cron(text, { paused: true }).nextRun() !== null;
  } catch {
    return false;
  }
}
