import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { ArchiveKeys } from "../../src/archive/keys.js";
import { signEntry } from "../../src/ledger/entry-format.js";
import { FIRST_PREV, entryPath, headPath } from "../../src/model/ledger-entry.js";
import { packagePath } from "../../src/model/manifest.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { ARCHIVE_ID, TEST_KEY } from "./archive-fixture.js";
import { weekdayManifest } from "./status-manifest.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

function put(root: string, path: string, bytes: Uint8Array | string): void {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), bytes);
}

const ORIGIN = `daybook/${ARCHIVE_ID}`;
const STATE_SIGNER = TEST_KEY.signerFor(ORIGIN);
export const STATE_KEYS = new ArchiveKeys(ORIGIN, new Map([[STATE_SIGNER.keyId, TEST_KEY.publicPem]]));

/** A tenant's state folder with its describing files, `entries` signed ledger entries, and heads that are not. */
export async function writeState(root: string, entries: number): Promise<void> {
  for (const name of ["archive.json", "README.txt", "FORMAT.md", "keys/0a1b2c3d.pem"]) put(root, name, name);
  for (let seq = 0; seq < entries; seq += 1) {
    put(root, entryPath(seq), signedEntry(seq));
    put(root, headPath(seq + 1), `head ${seq + 1}\n`);
  }
  put(root, "head", `head ${entries}\n`);
}

/** An entry that the key in `STATE_KEYS` has signed. It continues no chain. */
export function signedEntry(seq: number, actor = "daybook"): string {
  const act = { type: "config-changed", config_sha256: FIRST_PREV } as const;
  const entry = { seq, prev: FIRST_PREV, time: "2026-11-21T12:00:00.000Z", actor, ...act };
  return Buffer.from(signEntry(entry, STATE_SIGNER)).toString();
}

/** A day package of these record lines in a state folder, as far as delivery looks at it. */
export async function writePackage(
  root: string,
  day: UtcDay,
  revision: number,
  lines: readonly string[],
): Promise<SealedDay> {
  const folder = packagePath(day, revision);
  const content = Buffer.from(lines.map((line) => `${line}\n`).join(""));
  const events = zstdCompressSync(content);
  const weekday = weekdayManifest(day);
  const manifest = JSON.stringify({
    ...weekday,
    revision,
    completeness: { ...weekday.completeness, distinct: lines.length },
    event_set_sha256: sha256(
      lines
        .toSorted()
        .map((line) => `${line}\n`)
        .join(""),
    ),
    files: [
      {
        path: "events.ndjson.zst",
        role: "events",
        bytes: events.length,
        sha256: sha256(events),
        content_bytes: content.length,
        content_sha256: sha256(content),
      },
    ],
  });
  put(root, `${folder}/events.ndjson.zst`, events);
  put(root, `${folder}/SHA256SUMS`, `${sha256(events)}  events.ndjson.zst\n`);
  put(root, `${folder}/manifest.json.sig`, "signature");
  put(root, `${folder}/manifest.json`, manifest);
  return { day, revision, manifestSha256: sha256(manifest) };
}
