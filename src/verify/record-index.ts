import { hash, randomBytes } from "node:crypto";
import type { RecordIndex } from "../model/verdict.js";

const SALT_BYTES = 16;
const WORDS = 4;
// Slots for each record; linear probing then looks at three slots on average.
const SLOTS_PER_RECORD = 1.2;
const PARTS = 16;

/**
 * The distinct record lines of a reading in 19 bytes each: an open-addressing table of 128-bit keys, 64 bits of a hash of
 * the Id and 64 bits of the line's SHA-256. Two different lines are taken for one only when both halves agree. For lines
 * of different Ids that is 128 bits of chance; for lines of one Id it is 64 bits, and a day has few of those. Nobody can
 * search for such a pair (2^32 steps would do for a known hash): both hashes start from a salt made for this table and
 * told to no one. The pages keep every duplicate anyway, so even then nothing would be lost.
 */
export class RecordTable implements RecordIndex {
  distinct = 0;
  readonly #slots: Uint32Array;
  readonly #capacity: number;
  readonly #salt = randomBytes(SALT_BYTES);
  // The salt and behind it the line, so that one call hashes both.
  #salted = Buffer.alloc(SALT_BYTES + (1 << 14));
  readonly #key = new Uint32Array(WORDS);
  #sortedIds: BigUint64Array | undefined;

  /** For at most `records` lines: the number that the page ledger says were delivered. */
  constructor(records: number) {
    this.#capacity = Math.ceil(records * SLOTS_PER_RECORD) + 1;
    this.#slots = new Uint32Array(this.#capacity * WORDS);
    this.#salt.copy(this.#salted);
  }

  /** Adds the line unless it is there; returns whether it was new. */
  add(line: Uint8Array, id: Uint8Array | undefined): boolean {
    const slot = this.#find(line, id);
    if (this.#isTaken(slot)) return false;
    this.#slots.set(this.#key, slot);
    this.distinct++;
    return true;
  }

  has(line: Uint8Array, id: Uint8Array | undefined): boolean {
    return this.#isTaken(this.#find(line, id));
  }

  hasId(id: Uint8Array): boolean {
    this.#sortedIds ??= this.#ids(0, 1).toSorted();
    this.#hashId(id);
    return contains(this.#sortedIds, new BigUint64Array(this.#key.buffer, 0, 1)[0] as bigint);
  }

  /** Number of Ids that stand on two or more different lines. */
  conflictingIds(): number {
    let conflicting = 0;
    // In parts, because a copy of all Ids would be the largest thing in memory.
    for (let part = 0; part < PARTS; part++) conflicting += countRepeated(this.#ids(part, PARTS).toSorted());
    return conflicting;
  }

  /** Where the line stands, or the free place where it belongs; `#key` holds its key. */
  #find(line: Uint8Array, id: Uint8Array | undefined): number {
    this.#hashId(id);
    this.#hashLine(line);
    const slots = this.#slots;
    const [id0, id1, line0, line1] = this.#key as unknown as readonly [number, number, number, number];
    let slot = Math.floor((line0 / 2 ** 32) * this.#capacity) * WORDS;
    while (this.#isTaken(slot)) {
      const isSame =
        slots[slot] === id0 &&
        slots[slot + 1] === id1 &&
        slots[slot + 2] === line0 &&
        slots[slot + 3] === line1;
      if (isSame) return slot;
      slot = (slot + WORDS) % slots.length;
    }
    return slot;
  }

  // The last word of a key is never 0.
  #isTaken(slot: number): boolean {
    return this.#slots[slot + 3] !== 0;
  }

  #hashLine(line: Uint8Array): void {
    const end = SALT_BYTES + line.length;
    if (end > this.#salted.length) {
      this.#salted = Buffer.alloc(end);
      this.#salt.copy(this.#salted);
    }
    this.#salted.set(line, SALT_BYTES);
    // As text of one byte a character: twice as fast as a Buffer for each line.
    const digest = hash("sha256", this.#salted.subarray(0, end), "binary");
    this.#key[2] = wordAt(digest, 0);
    this.#key[3] = wordAt(digest, 4) | 1;
  }

  /** No Id gives 0, an Id never does. */
  #hashId(id: Uint8Array | undefined): void {
    this.#key[0] = id === undefined ? 0 : mix(id, this.#salt.readUInt32LE(0));
    this.#key[1] = id === undefined ? 0 : mix(id, this.#salt.readUInt32LE(4)) | 1;
  }

  /** The Id hashes of one of `parts` parts of the table, without those of lines that have no Id. */
  #ids(part: number, parts: number): BigUint64Array {
    const slots = this.#slots;
    const isWanted = (slot: number) => (slots[slot] as number) % parts === part && slots[slot + 1] !== 0;
    let count = 0;
    for (let slot = 0; slot < slots.length; slot += WORDS) if (isWanted(slot)) count++;
    const ids = new BigUint64Array(count);
    const words = new Uint32Array(ids.buffer);
    let at = 0;
    for (let slot = 0; slot < slots.length; slot += WORDS) {
      if (!isWanted(slot)) continue;
      words[at++] = slots[slot] as number;
      words[at++] = slots[slot + 1] as number;
    }
    return ids;
  }
}

function wordAt(digest: string, at: number): number {
  return (
    digest.charCodeAt(at) |
    (digest.charCodeAt(at + 1) << 8) |
    (digest.charCodeAt(at + 2) << 16) |
    (digest.charCodeAt(at + 3) << 24)
  );
}

/** MurmurHash3 of the bytes, a byte at a time, from a secret start. */
function mix(bytes: Uint8Array, seed: number): number {
  let state = seed;
  for (let at = 0; at < bytes.length; at++) {
    state ^= Math.imul(bytes[at] as number, 0xcc9e2d51);
    state = Math.imul((state << 13) | (state >>> 19), 5) + 0xe6546b64;
  }
  state ^= bytes.length;
  state = Math.imul(state ^ (state >>> 16), 0x85ebca6b);
  state = Math.imul(state ^ (state >>> 13), 0xc2b2ae35);
  return (state ^ (state >>> 16)) >>> 0;
}

/** Number of values that stand more than once in a sorted list. */
function countRepeated(sorted: BigUint64Array): number {
  let repeated = 0;
  for (let at = 1; at < sorted.length; at++) {
    if (sorted[at] === sorted[at - 1] && sorted[at] !== sorted[at - 2]) repeated++;
  }
  return repeated;
}

function contains(sorted: BigUint64Array, value: bigint): boolean {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as bigint) < value) low = middle + 1;
    else high = middle;
  }
  return sorted[low] === value;
}
