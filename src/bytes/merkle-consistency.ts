import { MerkleTree, largestPowerBelow, nodeHash } from "./merkle-tree.js";

/** Most hashes of a proof, for a tree of any size that a number can state (https://c2sp.org/tlog-witness). */
export const MAX_CONSISTENCY_HASHES = 63;

/** Leaves of the newer tree that make one hash of a proof. */
interface Span {
  readonly from: number;
  /** Without this one. */
  readonly to: number;
}

/**
 * Finds the proof that a tree only grew (RFC 6962 section 2.1.2) while all leaves of the newer tree pass by in order, in memory
 * for the proof alone. `old` is from 0 to `size`; of an empty tree, and of the same one, nothing has to be proved.
 */
export class ConsistencyFinder {
  readonly #spans: readonly (Span & { readonly tree: MerkleTree })[];
  readonly #size: number;
  #taken = 0;

  constructor(old: number, size: number) {
    const spans = old === 0 ? [] : spansOf(old, { from: 0, to: size }, true);
    this.#spans = spans.map((span) => ({ ...span, tree: new MerkleTree() }));
    this.#size = size;
  }

  /** Takes the next leaf by its `leafHash`. */
  add(leaf: Uint8Array): void {
    const at = this.#taken;
    this.#taken += 1;
    this.#spans.find(({ from, to }) => at >= from && at < to)?.tree.add(leaf);
  }

  /** The hashes in the order of the RFC; undefined unless exactly `size` leaves came. */
  proof(): readonly Buffer[] | undefined {
    return this.#taken === this.#size ? this.#spans.map(({ tree }) => tree.rootHash()) : undefined;
  }
}

/** A tree as its head states it: number of leaves, and root in base64. */
export interface TreeState {
  readonly size: number;
  readonly root: string;
}

/** Whether `proof` shows that the newer tree begins with the leaves of the older one (RFC 9162 section 2.1.4.2). */
export function isConsistent(old: TreeState, newer: TreeState, proof: readonly Uint8Array[]): boolean {
  if (old.size > newer.size) return false;
  if (old.size === 0) return proof.length === 0;
  if (old.size === newer.size) return proof.length === 0 && old.root === newer.root;
  const left = [...proof];
  const roots = rebuild(old.size, newer.size, { oldRoot: Buffer.from(old.root, "base64"), left });
  if (roots === undefined || left.length > 0) return false;
  return base64(roots.old) === old.root && base64(roots.newer) === newer.root;
}

/** SUBPROOF of the RFC: `isWhole` while the older tree is all that lies in the span. */
function spansOf(old: number, { from, to }: Span, isWhole: boolean): readonly Span[] {
  const size = to - from;
  if (old === size) return isWhole ? [] : [{ from, to }];
  const middle = from + largestPowerBelow(size);
  return old <= middle - from
    ? [...spansOf(old, { from, to: middle }, isWhole), { from: middle, to }]
    : [...spansOf(old - (middle - from), { from: middle, to }, false), { from, to: middle }];
}

interface Rebuilding {
  /** Stands for the whole older tree; undefined where only a part of it lies. */
  readonly oldRoot: Uint8Array | undefined;
  /** The hashes of the proof that are not used yet. */
  readonly left: Uint8Array[];
}

/** Both roots by the proof, which is taken in the order of `spansOf`; undefined when it is too short. */
function rebuild(
  old: number,
  size: number,
  { oldRoot, left }: Rebuilding,
): { readonly old: Uint8Array; readonly newer: Uint8Array } | undefined {
  if (old === size) {
    const hash = oldRoot ?? left.shift();
    return hash && { old: hash, newer: hash };
  }
  const middle = largestPowerBelow(size);
  const isLeft = old <= middle;
  const inner = isLeft
    ? rebuild(old, middle, { oldRoot, left })
    : rebuild(old - middle, size - middle, { oldRoot: undefined, left });
  const beside = left.shift();
  if (inner === undefined || beside === undefined) return undefined;
  return isLeft
    ? { old: inner.old, newer: nodeHash(inner.newer, beside) }
    : { old: nodeHash(beside, inner.old), newer: nodeHash(beside, inner.newer) };
}

function base64(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString("base64");
}
