import { dirname } from "node:path";
import { LIMITS, MANIFEST, PAGE_LEDGER, SIGNATURE, SUMS } from "../archive/layout.js";
import { sumLine } from "../archive/package-check.js";
import type { FileDigest } from "../io/compressed-file.js";
import type { Files } from "../io/files.js";
import { hashFile } from "../io/hash-file.js";
import { fileExtension } from "../model/compression.js";
import { DaybookError } from "../model/errors.js";
import { manifestBytes } from "../model/manifest.js";
import type { FileRole, Manifest, ManifestFile } from "../model/manifest.js";
import { pageFileName } from "../model/page-record.js";
import type { PageRecord } from "../model/page-record.js";
import type { Reading } from "../model/reading.js";
import { sha256Hex } from "../model/sha256.js";
import type { Signer } from "../model/signer.js";
import type { UtcDay } from "../model/utc-day.js";
import { jsonLine } from "../model/stable-json.js";

/** The files that close a package, as written. */
export interface Closing {
  readonly manifest: Uint8Array;
  readonly signature: Uint8Array;
  readonly sums: Uint8Array;
}

/** Assembles a day package in a staging folder that exists and is empty. */
export class DayPackage {
  readonly #files: Files;
  readonly #staging: string;
  readonly #listed: ManifestFile[] = [];

  constructor(files: Files, staging: string) {
    this.#files = files;
    this.#staging = staging;
  }

  /** The files for the manifest, in the order in which they were added. */
  get listed(): readonly ManifestFile[] {
    return this.#listed;
  }

  /** Adds the page files as hard links, so that the spool stays usable until the day is committed. */
  async addPages(reading: Reading): Promise<void> {
    for (const record of reading.pages) await this.#addPage(reading, record);
    const ledger = new TextEncoder().encode(reading.pages.map((page) => jsonLine(inOrder(page))).join(""));
    await this.#files.writeNew(`${this.#staging}/${PAGE_LEDGER}`, ledger);
    const [bytes, sha256] = [ledger.length, sha256Hex(ledger)];
    this.#list(PAGE_LEDGER, "ledger", { bytes, sha256, contentBytes: bytes, contentSha256: sha256 });
  }

  /** Adds a file that is already in the folder and durable. */
  addLines(name: string, role: "events" | "carried", digest: FileDigest): void {
    this.#list(name, role, digest);
  }

  /** Writes manifest, signature and sums, and makes the folder durable. READING_INCOMPLETE for a manifest above its limit. */
  async finish(manifest: Manifest, signer: Signer): Promise<Closing> {
    const bytes = manifestBytes(manifest);
    if (bytes.length > LIMITS.manifest) throw tooLarge(manifest.day, bytes.length);
    const closing = { manifest: bytes, signature: signer.sign(bytes), sums: sumsOf(manifest, bytes) };
    await this.#files.writeNew(`${this.#staging}/${MANIFEST}`, closing.manifest);
    await this.#files.writeNew(`${this.#staging}/${SIGNATURE}`, closing.signature);
    await this.#files.writeNew(`${this.#staging}/${SUMS}`, closing.sums);
    await this.#files.syncFolder(this.#staging);
    return closing;
  }

  async #addPage(reading: Reading, record: PageRecord): Promise<void> {
    const name = pageFileName(record.window, record.number, fileExtension(reading.compression));
    const path = `${reading.folder}/${name}`;
    const frame = await hashFile(this.#files, path);
    await this.#files.link(path, `${this.#staging}/${name}`);
    const content = { contentBytes: record.body_bytes, contentSha256: record.body_sha256 };
    this.#list(name, "page", { ...frame, ...content });
  }

  #list(path: string, role: FileRole, digest: FileDigest): void {
    const { bytes, sha256, contentBytes, contentSha256 } = digest;
    this.#listed.push({
      path,
      role,
      bytes,
      sha256,
      content_bytes: contentBytes,
      content_sha256: contentSha256,
    });
  }
}

/** Moves a finished package to its place below `root`, where nothing may be yet, and makes the move durable. */
export async function placePackage(files: Files, staging: string, root: string, path: string): Promise<void> {
  const target = `${root}/${path}`;
  await files.makeFolder(dirname(target));
  await files.rename(staging, target);
  await files.syncFolder(dirname(staging));
  // Upwards: a folder's name is an entry of its parent.
  for (let folder = dirname(path); folder !== "."; folder = dirname(folder)) {
    await files.syncFolder(`${root}/${folder}`);
  }
  await files.syncFolder(root);
}

/** Reads a placed package back and compares it with what was written. DISK_FAILED when they differ. */
export async function recheckPackage(
  files: Files,
  folder: string,
  listed: readonly ManifestFile[],
  closing: Closing,
): Promise<void> {
  const expected = new Map<string, string>([
    ...listed.map((file) => [file.path, file.sha256] as const),
    [MANIFEST, sha256Hex(closing.manifest)],
    [SIGNATURE, sha256Hex(closing.signature)],
    [SUMS, sha256Hex(closing.sums)],
  ]);
  const found = await files.list(folder);
  const names = [...expected.keys()].toSorted();
  if (found.join("\n") !== names.join("\n")) throw notKept(folder, found.join(" "), names.join(" "));
  for (const [name, sha256] of expected) {
    const { sha256: actual } = await hashFile(files, `${folder}/${name}`);
    if (actual !== sha256) throw notKept(`${folder}/${name}`, `sha256 ${actual}`, sha256);
  }
}

/** `sha256sum -c` form, over all files of the package but itself and the signature. */
function sumsOf(manifest: Manifest, bytes: Uint8Array): Uint8Array {
  const listed = [...manifest.files, { path: MANIFEST, sha256: sha256Hex(bytes) }];
  return new TextEncoder().encode(listed.map((file) => `${sumLine(file)}\n`).join(""));
}

function notKept(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("DISK_FAILED", {
    message: `${subject}: read back after writing: found ${found}, expected ${expected}`,
  });
}

/** The fields in the order that the format fixes, whatever order the record was made in. */
function inOrder(page: PageRecord): PageRecord {
  return {
    window: page.window,
    number: page.number,
    requested_at: page.requested_at,
    received_at: page.received_at,
    attempts: page.attempts,
    status: page.status,
    path: page.path,
    query: page.query,
    request_id: page.request_id,
    date: page.date,
    encoding: page.encoding,
    body_bytes: page.body_bytes,
    body_sha256: page.body_sha256,
    events: page.events,
    token_in_sha256: page.token_in_sha256,
    token_out_sha256: page.token_out_sha256,
    last_result_set: page.last_result_set,
    uri_host: page.uri_host,
  };
}

/** No reader would take it, so nothing is sealed. */
function tooLarge(day: UtcDay, bytes: number): DaybookError {
  return new DaybookError("READING_INCOMPLETE", {
    message: `${day}: manifest: found ${bytes} bytes, expected at most ${LIMITS.manifest}`,
    hint: "the day has more pages than a package can list; report it with the log",
  });
}
