import { mkdtemp, mkdir } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { nodeFiles } from "../../src/io/node-files.js";
import { fileExtension } from "../../src/model/compression.js";
import type { Compression } from "../../src/model/compression.js";
import { packFrame } from "../../src/bytes/frame.js";
import { pageFileName } from "../../src/model/page-record.js";
import type { PageRecord } from "../../src/model/page-record.js";
import type { Reading } from "../../src/model/reading.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { windowLabel } from "../../src/model/window.js";

export const DAY = "2026-11-20" as UtcDay;
export const TENANT_ID = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";

/** The JSON texts of one page's events. */
type Page = readonly string[];

export interface SpoolSpec {
  /** The pages of an hour; hours left out have one empty page. */
  readonly hours?: Readonly<Record<number, readonly Page[]>>;
  readonly compression?: Compression;
}

/** A folder of its own with an empty work folder and archive root in it. */
export async function tempArchive(): Promise<{ folder: string; work: string; root: string }> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-"));
  const [work, root] = [join(folder, "work"), join(folder, "root")];
  await mkdir(work);
  await mkdir(root);
  return { folder, work, root };
}

/** Writes a complete reading of DAY as `collect` would leave it in the spool. */
export async function spoolReading(folder: string, spec: SpoolSpec = {}): Promise<Reading> {
  const spool = await mkdtemp(join(folder, "spool-"));
  const pages: PageRecord[] = [];
  for (let hour = 0; hour < 24; hour++) pages.push(...(await spoolChain(spool, hour, spec)));
  return {
    day: DAY,
    reason: "scheduled",
    folder: spool,
    compression: spec.compression ?? "zstd",
    pages,
    summary: {
      started: "2026-11-21T02:00:00.000Z",
      ended: "2026-11-21T02:10:00.000Z",
      requests: pages.length,
      retries: 0,
      throttled_ms: 0,
      windows: 24,
    },
    clock: { own: "2026-11-21T02:10:00.000Z", api: null, skew_seconds: null },
    notices: [],
  };
}

async function spoolChain(spool: string, hour: number, spec: SpoolSpec): Promise<PageRecord[]> {
  const chain = spec.hours?.[hour] ?? [[]];
  const records: PageRecord[] = [];
  for (const [index, events] of chain.entries()) {
    const token = index + 1 < chain.length ? `token ${hour} ${index + 1}` : null;
    const body = pageBody(events, token);
    const record = pageRecord(hour, index + 1, body, events.length, token, records.at(-1));
    await writePage(spool, record, body, spec.compression ?? "zstd");
    records.push(record);
  }
  return records;
}

export function pageBody(events: readonly string[], token: string | null): Buffer {
  const encoded = token === null ? null : encodeURIComponent(token);
  return Buffer.from(
    `{"activityEventEntities":[${events.join(",")}],"continuationUri":null,"continuationToken":${JSON.stringify(encoded)},"lastResultSet":false}`,
  );
}

export async function writePage(
  spool: string,
  record: PageRecord,
  body: Uint8Array,
  compression: Compression = "zstd",
): Promise<void> {
  const name = pageFileName(record.window, record.number, fileExtension(compression));
  await nodeFiles.removeTree(join(spool, name));
  await nodeFiles.writeNew(join(spool, name), await packFrame(body, compression));
}

function pageRecord(
  hour: number,
  number: number,
  body: Uint8Array,
  events: number,
  token: string | null,
  before: PageRecord | undefined,
): PageRecord {
  return {
    window: windowLabel(hour),
    number,
    requested_at: "2026-11-21T02:00:00.000Z",
    received_at: "2026-11-21T02:00:01.000Z",
    attempts: 1,
    status: 200,
    path: "/v1.0/myorg/admin/activityevents",
    query: "…",
    request_id: `request-${hour}-${number}`,
    date: null,
    encoding: "identity",
    body_bytes: body.length,
    body_sha256: sha256Hex(body),
    events,
    token_in_sha256: before?.token_out_sha256 ?? null,
    token_out_sha256: token === null ? null : sha256Hex(token),
    last_result_set: false,
    uri_host: null,
  };
}

/** An event's JSON text; `fields` come behind Id, CreationTime, Activity and OrganizationId and may replace them. */
export function eventText(id: string, fields: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    Id: id,
    CreationTime: `${DAY}T07:55:15`,
    Activity: "ViewReport",
    OrganizationId: TENANT_ID,
    ...fields,
  });
}
