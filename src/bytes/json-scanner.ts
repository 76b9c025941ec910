import { DaybookError } from "../model/errors.js";

/** Containers inside one another that a value may have; a real event has four. */
const MAX_NESTING = 200;

/** Bytes that a value, an event, or white space may have. Real events have about 1,000. It bounds what is done in one go. */
export const MAX_VALUE_BYTES = 2 * 1024 * 1024;

export const QUOTE = 0x22;
export const COMMA = 0x2c;
export const OPEN_BRACKET = 0x5b;
export const CLOSE_BRACKET = 0x5d;
export const OPEN_BRACE = 0x7b;
export const CLOSE_BRACE = 0x7d;

const BACKSLASH = 0x5c;
const COLON = 0x3a;
const MINUS = 0x2d;
const PLUS = 0x2b;
const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const SMALL_E = 0x65;
const SMALL_U = 0x75;
const LOWER_CASE = 0x20;
const END = -1;

// 1 for the bytes that end a run of plain bytes in a string: control characters, the quote and the backslash.
const STOPS = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte < 0x20 || byte === QUOTE || byte === BACKSLASH ? 1 : 0,
);
const SIMPLE_ESCAPES = new Set(Buffer.from('"\\/bfnrt'));
const LITERALS = new Map(["true", "false", "null"].map((word) => [word.charCodeAt(0), Buffer.from(word)]));

/**
 * Walks over JSON text byte by byte and accepts exactly the grammar of JSON.parse (RFC 8259), without making values and
 * without recursion: text nested 100,000 deep is refused, not a stack overflow. The bytes must be valid UTF-8.
 * Every method skips white space first, and throws SOURCE_PAGE_INVALID with the number of the byte.
 */
export class JsonScanner {
  /** The next byte to read. */
  position: number;
  /** Where the last key ended, behind its closing quote. */
  keyEnd = 0;
  /** Whether the last string or key held an escape sequence. */
  escaped = false;
  readonly #bytes: Uint8Array;
  // What closes each open container, innermost last.
  readonly #closers = new Uint8Array(MAX_NESTING);
  #depth = 0;

  constructor(bytes: Uint8Array, position: number) {
    this.#bytes = bytes;
    this.position = position;
  }

  /** The next byte that is not white space, without consuming it; -1 at the end. */
  peek(): number {
    const bytes = this.#bytes;
    const end = Math.min(bytes.length, this.position + MAX_VALUE_BYTES);
    let at = this.position;
    while (at < end) {
      const byte = bytes[at] as number;
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) break;
      at++;
    }
    this.position = at;
    if (at < end) return bytes[at] as number;
    if (at < bytes.length) this.fail(`at most ${MAX_VALUE_BYTES} bytes of white space`);
    return END;
  }

  expect(byte: number): void {
    if (this.peek() !== byte) this.fail(`"${String.fromCharCode(byte)}"`);
    this.position++;
  }

  /** Consumes `byte` if it comes next. */
  skip(byte: number): boolean {
    if (this.peek() !== byte) return false;
    this.position++;
    return true;
  }

  /** Consumes a string; returns where its opening quote stands. */
  string(): number {
    if (this.peek() !== QUOTE) this.fail("a string");
    const start = this.position;
    const bytes = this.#bytes;
    const end = Math.min(bytes.length, start + MAX_VALUE_BYTES);
    this.escaped = false;
    let at = start + 1;
    while (at < end) {
      const byte = bytes[at] as number;
      if (STOPS[byte] === 0) {
        at++;
      } else if (byte === QUOTE) {
        this.position = at + 1;
        return start;
      } else {
        at = this.#escape(at);
      }
    }
    this.position = at;
    if (at < bytes.length) this.#failTooLarge();
    return this.fail("the closing quote of a string");
  }

  /** Consumes a key with its colon; returns where its opening quote stands. */
  key(): number {
    const start = this.string();
    this.keyEnd = this.position;
    this.expect(COLON);
    return start;
  }

  /** Consumes one value of any kind. */
  value(): void {
    this.peek();
    const end = this.position + MAX_VALUE_BYTES;
    do {
      while (this.#opens()) if (this.position > end) this.#failTooLarge();
      if (this.position > end) this.#failTooLarge();
    } while (this.#moreFollows());
  }

  fail(expected: string): never {
    const byte = this.#bytes[this.position];
    const found = byte === undefined ? "the end of the body" : `0x${byte.toString(16).padStart(2, "0")}`;
    throw new DaybookError("SOURCE_PAGE_INVALID", {
      message: `page body, byte ${this.position}: found ${found}, expected ${expected}`,
    });
  }

  #failTooLarge(): never {
    this.fail(`a value of at most ${MAX_VALUE_BYTES} bytes`);
  }

  /** Whether a container that holds a value was opened; otherwise a scalar or an empty container was consumed whole. */
  #opens(): boolean {
    const byte = this.peek();
    if (byte === OPEN_BRACE) return this.#open(CLOSE_BRACE);
    if (byte === OPEN_BRACKET) return this.#open(CLOSE_BRACKET);
    if (byte === QUOTE) this.string();
    else if (byte === MINUS || isDigit(byte)) this.#number();
    else this.#literal(byte);
    return false;
  }

  #open(closer: number): boolean {
    this.position++;
    if (this.skip(closer)) return false;
    if (this.#depth === MAX_NESTING) this.fail(`at most ${MAX_NESTING} containers inside one another`);
    this.#closers[this.#depth++] = closer;
    if (closer === CLOSE_BRACE) this.key();
    return true;
  }

  /** Closes the containers that end here; whether another value follows in the one still open. */
  #moreFollows(): boolean {
    while (this.#depth > 0) {
      const closer = this.#closers[this.#depth - 1] as number;
      if (this.skip(COMMA)) {
        if (closer === CLOSE_BRACE) this.key();
        return true;
      }
      this.expect(closer);
      this.#depth--;
    }
    return false;
  }

  /** The escape sequence at `at`; returns where it ends. */
  #escape(at: number): number {
    this.position = at;
    if (this.#bytes[at] !== BACKSLASH) this.fail("no control character in a string");
    const letter = this.#bytes[++this.position] ?? END;
    this.escaped = true;
    if (SIMPLE_ESCAPES.has(letter)) return at + 2;
    if (letter !== SMALL_U) this.fail("an escape that JSON knows");
    for (let digit = 0; digit < 4; digit++) {
      if (!isHexDigit(this.#bytes[++this.position] ?? END)) this.fail("four hexadecimal digits");
    }
    return at + 6;
  }

  #number(): void {
    const bytes = this.#bytes;
    if (bytes[this.position] === MINUS) this.position++;
    if (bytes[this.position] === ZERO) this.position++;
    else this.#digits();
    if (bytes[this.position] === DOT) {
      this.position++;
      this.#digits();
    }
    if (((bytes[this.position] ?? 0) | LOWER_CASE) !== SMALL_E) return;
    const sign = bytes[++this.position];
    if (sign === PLUS || sign === MINUS) this.position++;
    this.#digits();
  }

  /** One digit or more. */
  #digits(): void {
    if (!isDigit(this.#bytes[this.position] ?? END)) this.fail("a digit");
    while (isDigit(this.#bytes[this.position] ?? END)) this.position++;
  }

  #literal(first: number): void {
    const word = LITERALS.get(first);
    if (word === undefined) this.fail("a value");
    for (const byte of word) {
      if (this.#bytes[this.position] !== byte) this.fail("a value");
      this.position++;
    }
  }
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

function isHexDigit(byte: number): boolean {
  const letter = byte | LOWER_CASE;
  return isDigit(byte) || (letter >= 0x61 && letter <= 0x66);
}
