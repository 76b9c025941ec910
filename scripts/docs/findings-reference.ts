import { ARCHIVE_FINDINGS } from "../../src/model/archive-findings.js";
import type { FindingKind } from "../../src/model/finding-kind.js";
import { READING_FINDINGS } from "../../src/model/reading-findings.js";
import { BAG_FINDINGS } from "../../src/model/bag-findings.js";
import { ANCHOR_FINDINGS } from "../../src/model/anchor-findings.js";
import { RETENTION_FINDINGS } from "../../src/model/retention-findings.js";

const HEAD = `# Findings

<!-- Generated from src/model/finding-catalogue.ts by \`npm run docs\`. -->

A finding names what is concerned, the rule, what was found and what was expected. Its severity says what it leads to:

- _damage_: the archive cannot be trusted there; \`daybook verify\` exits with 65.
- _incomplete_: the reading is not sealed, and the day is read again.
- _notice_: something is unusual, and nothing is lost.
`;

const TABLE = `<!-- prettier-ignore -->
| Code | Severity | Rule | What to do |
| --- | --- | --- | --- |
`;

/** docs/FINDINGS.md: every code with its severity, rule and hint. */
export function findingsReference(): string {
  return `${HEAD}
## About a reading

Recorded while a day is read and checked, before it is sealed. \`daybook verify\` repeats the checks that are possible
without the source, and reports what is incomplete in a sealed day as damage.

${table(READING_FINDINGS)}
## About an archive

Found by \`daybook verify\` and \`daybook audit\`. [AUDIT.md](AUDIT.md) explains what the answers mean.

${table(ARCHIVE_FINDINGS)}
## About retention

Found by the same commands in the acts of people, and in what was destroyed. Each disposal is judged by the holds, rules and
approvals that stood when it began.

${table(RETENTION_FINDINGS)}
## About witnesses

Found by the same commands in the confirmations of witnesses.

${table(ANCHOR_FINDINGS)}
## What an audit of a bag finds

${table(BAG_FINDINGS)}`;
}

function table(findings: Readonly<Record<string, FindingKind>>): string {
  const rows = Object.entries(findings).map(
    ([code, { severity, rule, hint }]) => `| \`${code}\` | ${severity} | ${rule} | ${hint} |\n`,
  );
  return TABLE + rows.join("");
}
