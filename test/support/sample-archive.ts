import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Files } from "../../src/io/files.js";
import { readDocuments } from "../../src/ledger/archive-tree.js";
import { openArchive } from "../../src/ledger/open-archive.js";
import type { OpenArchive } from "../../src/ledger/open-archive.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { fileExtension } from "../../src/model/compression.js";
import type { Compression } from "../../src/model/compression.js";
import { packFrame } from "../../src/bytes/frame.js";
import type { Completeness, Manifest } from "../../src/model/manifest.js";
import { pageFileName } from "../../src/model/page-record.js";
import type { PageRecord } from "../../src/model/page-record.js";
import type { Reading } from "../../src/model/reading.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { windowsOf } from "../../src/model/window.js";
import type { Window } from "../../src/model/window.js";
import { sealDay } from "../../src/seal/seal-day.js";
import type { EarlierRevision } from "../../src/seal/seal-day.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import { testFiles } from "./test-files.js";

export const TENANT_ID = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
const ARCHIVE_ID = "0b9ff1c2-5a3e-4d0b-8d7e-1f2a3b4c5d6e";
const SIGNAL = new AbortController().signal;

export const SAMPLE_PEM =
  "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f\n-----END PRIVATE KEY-----\n";

/** A key for tests alone. */
export const SAMPLE_KEY = SigningKey.fromPem(SAMPLE_PEM, "test key");

export interface SampleArchive {
  /** Holds the archive as a record sink would. */
  readonly root: string;
  /** A folder for what a test needs beside it. */
  readonly work: string;
  readonly remove: () => Promise<void>;
}

/**
 * An archive made by the real steps: 2026-11-18 with pages in two windows, duplicates and a conflicting Id; 2026-11-19 with
 * a second revision that has a late event and carries one; 2026-11-20 without an event; 2026-11-17 lost.
 */
export async function makeSampleArchive(
  compression: Compression,
  signingKey: SigningKey = SAMPLE_KEY,
  falsify: (counts: Completeness) => Completeness = (counts) => counts,
): Promise<SampleArchive> {
  return makeArchive(
    [
      ["2026-11-18", manyEvents("2026-11-18")],
      ["2026-11-19", [event("a", "2026-11-19T01:00:00"), event("b", "2026-11-19T01:30:00")]],
      ["2026-11-17", "lost"],
      ["2026-11-20", []],
      ["2026-11-19", [event("b", "2026-11-19T01:30:00"), event("late", "2026-11-19T01:59:59")]],
    ],
    { compression, signingKey, falsify },
  );
}

/** A reading of a day, its events as the source has them; or its loss. */
type SampleReading = readonly [day: string, events: readonly string[] | "lost"];

/** An archive made by the real steps from these readings, in their order. */
async function makeArchive(
  readings: readonly SampleReading[],
  {
    compression = "zstd",
    signingKey = SAMPLE_KEY,
    falsify = (counts) => counts,
  }: {
    readonly compression?: Compression;
    readonly signingKey?: SigningKey;
    readonly falsify?: (counts: Completeness) => Completeness;
  } = {},
): Promise<SampleArchive> {
  const work = mkdtempSync(join(tmpdir(), "daybook-sample-"));
  const maker = new SampleMaker(join(work, "state"), compression, falsify);
  await maker.open(signingKey);
  for (const [day, events] of readings) {
    if (events === "lost") await maker.lose(day as UtcDay);
    else await maker.seal(day as UtcDay, events);
  }
  const root = join(work, "archive");
  mkdirSync(root);
  const parts = ["archive.json", "README.txt", "FORMAT.md", "head", "keys", "ledger", "heads", "days"];
  for (const part of parts) cpSync(join(work, "state", part), join(root, part), { recursive: true });
  return { root, work, remove: async () => rmSync(work, { recursive: true, force: true }) };
}

function event(id: string, time: string, more: object = {}): string {
  const fields = { Id: id, CreationTime: time, Activity: "ViewReport", OrganizationId: TENANT_ID, ...more };
  return JSON.stringify(fields).replace(/}$/, ',"Big":9007199254740993}');
}

function manyEvents(day: string): readonly string[] {
  const usual = Array.from({ length: 12 }, (_, index) =>
    event(`e${index}`, `${day}T01:00:${10 + index}`, { ItemName: 'Ä\u2028"x' }),
  );
  const conflicting = event("e1", `${day}T01:00:59`, { Activity: "ExportReport" });
  // A pretty-printed element: its line breaks become spaces in the record line.
  const pretty = `{\r\n  "Id": "pretty",\n  "CreationTime": "${day}T02:00:00Z"\n}`;
  return [...usual, usual[3] ?? "", conflicting, pretty, `{"CreationTime":"never"}`];
}

class SampleMaker {
  readonly #root: string;
  readonly #compression: Compression;
  /** What a writer that lies would sign. */
  readonly #falsify: (counts: Completeness) => Completeness;
  readonly #newest = new Map<UtcDay, EarlierRevision>();
  #archive: OpenArchive | undefined;
  #previous: string | null = null;
  readonly #files = testFiles();
  #nowMs = Date.parse("2026-11-21T12:00:00.000Z");

  constructor(root: string, compression: Compression, falsify: (counts: Completeness) => Completeness) {
    this.#root = root;
    this.#falsify = falsify;
    this.#compression = compression;
  }

  async open(signingKey: SigningKey): Promise<void> {
    mkdirSync(this.#root, { recursive: true });
    this.#archive = await openArchive(
      {
        files: this.#files,
        clock: { now: () => (this.#nowMs += 1000), sleep: () => Promise.resolve() },
        root: this.#root,
        tenantId: TENANT_ID,
        archiveId: ARCHIVE_ID,
        signingKey,
        documents: await readDocuments(this.#files),
        signedHeads: dirname(this.#root),
      },
      SIGNAL,
    );
  }

  async lose(day: UtcDay): Promise<void> {
    await this.#opened().ledger.append(
      { type: "day-lost", day, reason: "no connection for four weeks" },
      "daybook",
    );
  }

  /** Spreads the events over two pages of window T01, and leaves the other windows empty. */
  async seal(day: UtcDay, events: readonly string[]): Promise<void> {
    const { ledger, signer } = this.#opened();
    const reading = await spooled({
      files: this.#files,
      folder: join(this.#root, "spool", `${day}-${this.#nowMs}`),
      day,
      events,
      compression: this.#compression,
    });
    const verdict = await verifyReading({
      files: this.#files,
      reading,
      tenantId: TENANT_ID,
      workFolder: reading.folder,
      signal: SIGNAL,
    });
    if (verdict.outcome !== "complete") throw new Error(JSON.stringify(verdict.findings));
    const earlier = this.#newest.get(day);
    const sealed = await sealDay({
      files: this.#files,
      signer,
      reading,
      verdict: { ...verdict, completeness: this.#falsify(verdict.completeness) },
      earlier,
      root: this.#root,
      stagingFolder: join(this.#root, "staging"),
      archiveId: ARCHIVE_ID,
      tenantId: TENANT_ID,
      retention: { schedule: "FIN-07", keep: "7y", retain_until: "2033-11-21" as UtcDay },
      software: { name: "daybook", version: "0.0.0" },
      configSha256: sha256Hex("config"),
      previous: this.#previous,
      signal: SIGNAL,
    });
    if (sealed.kind !== "sealed") throw new Error(`${day}: ${sealed.kind}`);
    const { manifest, manifestSha256 } = sealed;
    await ledger.append(
      { type: "day-sealed", day, revision: manifest.revision, manifest_sha256: manifestSha256 },
      "daybook",
    );
    this.#previous = manifestSha256;
    this.#newest.set(day, { manifest, manifestSha256 });
  }

  #opened(): OpenArchive {
    if (this.#archive === undefined) throw new Error("not open");
    return this.#archive;
  }
}

interface SpoolOptions {
  readonly files: Files;
  /** Must not exist. */
  readonly folder: string;
  readonly day: UtcDay;
  readonly events: readonly string[];
  readonly compression: Compression;
}

/** A reading of the day as `collect` would leave it: its events in two pages of window T01, the other windows empty. */
export async function spooled(options: SpoolOptions): Promise<Reading> {
  const { files, folder, day, events, compression } = options;
  await files.makeFolder(folder);
  const pages: PageRecord[] = [];
  for (const window of windowsOf(day)) {
    const halves = window.label === "T01" ? [events.slice(0, 3), events.slice(3)] : [[]];
    for (const [index, half] of halves.entries())
      pages.push(
        await writePage(options, window, index + 1, { events: half, goesOn: index + 1 < halves.length }),
      );
  }
  return {
    day,
    reason: "scheduled",
    folder,
    compression,
    pages,
    summary: {
      started: clockTime(day, "01"),
      ended: clockTime(day, "02"),
      requests: 25,
      retries: 0,
      throttled_ms: 0,
      windows: 24,
    },
    clock: { own: clockTime(day, "02"), api: null, skew_seconds: null },
    notices: [],
  };
}

async function writePage(
  { files, folder, compression }: SpoolOptions,
  window: Window,
  number: number,
  { events, goesOn }: { readonly events: readonly string[]; readonly goesOn: boolean },
): Promise<PageRecord> {
  const token = goesOn ? `"%2BRID%3A${number}%3D"` : "null";
  const text = `{"activityEventEntities":[${events.join(",")}],"continuationUri":null,"continuationToken":${token},"lastResultSet":false}`;
  const body = Buffer.from(text);
  const name = pageFileName(window.label, number, fileExtension(compression));
  await files.writeNew(join(folder, name), await packFrame(body, compression));
  return {
    window: window.label,
    number,
    requested_at: window.start,
    received_at: window.end,
    attempts: 1,
    status: 200,
    path: "/v1.0/myorg/admin/activityevents",
    query:
      number === 1 ? `startDateTime='${window.start}'&endDateTime='${window.end}'` : "continuationToken='…'",
    request_id: null,
    date: null,
    encoding: "identity",
    body_bytes: body.length,
    body_sha256: sha256Hex(body),
    events: events.length,
    token_in_sha256: number > 1 ? sha256Hex(`+RID:${number - 1}=`) : null,
    token_out_sha256: goesOn ? sha256Hex(`+RID:${number}=`) : null,
    last_result_set: false,
    uri_host: null,
  };
}

function clockTime(day: UtcDay, hour: string): Manifest["clock"]["own"] {
  return `${day}T${hour}:00:00.000Z`;
}
