import { ANCHOR_FINDINGS } from "./anchor-findings.js";
import { ARCHIVE_FINDINGS } from "./archive-findings.js";
import { BAG_FINDINGS } from "./bag-findings.js";
import type { FindingKind } from "./finding-kind.js";
import { READING_FINDINGS } from "./reading-findings.js";
import { RETENTION_FINDINGS } from "./retention-findings.js";

/** Every finding code there is. docs/FINDINGS.md is generated from this table. */
export const FINDING_CATALOGUE = {
  ...READING_FINDINGS,
  ...ARCHIVE_FINDINGS,
  ...RETENTION_FINDINGS,
  ...ANCHOR_FINDINGS,
  ...BAG_FINDINGS,
} as const satisfies Record<string, FindingKind>;

export type FindingCode = keyof typeof FINDING_CATALOGUE;
