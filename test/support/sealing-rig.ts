import { createHash, createPrivateKey, sign } from "node:crypto";
import type { Files } from "../../src/io/files.js";
import { testFiles } from "./test-files.js";
import type { Compression } from "../../src/model/compression.js";
import type { Reading } from "../../src/model/reading.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { PackageFiles } from "../../src/archive/package-files.js";
import { folderSource } from "../../src/archive/folder-source.js";
import { eachLine } from "../../src/plugin/record-lines.js";
import { sealDay } from "../../src/seal/seal-day.js";
import type { SealOutcome } from "../../src/seal/seal-day.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import { TENANT_ID, spoolReading, tempArchive } from "./spooled-reading.js";

// A fixed key, so that the same input must give the same bytes: RFC 8410, section 10.3.
const PRIVATE_KEY = createPrivateKey(
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
);

export type Sealed = Extract<SealOutcome, { readonly kind: "sealed" }>;

export interface SealOptions {
  readonly compression?: Compression;
  readonly earlier?: Sealed;
  /** The disk as verifying and sealing see it; the spool is written on the real one. */
  readonly files?: Files;
}

export type SealReadingOptions = Omit<SealOptions, "compression">;

/** Verifying and sealing, on a temporary folder. */
export interface SealingRig {
  /** Holds all the others; the test removes it. */
  readonly folder: string;
  readonly work: string;
  readonly root: string;
  /** One day with these events in two pages of one window, in the spool. */
  read(events: readonly string[], compression?: Compression): Promise<Reading>;
  sealReading(reading: Reading, options?: SealReadingOptions): Promise<Sealed>;
  /** Both. */
  seal(events: readonly string[], options?: SealOptions): Promise<Sealed>;
  linesOf(sealed: Sealed, files?: Files): Promise<readonly string[]>;
  /** What `sort | sha256sum` says of the lines. */
  setHash(lines: readonly string[]): string;
}

export async function sealingRig(): Promise<SealingRig> {
  const place = await tempArchive();
  const { folder, work, root } = place;
  const signal = new AbortController().signal;

  function read(events: readonly string[], compression: Compression = "zstd"): Promise<Reading> {
    return spoolReading(folder, { hours: { 7: [events.slice(0, 2), events.slice(2)] }, compression });
  }

  async function sealReading(reading: Reading, options: SealReadingOptions = {}): Promise<Sealed> {
    const { earlier, files = testFiles() } = options;
    const verdict = await verifyReading({ files, reading, tenantId: TENANT_ID, workFolder: work, signal });
    if (verdict.outcome === "incomplete") throw new Error(JSON.stringify(verdict.findings));
    const outcome = await sealDay({
      files,
      signer: { keyId: "0badcafe", sign: (bytes) => sign(null, bytes, PRIVATE_KEY) },
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
      previous: earlier?.manifestSha256 ?? null,
      signal,
    });
    if (outcome.kind !== "sealed") throw new Error(`expected a sealed day, got ${outcome.kind}`);
    return outcome;
  }

  async function seal(events: readonly string[], options: SealOptions = {}): Promise<Sealed> {
    return sealReading(await read(events, options.compression), options);
  }

  async function linesOf({ manifest }: Sealed, files: Files = testFiles()): Promise<readonly string[]> {
    const held = new PackageFiles(folderSource(files, root), manifest, new AbortController().signal);
    const lines: string[] = [];
    for await (const line of eachLine(held.recordBlocks())) lines.push(line);
    return lines;
  }

  return { folder, work, root, read, sealReading, seal, linesOf, setHash };
}

function setHash(lines: readonly string[]): string {
  const sorted = lines
    .map((line) => Buffer.from(`${line}\n`))
    .toSorted((one, other) => Buffer.compare(one, other));
  return createHash("sha256").update(Buffer.concat(sorted)).digest("hex");
}
