import { expectedBody } from "../plugin/expected-body.js";
import type { Expected, ObjectStore } from "../plugin/types.js";
import { notKept } from "./kept-copy.js";

/**
 * A store may accept an object and not have it: trusts its own checksum, or else the bytes themselves. SINK_MISMATCH when it does
 * not hold what it accepted, or not for as long as it should.
 */
export async function readBack(
  store: ObjectStore,
  key: string,
  expected: Expected,
  signal: AbortSignal,
): Promise<void> {
  const found = await store.stat(key, signal);
  if (found === undefined) throw notKept(key, "the object", "none");
  if (found.bytes !== expected.bytes) throw notKept(key, `${expected.bytes} bytes`, `${found.bytes}`);
  const { retainUntil } = expected;
  if (retainUntil !== undefined && found.retainUntil !== undefined && found.retainUntil < retainUntil) {
    throw notKept(key, `retention until ${retainUntil}`, `until ${found.retainUntil}`);
  }
  if (found.sha256 === expected.sha256) return;
  if (found.sha256 !== undefined) throw notKept(key, `sha256 ${expected.sha256}`, found.sha256);
  const body = await store.get(key, signal);
  for await (const piece of expectedBody(body, expected, signal)) void piece;
}
