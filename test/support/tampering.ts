import { audit, copyOf } from "./audit-sample.js";
import { reseal } from "./resealed-archive.js";
import type { SampleArchive } from "./sample-archive.js";
import type { VerifyOptions } from "../../src/audit/verify-archive.js";
import type { FindingCode } from "../../src/model/finding.js";
import type { Completeness } from "../../src/model/manifest.js";
import type { PageRecord } from "../../src/model/page-record.js";

export interface Tampering {
  readonly tamper: (root: string) => Promise<void>;
  readonly options?: Partial<VerifyOptions>;
  /** What the same tampering breaks beside the code of its row. */
  readonly also?: readonly FindingCode[];
}

/** The codes that an audit finds, each once and sorted, in a copy of the sample after a tampering. */
export async function codesAfter(
  sample: SampleArchive,
  { tamper, options }: Tampering,
): Promise<readonly string[]> {
  const root = await copyOf(sample);
  await tamper(root);
  const { findings } = await audit(root, options);
  return [...new Set(findings.map(({ code }) => code))].toSorted();
}

/** The page ledger with some of its lines changed, signed anew. */
export function pages(
  change: (page: PageRecord, index: number) => PageRecord,
): (root: string) => Promise<void> {
  return (root) =>
    reseal(root, {
      file: {
        path: "pages.jsonl",
        edit: (text) =>
          text
            .trimEnd()
            .split("\n")
            .map((line, index) => `${JSON.stringify(change(JSON.parse(line) as PageRecord, index))}\n`)
            .join(""),
      },
    });
}

/** The counts of the newest manifest with some of them changed, signed anew. */
export function counts(
  change: (said: Completeness) => Partial<Completeness>,
): (root: string) => Promise<void> {
  return (root) =>
    reseal(root, {
      manifest: (manifest) =>
        (manifest.completeness = { ...manifest.completeness, ...change(manifest.completeness) }),
    });
}

/** The second page of window T01, which a token leads to. */
export const isSecond = ({ number }: PageRecord): boolean => number === 2;
