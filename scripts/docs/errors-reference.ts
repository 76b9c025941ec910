import { exitOf } from "../../src/cli/exit-codes.js";
import { ERROR_CATALOGUE } from "../../src/model/error-catalogue.js";

const HEAD = `# Errors

<!-- Generated from src/model/error-catalogue.ts by \`npm run docs\`. -->

Every error has a code. Its message says what is concerned, the rule, what was found and what was expected. _Retried_: Daybook
tries again by itself.

<!-- prettier-ignore -->
| Code | Exit | Retried | Means | What to do |
| --- | --- | --- | --- | --- |
`;

/** docs/ERRORS.md: every code with its exit code, meaning and hint. */
export function errorsReference(): string {
  const rows = Object.entries(ERROR_CATALOGUE).map(
    ([code, { kind, retry, meaning, hint }]) =>
      `| \`${code}\` | ${exitOf(kind)} | ${retry === "backoff" ? "yes" : "no"} | ${meaning} | ${hint} |\n`,
  );
  return HEAD + rows.join("");
}
