import type { Signer } from "../model/signer.js";
import { isSha256Hex } from "../model/sha256.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { ArchiveKeys } from "../archive/keys.js";
import { MerkleTree } from "../bytes/merkle-tree.js";
import { LedgerIndex } from "./ledger-index.js";
import type { FixityCheck } from "./ledger-index.js";

/**
 * What the first `size` entries of a ledger say, signed by the archive's key, so that a start reads only what came after. A
 * cache of the state folder: no sink gets it, and without one the whole ledger is read.
 */
export interface Checkpoint {
  readonly size: number;
  /** SHA-256 (hex) of the bytes of entry `size - 1`. */
  readonly lastHash: string;
  /** Over the bytes of these entries. */
  readonly tree: MerkleTree;
  /** When every entry was last read and the chain found whole, milliseconds since the epoch. */
  readonly provedAt: number;
  readonly index: LedgerIndex;
}

/** A checkpoint as parsed: only `openCheckpoint`, which checks the signature, may read its body. */
export interface SignedCheckpoint {
  readonly header: Omit<Checkpoint, "index" | "tree"> & { readonly origin: string };
  readonly subtrees: readonly string[];
  readonly body: readonly string[];
  readonly text: Uint8Array;
  readonly keyId: string;
  readonly signature: Uint8Array;
}

/** Another form of the body gets another first line: what is not known is not read. */
const FIRST_LINE = "daybook/1/checkpoint/5";
const HEADER_LINES = 6;
export const CHECKPOINT_PATH = "checkpoint";
/** A century of days with ten sinks. */
export const MAX_CHECKPOINT_BYTES = 256 << 20;

// c2sp.org/signed-note, as for heads.
const SIGNATURE = /^\u2014 (\S+) ([A-Za-z0-9+/]{91}=)$/;

/** The signed note's bytes: six lines, one of what concerns no day, one for each day. */
export function signCheckpoint(origin: string, checkpoint: Checkpoint, signer: Signer): Uint8Array {
  const { size, lastHash, tree, provedAt, index } = checkpoint;
  const header = [FIRST_LINE, origin, size, lastHash, tree.subtrees().join(" "), isoTime(provedAt)];
  const text = `${[...header, ...bodyOf(index)].join("\n")}\n`;
  const signature = Buffer.concat([Buffer.from(signer.keyId, "hex"), signer.sign(Buffer.from(text))]);
  return Buffer.from(`${text}\n\u2014 ${origin} ${signature.toString("base64")}\n`);
}

/** Undefined for another form: it is a cache, and is made anew. */
export function parseCheckpoint(bytes: Uint8Array): SignedCheckpoint | undefined {
  const lines = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("utf8").split("\n");
  const [first, origin = "", size = "", lastHash = "", subtrees = "", proved = ""] = lines;
  const [blank, note = "", end] = lines.slice(-3);
  const match = SIGNATURE.exec(note);
  const isForm =
    first === FIRST_LINE && blank === "" && end === "" && isSha256Hex(lastHash) && match?.[1] === origin;
  if (!isForm) return undefined;
  const blob = Buffer.from(match[2] ?? "", "base64");
  return {
    header: { origin, size: Number(size), lastHash, provedAt: Date.parse(proved) },
    subtrees: subtrees.split(" "),
    body: lines.slice(HEADER_LINES, -3),
    text: bytes.subarray(0, bytes.length - Buffer.byteLength(note) - 2),
    keyId: blob.subarray(0, 4).toString("hex"),
    signature: blob.subarray(4),
  };
}

/** Undefined when no key of the archive has signed it, it is another archive's, or its tree has another size. */
export function openCheckpoint(
  { header, subtrees, body, text, keyId, signature }: SignedCheckpoint,
  origin: string,
  keys: ArchiveKeys,
): Checkpoint | undefined {
  if (header.origin !== origin || !keys.verify(keyId, text, signature)) return undefined;
  const { size, lastHash, provedAt } = header;
  const tree = MerkleTree.of(size, subtrees);
  return tree && { size, lastHash, tree, provedAt, index: readBody(body) };
}

/** What concerns no single day; maps and sets as lists, so that their order lasts. */
type Rest = Pick<
  LedgerIndex,
  | "previous"
  | "createdAt"
  | "totals"
  | "newestDay"
  | "newestSeal"
  | "settings"
  | "knownNames"
  | "retention"
  | "anchors"
> & {
  readonly behind: readonly (readonly [string, readonly UtcDay[]])[];
  readonly fixityChecks: readonly (readonly [string, FixityCheck])[];
};

function bodyOf(index: LedgerIndex): readonly string[] {
  const { previous, createdAt, totals, newestDay, newestSeal, settings, knownNames, retention, anchors } =
    index;
  const behind = [...index.behind].map(([sink, days]) => [sink, [...days]] as const);
  const own = {
    previous,
    createdAt,
    totals,
    newestDay,
    newestSeal,
    settings,
    knownNames,
    retention,
    anchors,
  };
  const rest: Rest = { ...own, behind, fixityChecks: [...index.fixityChecks] };
  return [JSON.stringify(rest), ...index.days.lines()];
}

/** What a key of this archive has signed is what `bodyOf` wrote. */
function readBody([first = "", ...days]: readonly string[]): LedgerIndex {
  const { behind, fixityChecks, ...own } = JSON.parse(first) as Rest;
  const index = Object.assign(new LedgerIndex(), own);
  for (const [sink, check] of fixityChecks) index.fixityChecks.set(sink, check);
  for (const [sink, lacking] of behind) index.behind.set(sink, new Set(lacking));
  for (const line of days) index.days.setLine(line);
  return index;
}
