import { join } from "node:path";
import type { Files } from "../io/files.js";
import { DaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { ArchiveKeys } from "../archive/keys.js";
import { LIMITS } from "../archive/layout.js";

const PINNED_PATH = /^(?:archive\.json|README\.txt|FORMAT\.md|keys\/([0-9a-f]{8})\.pem)$/;

/**
 * Checks the files whose hashes the first entry of the ledger has, and returns the keys among them. A key that it does not
 * name is not trusted. ARCHIVE_DAMAGED when a file is missing or altered.
 */
export async function readPinnedFiles(
  files: Files,
  root: string,
  origin: string,
  first: LedgerEntry,
): Promise<ArchiveKeys> {
  const pems = new Map<string, string>();
  for (const [path, sha256] of pinnedFiles(first)) {
    // The path comes from disk: only the known names are ever opened.
    const match = PINNED_PATH.exec(path);
    if (match === null) throw damaged(path, "an unknown name", "a file of the format");
    const bytes = await readPinned(files, root, path);
    if (sha256Hex(bytes) !== sha256) throw damaged(path, `sha256 ${sha256Hex(bytes)}`, sha256);
    if (match[1] !== undefined) pems.set(match[1], new TextDecoder().decode(bytes));
  }
  return new ArchiveKeys(origin, pems);
}

/** ARCHIVE_DAMAGED when it is not the entry that creates an archive. */
function pinnedFiles(first: LedgerEntry): readonly (readonly [path: string, sha256: string])[] {
  if (first.type === "archive-created") return Object.entries(first.files);
  throw damaged(entryPath(0), first.type, "archive-created");
}

async function readPinned(files: Files, root: string, path: string): Promise<Uint8Array> {
  const stat = await files.stat(join(root, path));
  if (stat?.kind !== "file") throw damaged(path, stat?.kind ?? "nothing", "a file");
  return files.read(join(root, path), LIMITS.ledgerEntry);
}

function damaged(path: string, found: string, expected: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${path}: a file whose hash the ledger holds: found ${found}, expected ${expected}`,
  });
}
