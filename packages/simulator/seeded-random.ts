/**
 * A number from 0 to 2^32-1 that depends on nothing but its arguments: MurmurHash3's mixing over 32-bit words. No state,
 * so that any event can be made again without those before it.
 */
export function hash32(seed: number, a: number, b = 0, c = 0): number {
  let hash = mixWord(seed, a);
  hash = mixWord(hash, b);
  hash = mixWord(hash, c);
  hash ^= hash >>> 16;
  hash = Math.imul(hash, 0x85ebca6b);
  hash ^= hash >>> 13;
  hash = Math.imul(hash, 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The same as a fraction, from 0 up to but not including 1. */
export function share(seed: number, a: number, b = 0, c = 0): number {
  return hash32(seed, a, b, c) / 0x1_0000_0000;
}

/** One of `choices`; undefined never comes back from a list that is not empty. */
export function pick<T>(choices: readonly [T, ...T[]], hash: number): T {
  return choices[hash % choices.length] ?? choices[0];
}

/** Text in the form of a GUID. */
export function guidText(seed: number, a: number, b = 0): string {
  const bytes = new Uint8Array(GUID_BYTES);
  writeGuid(
    bytes,
    0,
    hash32(seed, a, b, 0),
    hash32(seed, a, b, 1),
    hash32(seed, a, b, 2),
    hash32(seed, a, b, 3),
  );
  return String.fromCharCode(...bytes);
}

export const GUID_BYTES = 36;

/** Writes four words as the 36 ASCII characters of a GUID. */
export function writeGuid(
  target: Uint8Array,
  at: number,
  w0: number,
  w1: number,
  w2: number,
  w3: number,
): void {
  writeHex(target, at, w0 >>> 16);
  writeHex(target, at + 4, w0);
  target[at + 8] = DASH;
  writeHex(target, at + 9, w1 >>> 16);
  target[at + 13] = DASH;
  writeHex(target, at + 14, w1);
  target[at + 18] = DASH;
  writeHex(target, at + 19, w2 >>> 16);
  target[at + 23] = DASH;
  writeHex(target, at + 24, w2);
  writeHex(target, at + 28, w3 >>> 16);
  writeHex(target, at + 32, w3);
}

const DASH = 0x2d;
const HEX = new TextEncoder().encode("0123456789abcdef");

/** The low 16 bits as four hexadecimal digits. */
function writeHex(target: Uint8Array, at: number, word: number): void {
  target[at] = HEX[(word >>> 12) & 15] ?? 0;
  target[at + 1] = HEX[(word >>> 8) & 15] ?? 0;
  target[at + 2] = HEX[(word >>> 4) & 15] ?? 0;
  target[at + 3] = HEX[word & 15] ?? 0;
}

function mixWord(hash: number, word: number): number {
  let mixed = Math.imul(word, 0xcc9e2d51);
  mixed = (mixed << 15) | (mixed >>> 17);
  const next = hash ^ Math.imul(mixed, 0x1b873593);
  return (Math.imul((next << 13) | (next >>> 19), 5) + 0xe6546b64) | 0;
}
