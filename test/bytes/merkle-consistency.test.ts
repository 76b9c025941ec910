import { describe, expect, it } from "vitest";
import { ConsistencyFinder, isConsistent } from "../../src/bytes/merkle-consistency.js";
import { leafHash, rootOf } from "../../src/bytes/merkle-tree.js";

const MAX_SIZE = 40;
const leaves = Array.from({ length: MAX_SIZE }, (_, index) => leafHash(Buffer.from(`entry ${index}`)));

function stateOf(size: number): { readonly size: number; readonly root: string } {
  return { size, root: rootOf(leaves.slice(0, size)) };
}

function proofOf(old: number, size: number): readonly Buffer[] {
  const finder = new ConsistencyFinder(old, size);
  for (const leaf of leaves.slice(0, size)) finder.add(leaf);
  return finder.proof() ?? [];
}

/** The proof from a tree of `old` leaves to one of seven. */
function shown(old: number): readonly string[] {
  return proofOf(old, 7).map((hash) => hash.toString("hex"));
}

/** Every pair of sizes up to `MAX_SIZE`, the older one not empty and smaller. */
function pairs(): readonly (readonly [number, number])[] {
  return Array.from({ length: MAX_SIZE }, (_, index) => index + 1).flatMap((size) =>
    Array.from({ length: size - 1 }, (_, index) => [index + 1, size] as const),
  );
}

describe("the proof that a tree only grew", () => {
  it("holds for every pair of sizes", () => {
    for (const [old, size] of pairs())
      expect(isConsistent(stateOf(old), stateOf(size), proofOf(old, size))).toBe(true);
  });

  it("has the hashes of the example in RFC 6962 section 2.1.3", () => {
    // The tree of seven leaves there: PROOF(3, D[7]) = [c, d, g, l], PROOF(4, D[7]) = [l], PROOF(6, D[7]) = [i, j, k].
    const [c, d, , , j] = leaves.slice(2, 7).map((leaf) => leaf.toString("hex"));
    const node = (from: number, to: number): string =>
      Buffer.from(rootOf(leaves.slice(from, to)), "base64").toString("hex");
    const [g, i, k, l] = [node(0, 2), node(4, 6), node(0, 4), node(4, 7)];

    expect(shown(3)).toEqual([c, d, g, l]);
    expect(shown(4)).toEqual([l]);
    expect(shown(6)).toEqual([i, j, k]);
  });

  it("does not hold where a hash is altered, missing, added or in another place", () => {
    for (const [old, size] of pairs()) {
      const proof = proofOf(old, size);
      const [first, second] = [stateOf(old), stateOf(size)];
      for (const [index, hash] of proof.entries()) {
        const altered = Buffer.from(hash);
        altered[old % 32] = (altered[old % 32] ?? 0) ^ 1;
        expect(isConsistent(first, second, proof.with(index, altered))).toBe(false);
      }
      const others = [proof.slice(1), proof.slice(0, -1), proof.toReversed()].filter(
        (other) => other.join() !== proof.join(),
      );
      for (const other of others) expect(isConsistent(first, second, other)).toBe(false);
      expect(isConsistent(first, second, [...proof, leafHash(Buffer.from("x"))])).toBe(false);
    }
  });

  it("does not hold for a tree whose older leaves were rewritten", () => {
    for (const [old, size] of pairs()) {
      const rewritten = leaves.slice(0, size).with(old - 1, leafHash(Buffer.from("another")));
      const finder = new ConsistencyFinder(old, size);
      for (const leaf of rewritten) finder.add(leaf);

      expect(isConsistent(stateOf(old), { size, root: rootOf(rewritten) }, finder.proof() ?? [])).toBe(false);
    }
  });

  it("is empty from nothing, and for the same tree, whose root must be the same", () => {
    expect(proofOf(0, 7)).toEqual([]);
    expect(proofOf(7, 7)).toEqual([]);
    expect(isConsistent({ size: 0, root: "" }, stateOf(7), [])).toBe(true);
    expect(isConsistent(stateOf(7), stateOf(7), [])).toBe(true);
    expect(isConsistent(stateOf(7), { size: 7, root: stateOf(6).root }, [])).toBe(false);
    expect(isConsistent(stateOf(7), stateOf(6), [])).toBe(false);
  });

  it("is not told before every leaf came", () => {
    const finder = new ConsistencyFinder(2, 3);
    finder.add(leaves[0] ?? Buffer.alloc(0));

    expect(finder.proof()).toBeUndefined();
  });
});
