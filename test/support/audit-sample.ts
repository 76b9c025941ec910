import { cp, mkdtemp, rm } from "node:fs/promises";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { folderSource } from "../../src/archive/folder-source.js";
import { signatureProblem } from "../../src/archive/ssh-signature.js";
import { verifyArchive } from "../../src/audit/verify-archive.js";
import type { AuditResult, VerifyOptions } from "../../src/audit/verify-archive.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { SortedLines } from "../../src/verify/sorted-lines.js";
import type { SampleArchive } from "./sample-archive.js";

/** A copy of the archive that the test may spoil; removed when the test ends. */
export async function copyOf(sample: SampleArchive): Promise<string> {
  const folder = await mkdtemp(join(sample.work, "copy-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await cp(sample.root, folder, { recursive: true, verbatimSymlinks: true });
  return folder;
}

export function audit(root: string, options: Partial<VerifyOptions> = {}): Promise<AuditResult> {
  return verifyArchive(folderSource(nodeFiles, root), {
    level: "structure",
    openEventSet: () => new SortedLines({ files: nodeFiles, folder: `${root}-sort` }),
    signatureProblem: (one) => signatureProblem(one, nodeFiles, `${root}-ssh`),
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
