import { expect, it } from "vitest";
import { joinPieces } from "../../src/io/join-pieces.js";

const MIB = 1 << 20;

it("joins pieces of any size to the bytes in their order", async () => {
  const sizes = [0, 1, 100_000, MIB, 3 * MIB + 1, 17];
  const pieces = sizes.map((size, index) => new Uint8Array(size).fill(index + 1));

  const whole = await joinPieces(
    pieces,
    sizes.reduce((sum, size) => sum + size, 0),
  );

  expect(Buffer.compare(whole, Buffer.concat(pieces))).toBe(0);
});

it("joins a small body at once, and nothing to nothing", async () => {
  expect(await joinPieces([Uint8Array.of(1), Uint8Array.of(2)], 2)).toEqual(Buffer.from([1, 2]));
  expect((await joinPieces([], 0)).length).toBe(0);
});

it("lets others have their turn after each mebibyte of a large body", async () => {
  let turns = 0;
  let isDone = false;
  const count = (): void => {
    turns++;
    if (!isDone) setImmediate(count);
  };
  setImmediate(count);

  await joinPieces([new Uint8Array(4 * MIB), new Uint8Array(4 * MIB)], 8 * MIB);
  isDone = true;

  expect(turns).toBeGreaterThanOrEqual(8);
});
