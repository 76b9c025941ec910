import assert from "node:assert/strict";

/** Fails with both values unless they are equal. */
export function same(found: unknown, expected: unknown, what = ""): void {
  if (what === "") return assert.deepEqual(found, expected);
  const values = `found ${JSON.stringify(found)}, expected ${JSON.stringify(expected)}`;
  assert.deepEqual(found, expected, `${what}: ${values}`);
}
