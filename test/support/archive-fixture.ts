import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import type { Clock } from "../../src/io/clock.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { openArchive } from "../../src/ledger/open-archive.js";
import type { OpenArchive } from "../../src/ledger/open-archive.js";
import { proveArchive } from "../../src/ledger/prove-archive.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { packagePath, revisionName } from "../../src/model/manifest.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { weekdayManifest } from "./status-manifest.js";
import { stableJson } from "../../src/model/stable-json.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";

export const TENANT_ID = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
export const ARCHIVE_ID = "0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e";

/** A key for tests alone. */
export const TEST_KEY = SigningKey.fromPem(
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n",
  "test key",
);

export const TEST_DOCUMENTS = {
  readme: Buffer.from("how to check it by hand\n"),
  format: Buffer.from("# the format\n"),
};

/** Stands still. */
export const fixedClock: Clock = {
  now: () => Date.parse("2026-11-21T12:00:00.000Z"),
  sleep: () => Promise.resolve(),
};

/** For work that no test aborts. */
export const NEVER = new AbortController().signal;

/** A folder that is removed when the test ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

export interface OpenTestArchive {
  readonly files?: Files;
  readonly clock?: Clock;
  readonly tenantId?: string;
  readonly signingKey?: SigningKey;
  readonly archiveId?: string;
  readonly signedHeads?: string;
}

export function openTestArchive(
  root: string,
  options: OpenTestArchive = {},
  signal: AbortSignal = NEVER,
): Promise<OpenArchive> {
  const defaults = {
    files: nodeFiles,
    clock: fixedClock,
    tenantId: TENANT_ID,
    signingKey: TEST_KEY,
    documents: TEST_DOCUMENTS,
    archiveId: ARCHIVE_ID,
  };
  return openArchive({ ...defaults, root, signedHeads: root, ...options }, signal);
}

/** Opens the archive and reads all that it holds, as a pass does before it works. */
export async function proveTestArchive(root: string, options: OpenTestArchive = {}): Promise<OpenArchive> {
  const archive = await openTestArchive(root, options);
  const { files = nodeFiles, clock = fixedClock } = options;
  await proveArchive({ files, clock, root, ledger: archive.ledger }, NEVER);
  return archive;
}

export function day(text: string): UtcDay {
  const parsed = parseUtcDay(text);
  if (parsed === undefined) throw new Error(`no day: ${text}`);
  return parsed;
}

/**
 * Puts a small day package in its place by the steps of the protocol, without its ledger entry. Its files are what a
 * package has; their content is made up. Returns the manifest's hash.
 */
export async function placePackage(
  files: Files,
  root: string,
  { identity, ledger, signer }: OpenArchive,
  {
    day: of,
    revision = 1,
    ...claims
  }: { readonly day: UtcDay; readonly revision?: number; readonly previous?: string },
): Promise<string> {
  const index = ledger.index;
  const contents = new Map([
    ["h00-0001.json.zst", `page of ${of} ${revision}`],
    ["pages.jsonl", `{"day":"${of}"}\n`],
    ["events.ndjson.zst", `events of ${of} ${revision}`],
  ]);
  const manifest = stableJson({
    ...weekdayManifest(of),
    archive_id: identity.archiveId,
    tenant_id: identity.tenantId,
    day: of,
    revision,
    supersedes: index.days.get(of)?.revisions.at(-1)?.manifestSha256 ?? null,
    files: [...contents].map(([path, text]) => {
      const [bytes, sha256] = [Buffer.byteLength(text), sha256Hex(text)];
      const role = path.startsWith("h") ? "page" : path.startsWith("pages") ? "ledger" : "events";
      return { path, role, bytes, sha256, content_bytes: bytes, content_sha256: sha256 };
    }),
    previous: index.previous,
    key_id: signer.keyId,
    ...claims,
  });
  const sums = [...contents, ["manifest.json", manifest] as const].map(
    ([path, bytes]) => `${sha256Hex(bytes)}  ${path}\n`,
  );
  const all: readonly (readonly [string, string | Uint8Array])[] = [
    ...contents,
    ["SHA256SUMS", sums.join("")],
    ["manifest.json", manifest],
    ["manifest.json.sig", signer.sign(manifest)],
  ];

  const staged = join(root, "staging", `${of}-${revisionName(revision)}`);
  await files.makeFolder(staged);
  for (const [name, bytes] of all) await files.writeNew(join(staged, name), Buffer.from(bytes));
  await files.syncFolder(staged);
  const target = join(root, packagePath(of, revision));
  await files.makeFolder(dirname(target));
  await files.rename(staged, target);
  for (let folder = dirname(target); folder !== root; folder = dirname(folder))
    await files.syncFolder(folder);
  return sha256Hex(manifest);
}

/** `placePackage`, then its entry. */
export async function sealPackage(
  files: Files,
  root: string,
  archive: OpenArchive,
  of: { readonly day: UtcDay; readonly revision?: number },
): Promise<string> {
  const manifestSha256 = await placePackage(files, root, archive, of);
  const { revision = 1 } = of;
  await archive.ledger.append(
    { type: "day-sealed", day: of.day, revision, manifest_sha256: manifestSha256 },
    "daybook",
  );
  return manifestSha256;
}

/** An archive with a package for each of the days, sealed in that order. */
export async function sealedTestArchive(...days: readonly UtcDay[]): Promise<string> {
  const root = await temporaryFolder();
  const archive = await openTestArchive(root);
  for (const of of days) await sealPackage(nodeFiles, root, archive, { day: of });
  return root;
}
