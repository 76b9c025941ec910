/** The parameters of a query string, decoded once; undefined when its percent-encoding is not valid. */
export function parseQuery(query: string): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  for (const part of query.split("&").filter((text) => text !== "")) {
    const [name, value] = splitAt(part, "=").map((text) => percentDecode(text.replaceAll("+", " ")));
    if (name === undefined || value === undefined) return undefined;
    parameters.set(name, value);
  }
  return parameters;
}

export function percentDecode(text: string): string | undefined {
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined; // the swagger itself has a token that is not valid percent-encoding
  }
}

/** The text of an OData string literal, `'O''Neil'`; undefined when `value` is none. */
export function odataLiteral(value: string): string | undefined {
  const match = /^'((?:[^']|'')*)'$/.exec(value);
  return match?.[1]?.replaceAll("''", "'");
}

export interface ActivityFilter {
  readonly activity?: string;
  readonly userId?: string;
}

/** `Activity eq 'x'`, `UserId eq 'y'` or both with `and`, with or without parentheses; undefined for anything else. */
export function parseFilter(filter: string): ActivityFilter | undefined {
  const found: { activity?: string; userId?: string } = {};
  for (const clause of filter.split(/\s+and\s+/i)) {
    const match = /^\s*\(?\s*(Activity|UserId)\s+eq\s+('(?:[^']|'')*')\s*\)?\s*$/i.exec(clause);
    const value = odataLiteral(match?.[2] ?? "");
    if (match === null || value === undefined) return undefined;
    found[match[1]?.toLowerCase() === "activity" ? "activity" : "userId"] = value;
  }
  return found;
}

function splitAt(text: string, separator: string): readonly [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ""] : [text.slice(0, at), text.slice(at + 1)];
}
