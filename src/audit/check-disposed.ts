import { parseJsonObject } from "../ledger/entry-format.js";
import { FORMAT, packagePath } from "../model/manifest.js";
import { sha256Hex } from "../model/sha256.js";
import { LIMITS, readExpected } from "./audit.js";
import type { Audit } from "./audit.js";
import { checkManifest, checkSignature } from "./check-package.js";
import type { PackageContext } from "./check-package.js";
import type { SealedPackage } from "./ledger-facts.js";

const REMAINS = new Set(["manifest.json", "manifest.json.sig", "tombstone.json", "tombstone.json.sig"]);

/** A revision that the ledger says was destroyed: its manifest and tombstone are whole, and nothing else is left. */
export async function checkDisposed(
  audit: Audit,
  context: PackageContext,
  sealed: SealedPackage,
): Promise<void> {
  await checkManifest(audit, context, sealed);
  await checkTombstone(audit, context, sealed);
  const folder = `${packagePath(sealed.day, sealed.revision)}/`;
  for await (const path of audit.reader.list(folder, audit.signal)) {
    if (REMAINS.has(path.slice(folder.length))) continue;
    audit.found.add("DISPOSED_REMAINS", {
      subject: path,
      found: "a file",
      expected: "nothing",
      day: sealed.day,
    });
  }
}

async function checkTombstone(audit: Audit, context: PackageContext, sealed: SealedPackage): Promise<void> {
  const { day, revision } = sealed;
  const path = `${packagePath(day, revision)}/tombstone.json`;
  const bytes = await readExpected(audit, path, LIMITS.ledgerEntry, day);
  if (bytes === undefined) return;
  const signer = await checkSignature(audit, context.keys, path, bytes, sealed);
  const hash = sha256Hex(bytes);
  if (hash !== sealed.tombstoneSha256) {
    return audit.found.add("TOMBSTONE_FORGED", {
      subject: path,
      found: hash,
      expected: String(sealed.tombstoneSha256),
      day,
    });
  }
  const tombstone = parseJsonObject(bytes);
  const said = ["format", "archive_id", "day", "revision", "manifest_sha256"].map((field) =>
    String(tombstone?.[field]),
  );
  const expected = [FORMAT, context.identity.archiveId, day, String(revision), sealed.manifestSha256];
  audit.found.expect("TOMBSTONE_WRONG", {
    subject: path,
    found: said.join(", "),
    expected: expected.join(", "),
    day,
  });
  const keyId = String(tombstone?.["key_id"]);
  audit.found.expect("SIGNATURE_WRONG", { subject: path, found: signer ?? keyId, expected: keyId, day });
}
