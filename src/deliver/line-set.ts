import { createHash } from "node:crypto";

/** How many lines there were and a digest of which, whatever their order. */
export interface LineSet {
  readonly lines: number;
  readonly digest: string;
}

/**
 * Adds up the SHA-256 of every line modulo 2^256: two passes over the same lines in any order agree, in constant memory,
 * where sorting a day needs the disk. It finds what is lost, doubled or altered by accident; the archive's own
 * `event_set_sha256` is what resists intent.
 */
export async function digestLines(lines: AsyncIterable<string>): Promise<LineSet> {
  let count = 0;
  let sum = 0n;
  for await (const line of lines) {
    count += 1;
    sum = BigInt.asUintN(256, sum + BigInt(`0x${createHash("sha256").update(line).digest("hex")}`));
  }
  return { lines: count, digest: sum.toString(16).padStart(64, "0") };
}
