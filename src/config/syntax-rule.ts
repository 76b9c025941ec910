import type { ErrorCode } from "yaml";

// The library's own messages quote the text, which may be a secret.
const RULES: Partial<Record<ErrorCode, string>> = {
  BAD_ALIAS: "must not be an alias; text that starts with * needs quotes",
  BAD_DQ_ESCAPE: "must have valid escapes within double quotes; single quotes take a backslash as it is",
  BAD_INDENT: "must be indented as its neighbours are",
  BAD_SCALAR_START: "must be in quotes: it starts with a reserved character",
  BLOCK_AS_IMPLICIT_KEY: "must be on a line of its own, or in quotes where the text holds a colon",
  DUPLICATE_KEY: "must be given once",
  MISSING_CHAR: "must be closed: a quote, bracket, comma or colon is missing",
  MULTILINE_IMPLICIT_KEY: "must be followed by a colon on its own line",
  MULTIPLE_DOCS: "must be one document: remove the line ---",
  NON_STRING_KEY: "must have text as its key",
  TAB_AS_INDENT: "must be indented with spaces, not tabs",
  TAG_RESOLVE_FAILED: "must have no tag; text that starts with ! needs quotes",
};

export function syntaxRule(code: ErrorCode): string {
  return RULES[code] ?? `must be YAML (${code.toLowerCase().replaceAll("_", " ")})`;
}
