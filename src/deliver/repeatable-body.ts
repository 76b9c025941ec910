import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Body, Expected } from "../plugin/types.js";

/** Whether the body starts anew each time that it is iterated. A generator is its own iterator: it runs once. */
export function isRepeatable(body: Body): boolean {
  return (body[Symbol.asyncIterator]() as unknown) !== body;
}

/** Bytes as a body that starts anew for each attempt. */
export function bodyOf(bytes: Uint8Array): Body {
  return {
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}

export function expectedOf(bytes: Uint8Array, retainUntil?: UtcDay): Expected {
  return {
    bytes: bytes.length,
    sha256: sha256Hex(bytes),
    ...(retainUntil === undefined ? {} : { retainUntil }),
  };
}
