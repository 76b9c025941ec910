/** Stands for every name that has no number of its own. */
export const OTHER = 0;

/** Longer than any name that the source is known to use. */
const MAX_NAME_BYTES = 100;
/** Each name has 128 bytes of room. */
const ROOM_BITS = 7;
const WORD = 4;
const BACKSLASH = 0x5c;

// 1 for the bytes of an identifier. Names go into manifests, ledgers and logs: nothing else may get there.
const IDENTIFIER = Uint8Array.from({ length: 256 }, (_, byte) =>
  /[A-Za-z0-9_]/.test(String.fromCharCode(byte)) ? 1 : 0,
);

/**
 * Numbers the names that it meets, from 1, in bounded memory and without making text of them. A name that is no identifier
 * (ASCII letters, digits and `_`, at most 100), and each one after `limit` names, is OTHER. A name written with escapes
 * counts as what it says.
 */
export class NameTable {
  readonly #limit: number;
  readonly #names: DataView<ArrayBuffer>;
  readonly #lengths: Uint8Array;
  #size = 1;
  /** Open addressing, at most half full; 0 is free. */
  readonly #slots: Uint16Array;
  readonly #mask: number;
  #viewed: Uint8Array = new Uint8Array();
  #view = new DataView<ArrayBufferLike>(this.#viewed.buffer);

  constructor(limit: number) {
    this.#limit = limit;
    this.#names = new DataView(new ArrayBuffer((limit + 1) << ROOM_BITS));
    this.#lengths = new Uint8Array(limit + 1);
    this.#mask = 2 ** Math.ceil(Math.log2(limit * 2)) - 1;
    this.#slots = new Uint16Array(this.#mask + 1);
  }

  /** How many numbers are given, OTHER included. */
  get size(): number {
    return this.#size;
  }

  nameOf(number: number): string {
    const length = this.#lengths[number] as number;
    return Buffer.from(this.#names.buffer, number << ROOM_BITS, length).toString("latin1");
  }

  /** The number of the name that stands in `bytes`. */
  numberOf(bytes: Uint8Array, start: number, end: number): number {
    const length = end - start;
    let slot = hash(bytes, start, length) & this.#mask;
    for (;;) {
      const number = this.#slots[slot] as number;
      if (number === 0) return this.#add(bytes, start, end, slot);
      if (this.#lengths[number] === length && this.#isAt(number, bytes, start, length)) return number;
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Compares four bytes at once: this is called for every member of every event. */
  #isAt(number: number, bytes: Uint8Array, start: number, length: number): boolean {
    if (bytes !== this.#viewed) {
      this.#viewed = bytes;
      this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    }
    const [names, view, from] = [this.#names, this.#view, number << ROOM_BITS];
    if (length < WORD) {
      for (let at = 0; at < length; at++) if (names.getUint8(from + at) !== bytes[start + at]) return false;
      return true;
    }
    const last = length - WORD;
    for (let at = 0; at < last; at += WORD) {
      if (names.getInt32(from + at) !== view.getInt32(start + at)) return false;
    }
    return names.getInt32(from + last) === view.getInt32(start + last);
  }

  #add(bytes: Uint8Array, start: number, end: number, slot: number): number {
    if (end - start > MAX_NAME_BYTES) return OTHER;
    for (let at = start; at < end; at++) {
      if (IDENTIFIER[bytes[at] as number] === 1) continue;
      return bytes[at] === BACKSLASH ? this.#unescaped(bytes, start, end) : OTHER;
    }
    if (end === start || this.#size > this.#limit) return OTHER;
    const number = this.#size++;
    for (let at = start; at < end; at++) {
      this.#names.setUint8((number << ROOM_BITS) + at - start, bytes[at] as number);
    }
    this.#lengths[number] = end - start;
    this.#slots[slot] = number;
    return number;
  }

  #unescaped(bytes: Uint8Array, start: number, end: number): number {
    const text = Buffer.from(bytes.subarray(start, end)).toString("utf8");
    const name = Buffer.from(JSON.parse(`"${text}"`) as string);
    return name.includes(BACKSLASH) ? OTHER : this.numberOf(name, 0, name.length);
  }
}

/** Of the length and three bytes: enough to tell most names apart. */
function hash(bytes: Uint8Array, start: number, length: number): number {
  if (length === 0) return 0;
  const ends = ((bytes[start] as number) << 8) ^ ((bytes[start + length - 1] as number) << 4);
  return Math.imul((length << 16) ^ ends ^ (bytes[start + (length >>> 1)] as number), 0x9e3779b1) >>> 16;
}
