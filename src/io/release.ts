/**
 * Gives the memory of bytes back at once; nobody may use them again. A day is gigabytes that are each needed for a
 * moment, and the garbage collector sees only the few bytes that point to them: it would let many pile up.
 */
export function release({ buffer, byteLength }: Uint8Array): void {
  // What is in Node's pool (Buffer.poolSize) shares its memory with others; it is always less than half of the pool.
  const isShared = byteLength * 2 < buffer.byteLength;
  if (buffer instanceof ArrayBuffer && !isShared) buffer.transfer(0);
}
