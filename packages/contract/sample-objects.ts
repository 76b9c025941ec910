import { strict as assert } from "node:assert";
import { createHash } from "node:crypto";
import { isDaybookError } from "../../src/model/errors.js";
import type { DaybookError, ErrorCode } from "../../src/model/errors.js";
import type { Body, Expected, ObjectStore } from "../../src/plugin/types.js";

/** A signal that never aborts. */
export const CALM: AbortSignal = new AbortController().signal;

export function bytesOf(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What `bytes` must be, with whatever the case adds. */
export function expectedOf(bytes: Uint8Array, more: Partial<Expected> = {}): Expected {
  return { bytes: bytes.length, sha256: createHash("sha256").update(bytes).digest("hex"), ...more };
}

/** The bytes in pieces of `size`, each a copy; then fails with `error` where there is one. */
export async function* piecesOf(bytes: Uint8Array, size = 65_536, error?: Error): Body {
  for (let at = 0; at < bytes.length; at += size) yield bytes.slice(at, at + size);
  if (error !== undefined) throw error;
}

/** A first piece, then nothing for ever. */
export async function* stallingBody(first: Uint8Array): Body {
  yield first;
  await new Promise<never>(() => {});
}

export function putText(store: ObjectStore, key: string, text: string): Promise<"stored" | "already-there"> {
  const bytes = bytesOf(text);
  return store.putNew(key, piecesOf(bytes), expectedOf(bytes), CALM);
}

export async function replaceText(store: ObjectStore, key: string, text: string): Promise<void> {
  const bytes = bytesOf(text);
  await store.replace(key, piecesOf(bytes), expectedOf(bytes), CALM);
}

export async function getBytes(store: ObjectStore, key: string): Promise<Uint8Array> {
  const pieces: Uint8Array[] = [];
  for await (const piece of await store.get(key, CALM)) pieces.push(piece);
  return Buffer.concat(pieces);
}

export async function getText(store: ObjectStore, key: string): Promise<string> {
  return new TextDecoder().decode(await getBytes(store, key));
}

export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function listAll(store: ObjectStore, prefix = ""): Promise<string[]> {
  return collect(store.list(prefix, CALM));
}

/** Passes when the call fails with a `DaybookError` of one of the codes; gives the error. */
export async function rejectsWith(
  call: Promise<unknown>,
  ...codes: readonly ErrorCode[]
): Promise<DaybookError> {
  const error = await failureOf(call);
  assert.ok(isDaybookError(error), `expected a DaybookError, found ${String(error)}`);
  assert.ok(
    codes.includes(error.code),
    `expected ${codes.join(" or ")}, found ${error.code}: ${error.message}`,
  );
  return error;
}

/** What the call fails with; an assertion fails when it does not. */
export async function failureOf(call: Promise<unknown>): Promise<unknown> {
  const [result] = await Promise.allSettled([call]);
  assert.equal(result.status, "rejected", "expected the call to fail, it succeeded");
  return result.status === "rejected" ? result.reason : undefined;
}

/** Passes when no operation finds the key. */
export async function isAbsent(store: ObjectStore, key: string): Promise<void> {
  await rejectsWith(getBytes(store, key), "SINK_NOT_FOUND");
  assert.equal(await store.stat(key, CALM), undefined, `${key}: stat finds what must be absent`);
  assert.deepEqual(await listAll(store, key), [], `${key}: the listing names what must be absent`);
}

/** Passes when the call ends, in whatever way, within `limitMs`. */
export async function endsWithin(limitMs: number, call: Promise<unknown>): Promise<void> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(() => late.reject(new Error(`did not stop within ${limitMs} ms`)), limitMs);
  try {
    await Promise.race([call.catch(() => undefined), late.promise]);
  } finally {
    clearTimeout(timer);
  }
}
