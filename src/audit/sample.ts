import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";

/** Days that are checked thoroughly, drawn by a seed: whoever has the seed draws the same ones. */
export interface Sample {
  readonly seed: string;
  /** How many days, or how many of a hundred, rounded up. */
  readonly size: { readonly days: number } | { readonly percent: number };
}

/** The days of the sample, sorted: those whose hash with the seed is smallest. */
export function drawSample(days: Iterable<UtcDay>, { seed, size }: Sample): readonly UtcDay[] {
  const all = [...new Set(days)];
  const wanted = "days" in size ? size.days : Math.ceil((all.length * size.percent) / 100);
  return all
    .map((day) => ({ day, rank: sha256Hex(`${seed}\n${day}`) }))
    .toSorted((a, b) => (a.rank < b.rank ? -1 : 1))
    .slice(0, wanted)
    .map(({ day }) => day)
    .toSorted();
}
