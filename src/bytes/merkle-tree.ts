import { createHash } from "node:crypto";

/** What sets the hash of a leaf apart from that of two subtrees (RFC 6962 section 2.1). */
const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);
const HASH_BYTES = 32;

/** SHA-256 of 0x00 and the content (RFC 6962 section 2.1). */
export function leafHash(content: Uint8Array): Buffer {
  return createHash("sha256").update(LEAF).update(content).digest();
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  return createHash("sha256").update(NODE).update(left).update(right).digest();
}

/** A complete subtree: its hash, and how many leaves it has, a power of two. */
interface Subtree {
  readonly hash: Uint8Array;
  readonly leaves: number;
}

/**
 * The Merkle tree of RFC 6962 over contents that come one after another. It keeps the hash of each complete subtree alone, at
 * most one for each binary digit of the size, so it tells the root of the present size and of no earlier one.
 */
export class MerkleTree {
  readonly #subtrees: Subtree[] = [];
  #size = 0;

  /** Number of leaves. */
  get size(): number {
    return this.#size;
  }

  /** Adds a leaf by its `leafHash`. */
  add(leaf: Uint8Array): void {
    let last: Subtree = { hash: leaf, leaves: 1 };
    for (let left = this.#subtrees.at(-1); left?.leaves === last.leaves; left = this.#subtrees.at(-1)) {
      last = { hash: nodeHash(left.hash, last.hash), leaves: 2 * last.leaves };
      this.#subtrees.pop();
    }
    this.#subtrees.push(last);
    this.#size += 1;
  }

  /** In base64, as a head states it. */
  root(): string {
    return this.rootHash().toString("base64");
  }

  /** Of no leaf at all: SHA-256 of nothing. */
  rootHash(): Buffer {
    const hash = this.#subtrees
      .map((subtree) => subtree.hash)
      .reduceRight<Uint8Array | undefined>(
        (right, left) => (right === undefined ? left : nodeHash(left, right)),
        undefined,
      );
    return Buffer.from(hash ?? createHash("sha256").digest());
  }

  /** The hashes of the complete subtrees in hex, the largest first: with the size, enough to go on from. */
  subtrees(): readonly string[] {
    return this.#subtrees.map(({ hash }) => Buffer.from(hash).toString("hex"));
  }

  /** The tree of `size` leaves with these subtrees; undefined when they are not those of such a tree. */
  static of(size: number, subtrees: readonly string[]): MerkleTree | undefined {
    const tree = new MerkleTree();
    let left = size;
    for (const hex of subtrees) {
      const hash = Buffer.from(hex, "hex");
      if (left === 0 || hash.length !== HASH_BYTES) return undefined;
      const leaves = 2 ** Math.floor(Math.log2(left));
      tree.#subtrees.push({ hash, leaves });
      left -= leaves;
    }
    if (left !== 0) return undefined;
    tree.#size = size;
    return tree;
  }
}

/** The root over `leaves`, in base64. */
export function rootOf(leaves: Iterable<Uint8Array>): string {
  const tree = new MerkleTree();
  for (const leaf of leaves) tree.add(leaf);
  return tree.root();
}

/** Leaves beside the way from one leaf to the root, which make one hash of its path. */
interface Beside {
  readonly from: number;
  /** Without this one. */
  readonly to: number;
  readonly side: "left" | "right";
}

/**
 * Finds the path of a leaf (RFC 6962 section 2.1.1) while all leaves of the tree pass by in order, in memory for the path alone.
 * `index` is from 0 to one less than `size`.
 */
export class PathFinder {
  readonly #beside: readonly (Beside & { readonly tree: MerkleTree })[];
  readonly #size: number;
  #taken = 0;

  constructor(index: number, size: number) {
    this.#beside = besideOf(index, 0, size).map((one) => ({ ...one, tree: new MerkleTree() }));
    this.#size = size;
  }

  /** Takes the next leaf by its `leafHash`. */
  add(leaf: Uint8Array): void {
    const at = this.#taken;
    this.#taken += 1;
    this.#beside.find(({ from, to }) => at >= from && at < to)?.tree.add(leaf);
  }

  /** The hashes that lead from the leaf to the root, the nearest first; undefined unless exactly `size` leaves came. */
  path(): readonly Buffer[] | undefined {
    return this.#taken === this.#size ? this.#beside.map(({ tree }) => tree.rootHash()) : undefined;
  }
}

/**
 * The root in base64 to which `path` leads from a leaf; undefined when a tree of this size has no such leaf, or no path of this
 * length (RFC 9162 section 2.1.3.2).
 */
export function rootByPath(
  leaf: Uint8Array,
  index: number,
  size: number,
  path: readonly Uint8Array[],
): string | undefined {
  const beside = index < size ? besideOf(index, 0, size) : undefined;
  if (beside?.length !== path.length) return undefined;
  const hash = path.reduce<Uint8Array>(
    (inner, other, step) => (beside[step]?.side === "left" ? nodeHash(other, inner) : nodeHash(inner, other)),
    leaf,
  );
  return Buffer.from(hash).toString("base64");
}

/** What stands beside the way from leaf `index` to the root over the leaves `from` to `to`, the nearest to the leaf first. */
function besideOf(index: number, from: number, to: number): readonly Beside[] {
  if (to - from <= 1) return [];
  const middle = from + largestPowerBelow(to - from);
  return index < middle
    ? [...besideOf(index, from, middle), { from: middle, to, side: "right" }]
    : [...besideOf(index, middle, to), { from, to: middle, side: "left" }];
}

/** The largest power of two below `size`, which is 2 or more. */
export function largestPowerBelow(size: number): number {
  return 2 ** Math.floor(Math.log2(size - 1));
}
