import { createHash } from "node:crypto";
import { readWhole, isDaybookError } from "daybook/plugin";
import type { Body, Expected, ObjectStore } from "daybook/plugin";

/** An object that is known to be small, as a store takes it: the body can be read again, as a repeated request needs it. */
export function smallObject(bytes: Uint8Array): readonly [body: Body, expected: Expected] {
  const sha256 = createHash("sha256").update(bytes).digest("hex");
  return [{ [Symbol.asyncIterator]: () => once(bytes) }, { bytes: bytes.length, sha256 }];
}

/** Undefined when absent; SINK_MISMATCH above `maxBytes`. */
export async function readSmall(
  store: ObjectStore,
  key: string,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array | undefined> {
  try {
    return await readWhole(await store.get(key, signal), maxBytes);
  } catch (error) {
    if (isDaybookError(error, "SINK_NOT_FOUND")) return undefined;
    throw error;
  }
}

/** The number of removed objects: 1, or 0 when there was none. */
export async function removeObject(store: ObjectStore, key: string, signal: AbortSignal): Promise<number> {
  try {
    return (await store.remove(key, signal)).removed;
  } catch (error) {
    if (isDaybookError(error, "SINK_NOT_FOUND")) return 0;
    throw error;
  }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
