import { packagePath } from "../model/manifest.js";
import { parseUtcDay } from "../model/utc-day.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { guard } from "./audit.js";
import type { Audit } from "./audit.js";
import type { PackageContext } from "./check-package.js";
import type { LedgerFacts } from "./ledger-facts.js";
import { parseManifest } from "../archive/manifest-parser.js";

/**
 * A package that no ledger entry names. One in the place of a day's next revision that this archive's key signed, or whose
 * manifest or signature is not written yet, is a commit in progress or one that a crash interrupted. Anything else was put
 * there.
 */
export async function checkUncommitted(
  audit: Audit,
  context: PackageContext,
  facts: LedgerFacts,
  folder: string,
): Promise<void> {
  const state = await guard(audit, folder, undefined, () => stateOf(audit, context, folder));
  const isNext = state !== undefined && state !== "foreign" && isNextRevision(folder, facts);
  audit.found.add(isNext ? "PACKAGE_NOT_COMMITTED" : "PACKAGE_FOREIGN", {
    subject: folder,
    found: isNext ? `a ${state} package without entry` : "a package without entry or signature",
    expected: "a day-sealed entry",
  });
}

/** `folder`: `days/2026/11/20/r0002`. */
function isNextRevision(folder: string, { packages }: LedgerFacts): boolean {
  const [, day = "", revision = ""] = /^days\/(\d{4}\/\d{2}\/\d{2})\/r(\d{4,})$/.exec(folder) ?? [];
  const utcDay = parseUtcDay(day.replaceAll("/", "-"));
  if (utcDay === undefined) return false;
  return revision === "0001" || packages.has(packagePath(utcDay, Number(revision) - 1));
}

async function stateOf(
  audit: Audit,
  { keys, identity }: PackageContext,
  folder: string,
): Promise<"begun" | "signed" | "foreign"> {
  const bytes = await readSmall(audit.reader, `${folder}/manifest.json`, LIMITS.manifest, audit.signal);
  const signature = await readSmall(audit.reader, `${folder}/manifest.json.sig`, 64, audit.signal);
  if (bytes === undefined || signature === undefined) return "begun";
  if (keys.all.signerOf(bytes, signature) === undefined) return "foreign";
  const manifest = parseManifest(bytes);
  if ("broken" in manifest || manifest.archive_id !== identity.archiveId) return "foreign";
  return packagePath(manifest.day, manifest.revision) === folder ? "signed" : "foreign";
}
