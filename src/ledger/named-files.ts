import {
  TOMBSTONE,
  TOMBSTONE_FILES,
  actFolder,
  anchorPolicyPath,
  cosignaturePath,
  planPath,
} from "../archive/layout.js";
import type { HashedFile } from "../archive/read-hashed.js";
import type { ArchiveSource } from "../archive/source.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";

/** The paths of the files that an entry names by hash, apart from day packages and those of entry 0. */
export async function namedFiles(
  entry: LedgerEntry,
  archive: Pick<ArchiveSource, "list">,
  signal: AbortSignal,
): Promise<readonly string[]> {
  switch (entry.type) {
    case "roster-set":
    case "schedule-set":
    case "hold-placed":
    case "hold-released":
    case "disposal-approved":
    case "standing-approved":
    case "standing-withdrawn":
    case "plan-refused": {
      const paths: string[] = [];
      for await (const path of archive.list(`${actFolder(entry.seq)}/`, signal)) paths.push(path);
      return paths;
    }
    case "plan-drawn":
      return [planPath(entry.plan)];
    case "anchor-policy":
      return [anchorPolicyPath(entry.seq)];
    case "anchored":
      return [cosignaturePath(entry.size)];
    case "disposed":
      return TOMBSTONE_FILES.map((name) => `${packagePath(entry.day, entry.revision)}/${name}`);
    default:
      return [];
  }
}

/** Of these files, the one whose hash the entry has; undefined for entries that name none. */
export function pinnedFile(entry: LedgerEntry): HashedFile | undefined {
  const statement = `${actFolder(entry.seq)}/statement.json`;
  switch (entry.type) {
    case "roster-set":
      return { path: `${actFolder(entry.seq)}/roster.json`, sha256: entry.roster_sha256 };
    case "schedule-set":
    case "hold-placed":
    case "hold-released":
    case "disposal-approved":
    case "standing-approved":
    case "standing-withdrawn":
    case "plan-refused":
      return entry.statement_sha256 === null
        ? undefined
        : { path: statement, sha256: entry.statement_sha256 };
    case "plan-drawn":
      return { path: planPath(entry.plan), sha256: entry.plan_sha256 };
    case "anchor-policy":
      return { path: anchorPolicyPath(entry.seq), sha256: entry.policy_sha256 };
    case "anchored":
      return { path: cosignaturePath(entry.size), sha256: entry.token_sha256 };
    case "disposed":
      return {
        path: `${packagePath(entry.day, entry.revision)}/${TOMBSTONE}`,
        sha256: entry.tombstone_sha256,
      };
    default:
      return undefined;
  }
}
