/**
 * JSON as Daybook writes it on disk: two spaces, LF, one newline at the end, keys in the order given. An object whose keys are
 * names from outside is given as a `Map`: a JavaScript object would put `9` and `10` first.
 */
export function stableJson(value: unknown): Uint8Array {
  return new TextEncoder().encode(`${render(value, "\n")}\n`);
}

/** One line of a `.jsonl` file, with its newline. */
export function jsonLine(value: unknown): string {
  return `${JSON.stringify(value)}\n`;
}

/** The names with their values, sorted by UTF-16 code units, which depends on no locale. */
export function byName<T>(values: Readonly<Record<string, T>>): ReadonlyMap<string, T> {
  return new Map(Object.entries(values).toSorted(([a], [b]) => (a < b ? -1 : Number(a > b))));
}

/** As `JSON.stringify` with an indent of two spaces. `newline` is the line break with the indent of the value's own line. */
function render(value: unknown, newline: string): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const inner = `${newline}  `;
  if (Array.isArray(value))
    return bracketed(
      "[]",
      newline,
      value.map((item) => render(item, inner)),
    );
  const members = value instanceof Map ? [...value] : Object.entries(value);
  return bracketed(
    "{}",
    newline,
    members
      .filter(([, member]) => member !== undefined)
      .map(([name, member]) => `${JSON.stringify(name)}: ${render(member, inner)}`),
  );
}

function bracketed([open, close]: string, newline: string, items: readonly string[]): string {
  if (items.length === 0) return `${open}${close}`;
  return `${open}${items.map((item) => `${newline}  ${item}`).join(",")}${newline}${close}`;
}
