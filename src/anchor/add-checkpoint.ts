import { LIMITS } from "../archive/layout.js";
import { MAX_CONSISTENCY_HASHES } from "../bytes/merkle-consistency.js";

/** The request `add-checkpoint` of https://c2sp.org/tlog-witness. */
export interface AddCheckpoint {
  /** Size of the newest head that the witness cosigned, 0 before the first. */
  readonly old: number;
  /** That the ledger only grew since. */
  readonly proof: readonly Uint8Array[];
  /** The head as it lies in the archive. */
  readonly note: Uint8Array;
}

const OLD_SIZE = /^old (0|[1-9]\d{0,8})$/;
const HASH = /^[A-Za-z0-9+/]{43}=$/;
const HASH_BYTES = 32;

/** Of a request: a head, and the most hashes that a proof may have. */
export const MAX_ADD_CHECKPOINT_BYTES = LIMITS.head + 64 * (MAX_CONSISTENCY_HASHES + 1);

export function addCheckpointText({ old, proof, note }: AddCheckpoint): string {
  const hashes = proof.map((hash) => Buffer.from(hash).toString("base64"));
  return `${[`old ${old}`, ...hashes].join("\n")}\n\n${Buffer.from(note).toString("utf8")}`;
}

/** Undefined for another form. */
export function parseAddCheckpoint(bytes: Uint8Array): AddCheckpoint | undefined {
  const text = Buffer.from(bytes).toString("utf8");
  const end = text.indexOf("\n\n");
  const [first = "", ...hashes] = text.slice(0, Math.max(0, end)).split("\n");
  const old = OLD_SIZE.exec(first)?.[1];
  if (old === undefined || hashes.length > MAX_CONSISTENCY_HASHES) return undefined;
  if (!hashes.every((hash) => HASH.test(hash))) return undefined;
  const proof = hashes.map((hash) => Buffer.from(hash, "base64"));
  if (proof.some((hash) => hash.length !== HASH_BYTES)) return undefined;
  return { old: Number(old), proof, note: Buffer.from(text.slice(end + 2)) };
}
