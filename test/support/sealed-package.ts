import { createHash } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { zstdCompressSync } from "node:zlib";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import { packagePath } from "../../src/model/manifest.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { weekdayManifest } from "./status-manifest.js";
import type { SealedDay } from "../../src/archive/sealed-package.js";

const sha256 = (bytes: Uint8Array | string): string => createHash("sha256").update(bytes).digest("hex");

async function put(root: string, path: string, bytes: Uint8Array | string): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), bytes);
}

/** A tenant's state folder with its describing files, `entries` ledger entries and their heads; none is signed. */
export async function writeState(root: string, entries: number): Promise<void> {
  for (const name of ["archive.json", "README.txt", "FORMAT.md", "keys/0a1b2c3d.pem"])
    await put(root, name, name);
  for (let seq = 0; seq < entries; seq += 1) {
    await put(root, entryPath(seq), `{"seq":${seq}}\n`);
    await put(root, headPath(seq + 1), `head ${seq + 1}\n`);
  }
  await put(root, "head", `head ${entries}\n`);
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
  await put(root, `${folder}/events.ndjson.zst`, events);
  await put(root, `${folder}/SHA256SUMS`, `${sha256(events)}  events.ndjson.zst\n`);
  await put(root, `${folder}/manifest.json.sig`, "signature");
  await put(root, `${folder}/manifest.json`, manifest);
  return { day, revision, manifestSha256: sha256(manifest) };
}
