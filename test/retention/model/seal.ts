import { readFileSync } from "node:fs";
import { join } from "node:path";
import { retentionOfDay } from "../../../src/ledger/day-retention.js";
import { packagePath } from "../../../src/model/manifest.js";
import { sha256Hex } from "../../../src/model/sha256.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { sealDay } from "../../../src/seal/seal-day.js";
import type { EarlierRevision } from "../../../src/seal/seal-day.js";
import { verifyReading } from "../../../src/verify/verify-reading.js";
import { quickFiles } from "../../support/quick-files.js";
import { TENANT_ID, spooled } from "../../support/sample-archive.js";
import type { Process } from "./process.js";

const NEVER = new AbortController().signal;
let spools = 0;

/** Seals a reading of the day with these events; false when it has no others than the last. */
export async function sealReading(
  { files, archive }: Process,
  root: string,
  day: UtcDay,
  events: readonly string[],
): Promise<boolean> {
  const { ledger, signer, identity } = archive;
  const { index } = ledger;
  spools += 1;
  const folder = join(root, "spool", `${day}-${spools}`);
  const reading = await spooled({ files: quickFiles(), folder, day, events, compression: "zstd" });
  const verdict = await verifyReading({
    files: quickFiles(),
    reading,
    tenantId: TENANT_ID,
    workFolder: folder,
    signal: NEVER,
  });
  if (verdict.outcome !== "complete") throw new Error(JSON.stringify(verdict.findings));
  const kept = retentionOfDay(index.retention, day, index.days.get(day));
  if (kept === undefined) throw new Error("no rule");
  const sealed = await sealDay({
    files,
    signer,
    reading,
    verdict,
    earlier: earlierOf(root, archive, day),
    root,
    stagingFolder: join(root, "staging"),
    archiveId: identity.archiveId,
    tenantId: TENANT_ID,
    retention: { schedule: kept.schedule, keep: kept.keep, retain_until: kept.retainUntil },
    software: { name: "daybook", version: "0.0.0" },
    configSha256: sha256Hex("config"),
    previous: index.previous,
    signal: NEVER,
  });
  if (sealed.kind === "sealed") {
    const { manifest, manifestSha256 } = sealed;
    await ledger.append(
      { type: "day-sealed", day, revision: manifest.revision, manifest_sha256: manifestSha256 },
      "daybook",
    );
  }
  await files.removeTree(folder);
  return sealed.kind === "sealed";
}

function earlierOf(root: string, { ledger }: Process["archive"], day: UtcDay): EarlierRevision | undefined {
  const last = ledger.index.days.get(day)?.revisions.at(-1);
  if (last === undefined) return undefined;
  const path = join(root, packagePath(day, last.revision), "manifest.json");
  return { manifest: JSON.parse(readFileSync(path, "utf8")), manifestSha256: last.manifestSha256 };
}
