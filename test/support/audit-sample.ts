import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import { signatureProblem } from "../../src/archive/ssh-signature.js";
import { verifyArchive } from "../../src/audit/verify-archive.js";
import type { AuditResult, VerifyOptions } from "../../src/audit/verify-archive.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import type { SampleArchive } from "./sample-archive.js";
import { testFiles } from "./test-files.js";

/** A copy of the archive that the test may spoil; removed when the test ends. */
export async function copyOf(sample: SampleArchive): Promise<string> {
  const folder = mkdtempSync(join(sample.work, "copy-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(sample.root, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

export function audit(root: string, options: Partial<VerifyOptions> = {}): Promise<AuditResult> {
  const files = testFiles();
  return verifyArchive(folderSource(files, root), {
    level: "structure",
    openEventSet: () => new SortedLines({ files, folder: `${root}-sort` }),
    signatureProblem: (one) => signatureProblem(one, files, `${root}-ssh`),
    signal: new AbortController().signal,
    ...options,
  });
}

/** `CODE subject` of every finding that is not a notice. */
export function damages(result: AuditResult): readonly string[] {
  return result.findings
    .filter(({ severity }) => severity !== "notice")
    .map(({ code, subject }) => `${code} ${subject}`);
}
