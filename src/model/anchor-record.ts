import { durationMs, parseDuration } from "./duration.js";
import type { EntryOf } from "./ledger-entry.js";

/** What witnesses have confirmed of a ledger, and what is promised about it. Plain data: a checkpoint holds it. */
export interface AnchorRecord {
  /** The promise in force; null before the first. */
  readonly policy: PolicyInForce | null;
  /** The newest head that each witness cosigned, by the witness's name. */
  readonly witnessed: Readonly<Record<string, Witnessed>>;
  /** Witnesses that saw another history, with the head that they refused. A new policy ends it. */
  readonly contradicted: Readonly<Record<string, Witnessed>>;
}

export interface PolicyInForce {
  /** Number of its entry. */
  readonly seq: number;
  /** SHA-256 (hex) of the policy's file. */
  readonly sha256: string;
  /** At the latest after this long a head is cosigned again, such as `1d`. */
  readonly every: string;
  /** How many witnesses must cosign. */
  readonly quorum: number;
  /** Since when it is promised, milliseconds since the epoch. */
  readonly sinceMs: number;
}

export interface Witnessed {
  /** Of the head: the number of entries that it covers. */
  readonly size: number;
  /** Of the entry that says so, milliseconds since the epoch. */
  readonly atMs: number;
}

export const NO_ANCHORS: AnchorRecord = { policy: null, witnessed: {}, contradicted: {} };

/** The acts about witnesses. */
export type AnchorEntry = EntryOf<"anchor-policy" | "anchored" | "witness-contradicted">;

/** A witness that misses twice may have been restarted; after the third time somebody must look. */
const MISSES = 3;

/** How long after the newest confirmation a promise of `every` is broken, in milliseconds; never for what is no duration. */
export function brokenAfterMs(every: string): number {
  const duration = parseDuration(every);
  return MISSES * ((duration && durationMs(duration)) ?? Number.POSITIVE_INFINITY);
}

export function addAnchorEntry(record: AnchorRecord, entry: AnchorEntry): AnchorRecord {
  const atMs = Date.parse(entry.time);
  if (entry.type === "anchor-policy") {
    const { seq, every, witness_quorum: quorum, policy_sha256: sha256 } = entry;
    return { ...record, policy: { seq, sha256, every, quorum, sinceMs: atMs }, contradicted: {} };
  }
  const part = entry.type === "anchored" ? "witnessed" : "contradicted";
  return { ...record, [part]: { ...record[part], [entry.name]: { size: entry.size, atMs } } };
}

/** Of the newest head that any witness cosigned; 0 before the first. */
export function newestWitnessed({ witnessed }: AnchorRecord): number {
  return Math.max(0, ...Object.values(witnessed).map(({ size }) => size));
}
