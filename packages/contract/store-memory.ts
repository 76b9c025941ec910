import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import type { Body } from "../../src/plugin/types.js";
import type { StoreCase } from "./store-maker.js";
import { CALM } from "./sample-objects.js";

const PIECE_BYTES = 1 << 18;
const PIECES = 384;
const SAMPLE_EVERY = 32;
const ALLOWED_BYTES = 40 << 20;

/** An object far larger than the memory that it may take. */
export const MEMORY: readonly StoreCase[] = [
  {
    name: "streams a large object in and out with constant memory",
    timeoutMs: 180_000,
    isLong: true,
    run: async (place) => {
      const store = place.open();
      const expected = { bytes: PIECES * PIECE_BYTES, sha256: await hashOf(largeBody(() => {})) };
      const written = memoryGauge();
      await store.putNew("large", largeBody(written.sample), expected, CALM);
      written.assertBounded("writing");

      const read = memoryGauge();
      assert.equal(await hashOf(sampled(await store.get("large", CALM), read.sample)), expected.sha256);
      read.assertBounded("reading");
    },
  },
];

async function* largeBody(sample: () => void): Body {
  for (let index = 0; index < PIECES; index += 1) {
    // A new piece each time, so that a store that keeps them all is noticed.
    const piece = Buffer.allocUnsafeSlow(PIECE_BYTES).fill(index % 251);
    piece.writeUInt32BE(index, 0);
    if (index % SAMPLE_EVERY === 0) sample();
    yield piece;
  }
  sample();
}

async function* sampled(body: Body, sample: () => void): Body {
  let untilSample = 0;
  for await (const piece of body) {
    untilSample -= piece.length;
    if (untilSample <= 0) {
      sample();
      untilSample = SAMPLE_EVERY * PIECE_BYTES;
    }
    yield piece;
  }
}

async function hashOf(body: Body): Promise<string> {
  const hash = createHash("sha256");
  for await (const piece of body) hash.update(piece);
  return hash.digest("hex");
}

/** Measures memory in use: collects garbage before each sample. */
function memoryGauge(): { sample: () => void; assertBounded: (doing: string) => void } {
  const start = heldBytes();
  let peak = start;
  return {
    sample: () => {
      peak = Math.max(peak, heldBytes());
    },
    assertBounded: (doing) => {
      assert.ok(
        peak - start < ALLOWED_BYTES,
        `${doing} held ${(peak - start) >> 20} MiB, expected less than 40`,
      );
    },
  };
}

function heldBytes(): number {
  setFlagsFromString("--expose-gc");
  const collectGarbage: unknown = runInNewContext("gc");
  if (typeof collectGarbage === "function") collectGarbage();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
