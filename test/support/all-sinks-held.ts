import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { AllSinksRig } from "./all-sinks-rig.js";
import { openDuckDb } from "./parquet-duckdb.js";

/** The record lines of each day, in no order. A day without any need not be there. */
export type HeldDays = ReadonlyMap<UtcDay, readonly string[]>;

/** The objects of a store under the names that an archive gives them. */
type Objects = ReadonlyMap<string, () => Promise<Uint8Array>>;

/** What an archive in a folder holds: `ls`, and zstd. */
export function heldInFolder(root: string): Promise<HeldDays> {
  const paths = readdirSync(root, { recursive: true, encoding: "utf8" });
  return heldInArchive(new Map(paths.map((path) => [path, async () => readFileSync(join(root, path))])));
}

/** What the archive in the bucket holds: the AWS SDK, and zstd. */
export async function heldInBucket(rig: AllSinksRig): Promise<HeldDays> {
  return heldInArchive(await objectsOf(rig, rig.bucket, "powerbi/contoso/"));
}

/** What the archive in the container holds: the Azure SDK, and zstd. */
export async function heldInContainer({ container }: AllSinksRig): Promise<HeldDays> {
  const prefix = "powerbi/contoso/";
  const objects = new Map<string, () => Promise<Uint8Array>>();
  for await (const { name } of container.listBlobsFlat({ prefix })) {
    objects.set(name.slice(prefix.length), () => container.getBlobClient(name).downloadToBuffer());
  }
  return heldInArchive(objects);
}

/** What the Parquet files below a folder hold: DuckDB. */
export async function heldInParquet(folder: string): Promise<HeldDays> {
  const query = await openDuckDb();
  const files = join(folder, "tenant=contoso", "*", "events.parquet");
  const rows = await query(
    `SELECT date::VARCHAR AS day, event FROM read_parquet('${files}', hive_partitioning = true)`,
  );
  return byDay(rows.map(({ day, event }) => [String(day) as UtcDay, String(event)]));
}

/** The same of Parquet files in a bucket: the AWS SDK, and DuckDB. */
export async function heldInParquetBucket(rig: AllSinksRig): Promise<HeldDays> {
  const copy = mkdtempSync(join(rig.folder, "lake-copy-"));
  for (const [key, read] of await objectsOf(rig, rig.lakeBucket, "")) {
    const path = join(copy, key);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, await read());
  }
  const held = await heldInParquet(copy);
  rmSync(copy, { recursive: true });
  return held;
}

/** What the tables hold: psql. */
export async function heldInTables({ postgres }: AllSinksRig): Promise<HeldDays> {
  const days = rowsOf(postgres.psql(["-At", "-c", "SELECT DISTINCT date FROM daybook.event_lines"]));
  return new Map(
    days.map((day) => {
      const query = `SELECT event FROM daybook.event_lines WHERE tenant = 'contoso' AND date = '${day}'`;
      return [day as UtcDay, rowsOf(postgres.psql(["-At", "-c", query]))];
    }),
  );
}

/** What makes two days the same: how many records, their ids, and the digest as FORMAT.md has it made by `sort | sha256sum`. */
export function summaryOf(lines: readonly string[]): object {
  const sorted = lines.map((line) => Buffer.from(`${line}\n`)).toSorted((a, b) => Buffer.compare(a, b));
  const ids = lines.map((line) => String((JSON.parse(line) as { readonly Id?: unknown }).Id)).toSorted();
  return { records: lines.length, ids, event_set_sha256: sha256Of(Buffer.concat(sorted)) };
}

/** By S3's own way of telling it: base64. */
function sha256Of(bytes: Uint8Array, encoding: "hex" | "base64" = "hex"): string {
  return createHash("sha256").update(bytes).digest(encoding);
}

export async function objectsOf({ s3 }: AllSinksRig, bucket: string, prefix: string): Promise<Objects> {
  const objects = new Map<string, () => Promise<Uint8Array>>();
  for (let token: string | undefined; ;) {
    const page = await s3.listObjectsV2({ Bucket: bucket, Prefix: prefix, ContinuationToken: token });
    for (const { Key = "" } of page.Contents ?? []) {
      objects.set(Key.slice(prefix.length), async () => {
        const { Body } = await s3.getObject({ Bucket: bucket, Key });
        return (await Body?.transformToByteArray()) ?? new Uint8Array();
      });
    }
    token = page.NextContinuationToken;
    if (token === undefined) return objects;
  }
}

/** The newest revision of each day, which alone gives its current view. */
async function heldInArchive(objects: Objects): Promise<HeldDays> {
  const newest = new Map<UtcDay, string>();
  for (const path of [...objects.keys()].toSorted()) {
    const found = /^days\/(\d{4})\/(\d\d)\/(\d\d)\/r\d{4}(?=\/manifest\.json$)/.exec(path);
    if (found !== null) newest.set(found.slice(1, 4).join("-") as UtcDay, found[0]);
  }
  const held = new Map<UtcDay, readonly string[]>();
  for (const [day, folder] of newest) {
    const parts = [`${folder}/events.ndjson.zst`, `${folder}/carried.ndjson.zst`];
    const lines: string[] = [];
    for (const part of parts) lines.push(...rowsOf(unzstd(await objects.get(part)?.())));
    held.set(day, lines);
  }
  return held;
}

function unzstd(bytes: Uint8Array | undefined): string {
  if (bytes === undefined) return "";
  const { status, stdout, stderr } = spawnSync("zstd", ["-dc"], { input: bytes, maxBuffer: 1 << 28 });
  if (status !== 0) throw new Error(`zstd -dc: ${stderr.toString()}`);
  return stdout.toString("utf8");
}

function rowsOf(text: string): readonly string[] {
  return text.split("\n").filter((row) => row !== "");
}

function byDay(rows: readonly (readonly [UtcDay, string])[]): HeldDays {
  const days = new Map<UtcDay, string[]>();
  for (const [day, line] of rows) days.set(day, [...(days.get(day) ?? []), line]);
  return days;
}
