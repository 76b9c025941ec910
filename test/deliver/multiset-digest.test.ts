import { createHash } from "node:crypto";
import { linesOf } from "daybook/plugin";
import { batchOf } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import { MultisetDigest, digestLines, digesting } from "../../src/deliver/multiset-digest.js";

function digestOf(...lines: string[]): string {
  const digest = new MultisetDigest();
  for (const line of lines) digest.add(line);
  return digest.digest();
}

async function* given(...lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

/** The same sum by whole numbers. */
function sumOf(lines: readonly string[]): string {
  const sum = lines
    .map((line) => BigInt(`0x${createHash("sha256").update(line).digest("hex")}`))
    .reduce((a, b) => BigInt.asUintN(256, a + b), 0n);
  return sum.toString(16).padStart(64, "0");
}

describe("the digest of a multiset of lines", () => {
  it("is the sum of their hashes, carried over every word", () => {
    const lines = Array.from({ length: 1_000 }, (_, number) => `line ${number} ä`);

    expect(digestOf(...lines)).toBe(sumOf(lines));
    expect(digestOf()).toBe("0".repeat(64));
  });

  it("does not depend on their order, and on their number it does", () => {
    expect(digestOf("a", "b", "b")).toBe(digestOf("b", "a", "b"));
    expect(digestOf("a", "b", "b")).not.toBe(digestOf("a", "b"));
    expect(digestOf("a", "b")).not.toBe(digestOf("a", "c"));
  });

  it("is the same for text and for its bytes", () => {
    const digest = new MultisetDigest();
    digest.add(Buffer.from("ä"));

    expect(digest.digest()).toBe(digestOf("ä"));
  });

  it("is made while the lines pass, and of all of them or not at all", async () => {
    const ended: MultisetDigest[] = [];
    const passed: string[] = [];
    const batch = batchOf(["a", "", "ä", "b"]);
    for await (const block of digesting(batch.blocks(), (digest) => ended.push(digest))) {
      passed.push(...linesOf(block));
    }
    for await (const block of digesting(batch.blocks(), (digest) => ended.push(digest))) {
      if (block.length > 0) break;
    }

    expect(passed).toEqual(["a", "", "ä", "b"]);
    expect(ended.map((digest) => [digest.lines, digest.digest()])).toEqual([
      [4, digestOf("a", "", "ä", "b")],
    ]);
    expect((await digestLines(given("a", "b"))).digest()).toBe(digestOf("a", "b"));
  });
});
