import { hash } from "node:crypto";

const WORDS = 8;
const NEWLINE = 0x0a;

/**
 * How many lines there were and a digest of which, whatever their order: the SHA-256 of every line, added up modulo 2^256. It
 * takes constant memory, where sorting a day needs the disk. It finds what is lost, doubled or altered by accident; the
 * archive's own `event_set_sha256` resists intent.
 */
export class MultisetDigest {
  readonly #sum = new Uint32Array(WORDS);
  #lines = 0;

  get lines(): number {
    return this.#lines;
  }

  add(line: string | Uint8Array): void {
    const sha256 = hash("sha256", line, "buffer");
    let carry = 0;
    for (let word = WORDS - 1; word >= 0; word -= 1) {
      const sum = (this.#sum[word] ?? 0) + sha256.readUInt32BE(word * 4) + carry;
      this.#sum[word] = sum;
      carry = sum > 0xffff_ffff ? 1 : 0;
    }
    this.#lines += 1;
  }

  /** Hex. */
  digest(): string {
    return [...this.#sum].map((word) => word.toString(16).padStart(8, "0")).join("");
  }
}

/** The digest of all the lines. */
export async function digestLines(lines: AsyncIterable<string>): Promise<MultisetDigest> {
  const digest = new MultisetDigest();
  for await (const line of lines) digest.add(line);
  return digest;
}

/** Blocks of whole lines, passed on as their lines are digested; `ended` gets the digest once the last has passed. */
export async function* digesting(
  blocks: AsyncIterable<Uint8Array>,
  ended: (digest: MultisetDigest) => void,
): AsyncGenerator<Uint8Array> {
  const digest = new MultisetDigest();
  for await (const block of blocks) {
    addLines(digest, block);
    yield block;
  }
  ended(digest);
}

/** Each line without its newline. */
function addLines(digest: MultisetDigest, block: Uint8Array): void {
  for (let start = 0; start < block.length;) {
    const end = block.indexOf(NEWLINE, start);
    digest.add(block.subarray(start, end));
    start = end + 1;
  }
}
