import { execFileSync } from "node:child_process";
import { createHash, createPrivateKey, createPublicKey, sign, verify } from "node:crypto";
import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import type { Compression } from "../../src/model/compression.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { PackageFiles } from "../../src/archive/package-files.js";
import { folderSource } from "../../src/archive/folder-source.js";
import { eachLine } from "../../src/plugin/record-lines.js";
import { sealDay } from "../../src/seal/seal-day.js";
import type { EarlierRevision, SealOutcome } from "../../src/seal/seal-day.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import { TENANT_ID, eventText, spoolReading, tempArchive } from "../support/spooled-reading.js";

// A fixed key, so that the same input must give the same bytes: RFC 8410, section 10.3.
const PRIVATE_KEY = createPrivateKey(
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
);
const signer = { keyId: "0badcafe", sign: (bytes: Uint8Array) => sign(null, bytes, PRIVATE_KEY) };

type Sealed = Extract<SealOutcome, { kind: "sealed" }>;

let folder: string;
let work: string;
let root: string;

beforeEach(async () => {
  ({ folder, work, root } = await tempArchive());
});

afterEach(() => rm(folder, { recursive: true }));

async function seal(
  events: readonly string[],
  earlier?: EarlierRevision,
  compression: Compression = "zstd",
): Promise<SealOutcome> {
  const reading = await spoolReading(folder, {
    hours: { 7: [events.slice(0, 2), events.slice(2)] },
    compression,
  });
  const signal = new AbortController().signal;
  const verdict = await verifyReading({
    files: nodeFiles,
    reading,
    tenantId: TENANT_ID,
    workFolder: work,
    signal,
  });
  if (verdict.outcome === "incomplete") throw new Error(JSON.stringify(verdict.findings));
  return sealDay({
    files: nodeFiles,
    signer,
    reading,
    verdict,
    earlier,
    root,
    stagingFolder: work,
    archiveId: "archive",
    tenantId: TENANT_ID,
    retention: { schedule: "FIN-07", keep: "7y", retain_until: "2033-11-21" as UtcDay },
    software: { name: "daybook", version: "0.1.0" },
    configSha256: "0".repeat(64),
    previous: null,
    signal,
  });
}

async function sealFirst(events: readonly string[], compression?: Compression): Promise<Sealed> {
  return asSealed(await seal(events, undefined, compression));
}

function asSealed(outcome: SealOutcome): Sealed {
  if (outcome.kind !== "sealed") throw new Error(`expected a sealed day, got ${outcome.kind}`);
  return outcome;
}

function earlierOf({ manifest, manifestSha256 }: Sealed): EarlierRevision {
  return { manifest, manifestSha256 };
}

async function linesOf({ manifest }: Sealed): Promise<readonly string[]> {
  const held = new PackageFiles(folderSource(nodeFiles, root), manifest, new AbortController().signal);
  const lines: string[] = [];
  for await (const line of eachLine(held.recordBlocks())) lines.push(line);
  return lines;
}

function setHash(lines: readonly string[]): string {
  const sorted = lines
    .map((line) => Buffer.from(`${line}\n`))
    .toSorted((one, other) => Buffer.compare(one, other));
  return createHash("sha256").update(Buffer.concat(sorted)).digest("hex");
}

const [a, b, c] = [eventText("a"), eventText("b", { n: "é" }), eventText("c")];

describe("sealing a first revision", () => {
  it("puts a package in its place that sha256sum accepts and whose signature holds", async () => {
    const { manifest, manifestSha256, path } = await sealFirst([b, a, b, c]);

    const place = `${root}/${path}`;
    const bytes = await nodeFiles.read(`${place}/manifest.json`);
    const checked = execFileSync("sha256sum", ["-c", "SHA256SUMS"], { cwd: place, encoding: "utf8" });
    expect(path).toBe("days/2026/11/20/r0001");
    expect(checked.trim().split("\n")).toHaveLength(manifest.files.length + 1);
    expect(JSON.parse(Buffer.from(bytes).toString())).toEqual(manifest);
    expect(createHash("sha256").update(bytes).digest("hex")).toBe(manifestSha256);
    const signature = await nodeFiles.read(`${place}/manifest.json.sig`);
    expect(signature).toHaveLength(64);
    expect(verify(null, bytes, createPublicKey(PRIVATE_KEY), signature)).toBe(true);
    expect(await nodeFiles.list(work)).toEqual([]);
  });

  it("names the set of events by the hash of its sorted lines", async () => {
    const sealed = await sealFirst([c, a, b, a]);

    expect(await linesOf(sealed)).toEqual([c, a, b]);
    expect(sealed.manifest.event_set_sha256).toBe(setHash([a, b, c]));
    expect(sealed.manifest.diff).toEqual({ against: null, added: 3, removed: 0, changed: 0, missing: 0 });
  });

  it("gives the same bytes for the same reading, clock and key", async () => {
    const first = await sealFirst([a, b]);
    const bytes = await nodeFiles.read(`${root}/${first.path}/manifest.json`);
    await rm(`${root}/days`, { recursive: true });

    const second = await sealFirst([a, b]);

    expect(await nodeFiles.read(`${root}/${second.path}/manifest.json`)).toEqual(bytes);
  });

  it("may be compressed with gzip", async () => {
    const sealed = await sealFirst([a, b], "gzip");

    expect(await linesOf(sealed)).toEqual([a, b]);
    expect(sealed.manifest.files.at(-1)?.path).toBe("events.ndjson.gz");
  });

  it("never replaces a package that is there", async () => {
    await sealFirst([a]);

    await expect(seal([b])).rejects.toMatchObject({ code: "FILE_EXISTS" });
    expect(await nodeFiles.list(work)).toEqual([]);
  });
});

describe("sealing a later reading", () => {
  it("adds a revision that carries what the source no longer gives (fault 28)", async () => {
    const first = await sealFirst([a, b, eventText("d", { v: 1 })]);
    const changed = eventText("d", { v: 2 });

    const second = asSealed(await seal([a, c, changed], earlierOf(first)));

    expect(await linesOf(second)).toEqual([a, c, changed, b, eventText("d", { v: 1 })]);
    expect(second.manifest).toMatchObject({
      revision: 2,
      supersedes: first.manifestSha256,
      diff: { against: 1, added: 2, removed: 2, changed: 1 },
      completeness: { distinct: 3, carried: 2 },
      event_set_sha256: setHash(await linesOf(second)),
    });
    expect(second).toMatchObject({ missing: 1, notices: [{ code: "SOURCE_SHRANK" }] });
    expect(await linesOf(first)).toHaveLength(3);
  });

  it("makes no revision of the same set of events, in whatever order", async () => {
    const first = await sealFirst([a, b, c]);

    const outcome = await seal([c, b, a, a], earlierOf(first));

    expect(outcome).toMatchObject({ kind: "rechecked", revision: 1, missing: 0, notices: [] });
    expect(await nodeFiles.list(`${root}/days/2026/11/20`)).toEqual(["r0001"]);
    expect(await nodeFiles.list(work)).toEqual([]);
  });

  it("keeps the old revision and says so when the source only gives less (fault 28)", async () => {
    const first = await sealFirst([a, b, c]);

    const outcome = await seal([a], earlierOf(first));

    expect(outcome).toMatchObject({ kind: "rechecked", missing: 2, notices: [{ code: "SOURCE_SHRANK" }] });
    expect(await linesOf(first)).toEqual([a, b, c]);
  });

  it("is refused when the earlier revision is damaged", async () => {
    const first = await sealFirst([a, b, c]);
    await nodeFiles.append(`${root}/${first.path}/events.ndjson.zst`, Buffer.from("x"));

    await expect(seal([a], earlierOf(first))).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });
});
