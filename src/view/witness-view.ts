import { brokenAfterMs } from "../model/anchor-record.js";
import type { AnchorRecord } from "../model/anchor-record.js";

/** What is wrong with the witnesses of an archive. */
export interface WitnessTrouble {
  /** Witnesses that saw another history, with the size of the head that they refused. */
  readonly contradicted: readonly { readonly name: string; readonly size: number }[];
  /** Undefined while what is promised is kept. */
  readonly late: LateWitnesses | undefined;
}

export interface LateWitnesses {
  /** How many witnesses must cosign, and how many did in time. */
  readonly required: number;
  readonly inTime: number;
  readonly every: string;
  /** When too few had cosigned in time for the last time, milliseconds since the epoch. */
  readonly sinceMs: number;
}

/** Pure: the same record and clock give the same answer. */
export function viewWitnesses(anchors: AnchorRecord | undefined, nowMs: number): WitnessTrouble {
  if (anchors?.policy == null) return { contradicted: [], late: undefined };
  const { policy, witnessed, contradicted } = anchors;
  return {
    contradicted: Object.entries(contradicted).map(([name, { size }]) => ({ name, size })),
    late: lateWitnesses(
      policy,
      Object.values(witnessed).map(({ atMs }) => atMs),
      nowMs,
    ),
  };
}

function lateWitnesses(
  { every, quorum, sinceMs }: NonNullable<AnchorRecord["policy"]>,
  times: readonly number[],
  nowMs: number,
): LateWitnesses | undefined {
  const limitMs = brokenAfterMs(every);
  // A witness that has only just been configured has its time as well.
  const lastMs = times.map((atMs) => Math.max(atMs, sinceMs)).toSorted((a, b) => b - a);
  const decidingMs = lastMs[quorum - 1] ?? sinceMs;
  if (quorum === 0 || nowMs - decidingMs <= limitMs) return undefined;
  const inTime = times.filter((atMs) => nowMs - atMs <= limitMs).length;
  return { required: quorum, inTime, every, sinceMs: decidingMs };
}
