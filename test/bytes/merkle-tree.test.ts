import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { MerkleTree, PathFinder, leafHash, rootByPath, rootOf } from "../../src/bytes/merkle-tree.js";

const hash = (...parts: readonly Uint8Array[]): Buffer =>
  createHash("sha256").update(Buffer.concat(parts)).digest();

/** The definition of RFC 6962 section 2.1, word for word. */
function definedRoot(contents: readonly Buffer[]): Buffer {
  if (contents.length === 0) return hash();
  if (contents.length === 1) return hash(Uint8Array.of(0), contents[0] ?? Buffer.alloc(0));
  let split = 1;
  while (split * 2 < contents.length) split *= 2;
  return hash(Uint8Array.of(1), definedRoot(contents.slice(0, split)), definedRoot(contents.slice(split)));
}

// The inputs of the tests of Certificate Transparency's first implementation, and the roots that RFC 6962 gives them.
const INPUTS = [
  "",
  "00",
  "10",
  "2021",
  "3031",
  "40414243",
  "5051525354555657",
  "606162636465666768696a6b6c6d6e6f",
];
const contents = INPUTS.map((hex) => Buffer.from(hex, "hex"));
const leaves = contents.map((content) => leafHash(content));

describe("the Merkle tree", () => {
  it("has the roots that are known of eight contents", () => {
    const known = [
      "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
      "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
      "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    const tree = new MerkleTree();
    const roots = leaves.map((leaf) => {
      tree.add(leaf);
      return Buffer.from(tree.root(), "base64").toString("hex");
    });

    expect([roots[0], roots[1], roots[7]]).toEqual(known);
    expect(new MerkleTree().root()).toBe(createHash("sha256").digest("base64"));
  });

  it("is the one of RFC 6962 for every size", () => {
    const many = Array.from({ length: 70 }, (_, index) => Buffer.from(`content ${index}`));
    for (let size = 0; size <= many.length; size++) {
      const some = many.slice(0, size);
      expect(rootOf(some.map((content) => leafHash(content)))).toBe(definedRoot(some).toString("base64"));
    }
  });

  it("goes on from its subtrees, and is none for those of another size", () => {
    for (let size = 0; size <= leaves.length; size++) {
      const tree = new MerkleTree();
      for (const leaf of leaves.slice(0, size)) tree.add(leaf);
      const again = MerkleTree.of(size, tree.subtrees());
      for (const leaf of leaves.slice(size)) again?.add(leaf);

      expect(again?.root()).toBe(rootOf(leaves));
      expect(MerkleTree.of(size, [...tree.subtrees(), "ab".repeat(32)])).toBeUndefined();
    }
    expect(MerkleTree.of(1, ["ab"])).toBeUndefined();
    expect(MerkleTree.of(3, ["ab".repeat(32)])).toBeUndefined();
  });

  it("finds no path before every leaf has come, nor when one too many has", () => {
    const finder = new PathFinder(1, 2);
    finder.add(leafHash(Buffer.from("0")));
    expect(finder.path()).toBeUndefined();
    finder.add(leafHash(Buffer.from("1")));
    expect(finder.path()).toHaveLength(1);
    finder.add(leafHash(Buffer.from("2")));
    expect(finder.path()).toBeUndefined();
  });

  it("leads each leaf to its root by a path, and no other leaf, place or size", () => {
    for (let size = 1; size <= leaves.length; size++) {
      const some = leaves.slice(0, size);
      for (const [index, leaf] of some.entries()) {
        const finder = new PathFinder(index, size);
        for (const one of some) finder.add(one);
        const path = finder.path() ?? [];
        const other = leafHash(Buffer.from("other"));

        expect(rootByPath(leaf, index, size, path)).toBe(rootOf(some));
        expect(rootByPath(other, index, size, path)).not.toBe(rootOf(some));
        expect(rootByPath(leaf, index, size + 8, path)).toBeUndefined();
        const others = [...some.keys(), size].filter((place) => place !== index);
        for (const place of others) expect(rootByPath(leaf, place, size, path)).not.toBe(rootOf(some));
      }
    }
  });
});
