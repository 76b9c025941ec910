import { createHmac } from "node:crypto";
import { isNumber, parseExactly } from "./exact-json.js";

const HEX_DIGITS = 16;
const EMAIL = /[^\s@<>"',;:()]+@[^\s@<>"',;:()]+\.[^\s@<>"',;:()]+/g;
/** Fields whose value names a person or their machine. */
const PERSONAL = /^(?:UserId|UserKey|ClientIP)$/;
const RECIPIENT = /recipient/i;

/**
 * Replaces people by `P-` and 16 hexadecimal digits of an HMAC-SHA-256: the same person gets the same one in this export and
 * another in the next. Item names and other free texts stay, and may name people.
 */
export class Pseudonyms {
  readonly #key: Uint8Array;

  constructor(key: Uint8Array) {
    this.#key = key;
  }

  /** The record line with the people replaced. */
  line(line: string): string {
    const event = parseExactly(line);
    const people = new Set<string>();
    collect(event, people);
    return JSON.stringify(this.#replace(event, people));
  }

  #replace(value: unknown, people: ReadonlySet<string>): unknown {
    if (typeof value === "string")
      return people.has(value) ? this.#of(value) : value.replaceAll(EMAIL, (email) => this.#of(email));
    if (Array.isArray(value)) return value.map((one) => this.#replace(one, people));
    if (typeof value !== "object" || value === null || isNumber(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.#replace(one, people)]));
  }

  /** Upper and lower case of an address are one person. */
  #of(text: string): string {
    const mac = createHmac("sha256", this.#key).update(text.normalize("NFC").toLowerCase()).digest("hex");
    return `P-${mac.slice(0, HEX_DIGITS)}`;
  }
}

/** The values of personal fields, and the texts of recipients, anywhere in the event. */
function collect(value: unknown, people: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [name, one] of Object.entries(value)) {
    const isPersonal = PERSONAL.test(name) || RECIPIENT.test(name);
    if (isPersonal && typeof one === "string" && one !== "") people.add(one);
    else collect(one, people);
  }
}
