import { DaybookError } from "../model/errors.js";
import { HOUR_MS, isoTime } from "../model/utc-day.js";
import type { RetentionParts } from "./parts.js";

/** When the clocks differ by more, one of them is wrong, and nothing is destroyed. */
const CLOCKS_AGREE_MS = HOUR_MS;

export interface ClockReading {
  readonly name: string;
  readonly time: string;
}

/** Two clocks that agree, and the earlier of them. */
export interface AgreedTime {
  readonly nowMs: number;
  readonly clocks: readonly ClockReading[];
}

/** Reads this machine's clock and another one. CLOCKS_DISAGREE when they differ by more than an hour, or the other is silent. */
export async function agreedTime(
  { clock, otherClock }: Pick<RetentionParts, "clock" | "otherClock">,
  signal: AbortSignal,
): Promise<AgreedTime> {
  const other = await otherClock.read(signal);
  const own = clock.now();
  if (other === undefined)
    throw new DaybookError("CLOCKS_DISAGREE", {
      message: `${otherClock.name}: found no answer, expected its time beside this machine's ${isoTime(own)}`,
    });
  if (Math.abs(own - other) > CLOCKS_AGREE_MS)
    throw new DaybookError("CLOCKS_DISAGREE", {
      message: `${otherClock.name}: found ${isoTime(other)}, expected at most an hour from this machine's ${isoTime(own)}`,
    });
  const clocks = [
    { name: "own", time: isoTime(own) },
    { name: otherClock.name, time: isoTime(other) },
  ];
  return { nowMs: Math.min(own, other), clocks };
}
