import type { Finding } from "./finding.js";
import type { Completeness } from "./manifest.js";

/** What `verify` hands to `seal`: the proof, or what stands against it. Nothing incomplete is ever sealed. */
export type Verdict =
  | {
      readonly outcome: "complete";
      /** Without the carried records, which only sealing can know: `carried` is 0. */
      readonly completeness: Completeness;
      readonly transcript: Transcript;
      /** Odd, nothing lost. */
      readonly notices: readonly Finding[];
    }
  | { readonly outcome: "incomplete"; readonly findings: readonly Finding[] };

/** A reading's distinct record lines, written out once in source order. */
export interface Transcript {
  /** Absolute path of the compressed file, in the work folder; sealing moves it into the package. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
  readonly contentBytes: number;
  readonly contentSha256: string;
  /** The same lines, to compare an earlier revision with. */
  readonly records: RecordIndex;
  /** The same lines again, to be sorted. */
  readonly eventSet: EventSet;
}

/** Knows the distinct record lines of a reading in a few bytes each. */
export interface RecordIndex {
  readonly distinct: number;
  /** Whether the reading holds this very line (without newline). `id` is the bytes of its Id; undefined when it has none. */
  has(line: Uint8Array, id: Uint8Array | undefined): boolean;
  /** Whether the reading holds a line with this Id. */
  hasId(id: Uint8Array): boolean;
}

/** Record lines on their way to `event_set_sha256`, which their order does not change, and to `lines_root`, which it does. */
export interface EventSet {
  /** Lines given so far. */
  readonly lines: number;
  /** Takes whole lines, each with its newline. */
  add(lines: Uint8Array): Promise<void>;
  /** SHA-256 (hex) of the lines sorted bytewise, each with its newline; ends the set. */
  sha256(): Promise<string>;
  /** Root (hex) of the Merkle tree over the lines in the order in which they came, each without its newline. */
  linesRoot(): string;
  /** Removes what the set keeps on disk. */
  discard(): Promise<void>;
}
