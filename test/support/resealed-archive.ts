import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parseIdentity } from "../../src/ledger/archive-tree.js";
import { signHead } from "../../src/archive/head.js";
import { decodeFrame } from "../../src/bytes/frame-decoder.js";
import { packFrame } from "../../src/bytes/frame.js";
import { parseEntry, signEntry } from "../../src/ledger/entry-format.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import type { LedgerEntry } from "../../src/model/ledger-entry.js";
import type { Manifest } from "../../src/model/manifest.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { stableJson } from "../../src/model/stable-json.js";
import { ledgerRoot } from "./ledger-root.js";
import { SAMPLE_KEY } from "./sample-archive.js";

/** The package that the sample archive's newest entry seals: a second revision, with a carried record. */
export const NEWEST = "days/2026/11/19/r0002";
const NEWEST_SEQ = 5;

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** What a forger with the signing key changes before he signs anew. */
export interface Forgery {
  /** A file of the package, its content decompressed: gives the new content. */
  readonly file?: { readonly path: string; readonly edit: (content: string) => string };
  /** A file of the package as it is stored: gives the new bytes. */
  readonly stored?: { readonly path: string; readonly edit: (bytes: Buffer) => Buffer };
  readonly manifest?: (manifest: Writable<Manifest>) => void;
}

/** Alters the newest package and signs everything that depends on it, so that hashes and signatures hold. */
export async function reseal(root: string, forgery: Forgery): Promise<void> {
  const folder = join(root, NEWEST);
  const manifest = JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")) as Writable<Manifest>;
  if (forgery.file !== undefined) await forgeFile(folder, manifest, forgery.file);
  if (forgery.stored !== undefined) await forgeStored(folder, manifest, forgery.stored);
  forgery.manifest?.(manifest);
  const { origin } = parseIdentity(await readFile(join(root, "archive.json")), "archive.json");
  const signer = SAMPLE_KEY.signerFor(origin);
  const bytes = stableJson(manifest);
  await writeFile(join(folder, "manifest.json"), bytes);
  await writeFile(join(folder, "manifest.json.sig"), signer.sign(bytes));
  const sums = manifest.files.map(({ sha256, path }) => `${sha256}  ${path}\n`);
  await writeFile(join(folder, "SHA256SUMS"), [...sums, `${sha256Hex(bytes)}  manifest.json\n`].join(""));

  const path = entryPath(NEWEST_SEQ);
  const entry = parseEntry(await readFile(join(root, path)), path);
  await writeFile(
    join(root, path),
    signEntry({ ...entry, manifest_sha256: sha256Hex(bytes) } as LedgerEntry, signer),
  );
  const size = NEWEST_SEQ + 1;
  const head = signHead({ origin, size, root: await ledgerRoot(root, size) }, signer);
  await writeFile(join(root, headPath(size)), head);
  await writeFile(join(root, "head"), head);
}

async function forgeStored(
  folder: string,
  manifest: Writable<Manifest>,
  { path, edit }: NonNullable<Forgery["stored"]>,
): Promise<void> {
  const bytes = edit(await readFile(join(folder, path)));
  await writeFile(join(folder, path), bytes);
  const forged = { bytes: bytes.length, sha256: sha256Hex(bytes) };
  manifest.files = manifest.files.map((file) => (file.path === path ? { ...file, ...forged } : file));
}

async function forgeFile(
  folder: string,
  manifest: Writable<Manifest>,
  { path, edit }: NonNullable<Forgery["file"]>,
): Promise<void> {
  const listed = manifest.files.find((file) => file.path === path);
  if (listed === undefined) throw new Error(`no ${path}`);
  const isCompressed = path.endsWith(".zst");
  const stored = await readFile(join(folder, path));
  const before = isCompressed ? await decodeFrame(stored, "zstd", listed.content_bytes) : stored;
  const content = Buffer.from(edit(Buffer.from(before).toString()));
  const bytes = isCompressed ? await packFrame(content, "zstd") : content;
  await writeFile(join(folder, path), bytes);
  const forged = {
    bytes: bytes.length,
    sha256: sha256Hex(bytes),
    content_bytes: content.length,
    content_sha256: sha256Hex(content),
  };
  manifest.files = manifest.files.map((file) => (file.path === path ? { ...file, ...forged } : file));
}
