/** One element of DER (ITU-T X.690): its tag octet, and its content. */
export interface DerElement {
  readonly tag: number;
  readonly content: Uint8Array;
  /** Tag and length too. */
  readonly whole: Uint8Array;
}

/** Context tag 0, constructed: `[0] EXPLICIT`. */
export const CONTEXT_0 = 0xa0;
export const OCTET_STRING = 0x04;
const SEQUENCE = 0x30;
const OBJECT_IDENTIFIER = 0x06;
const INTEGER = 0x02;

/** What this reader cannot read: cut short, of indefinite length (BER), or another type than its place demands. */
export class DerError extends Error {
  override readonly name = "DerError";
}

/** The elements that `bytes` consists of, one after the other. Throws DerError. */
export function elementsOf(bytes: Uint8Array): readonly DerElement[] {
  const elements: DerElement[] = [];
  for (let at = 0; at < bytes.length;) {
    const element = elementAt(bytes, at);
    elements.push(element);
    at += element.whole.length;
  }
  return elements;
}

/** The elements of a SEQUENCE. */
export function sequenceOf(element: DerElement | undefined): readonly DerElement[] {
  return elementsOf(contentOf(element, SEQUENCE));
}

/** The one element within an explicit tag. */
export function explicitOf(element: DerElement | undefined, tag: number = CONTEXT_0): DerElement {
  const [only, more] = elementsOf(contentOf(element, tag));
  if (only === undefined || more !== undefined) throw new DerError("expected one element in an explicit tag");
  return only;
}

export function contentOf(element: DerElement | undefined, tag: number): Uint8Array {
  if (element?.tag !== tag) throw new DerError(`expected tag ${tag}`);
  return element.content;
}

/** In dotted form. */
export function objectIdentifierOf(element: DerElement | undefined): string {
  const numbers: number[] = [];
  let number = 0;
  for (const octet of contentOf(element, OBJECT_IDENTIFIER)) {
    number = number * 128 + (octet & 0x7f);
    if (octet < 0x80) {
      numbers.push(number);
      number = 0;
    }
  }
  const [first = 0, ...rest] = numbers;
  const root = Math.min(Math.floor(first / 40), 2);
  return [root, first - root * 40, ...rest].join(".");
}

/** A small INTEGER that is not negative. */
export function integerOf(element: DerElement | undefined): number {
  const content = contentOf(element, INTEGER);
  if (content.length > 5) throw new DerError("expected a small integer");
  return content.reduce((sum, octet) => sum * 256 + octet, 0);
}

function elementAt(bytes: Uint8Array, at: number): DerElement {
  const tag = octetAt(bytes, at);
  const first = octetAt(bytes, at + 1);
  const lengthOctets = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || lengthOctets > 4) throw new DerError("expected a definite length");
  let length = lengthOctets === 0 ? first : 0;
  for (let index = 0; index < lengthOctets; index += 1)
    length = length * 256 + octetAt(bytes, at + 2 + index);
  const start = at + 2 + lengthOctets;
  if (start + length > bytes.length) throw new DerError("expected more octets");
  return { tag, content: bytes.subarray(start, start + length), whole: bytes.subarray(at, start + length) };
}

function octetAt(bytes: Uint8Array, at: number): number {
  const octet = bytes[at];
  if (octet === undefined) throw new DerError("expected more octets");
  return octet;
}
