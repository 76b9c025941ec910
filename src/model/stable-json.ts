/** JSON as Daybook writes it on disk: two spaces, LF, one newline at the end, keys in the order given. */
export function stableJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${JSON.stringify(value, null, 2)}\n`);
}

/** One line of a `.jsonl` file, with its newline. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}
