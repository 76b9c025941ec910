/** What the engine has and the compiler's library does not declare yet (ECMAScript, JSON.parse source text access). */
interface SourceText {
  readonly rawJSON: (text: string) => object;
  readonly isRawJSON: (value: unknown) => boolean;
  readonly parse: (
    text: string,
    reviver: (name: string, value: unknown, context: { readonly source?: string }) => unknown,
  ) => unknown;
}

const json = JSON as unknown as SourceText;

/** A number with a fraction, an exponent, a minus before a zero, or more digits than a double holds; texts may match too. */
const MAY_RESPELL = /[:,[]\s*-?(?:\d+[.eE]|\d{16}|0[,}\]])/;

/**
 * The value of a record line, in which every number keeps its spelling: `1.0` and digits that a double cannot hold come out of
 * `JSON.stringify` as they went in. Where no number could be respelt it is a plain parse.
 */
export function parseExactly(line: string): unknown {
  if (!MAY_RESPELL.test(line)) return JSON.parse(line);
  return json.parse(line, (_name, value, { source }) =>
    typeof value === "number" && source !== undefined ? json.rawJSON(source) : value,
  );
}

/** Whether the value is a number of an exactly parsed line. */
export function isNumber(value: unknown): boolean {
  return typeof value === "number" || json.isRawJSON(value);
}
