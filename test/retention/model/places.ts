import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { zstdDecompressSync } from "node:zlib";
import { packagePath } from "../../../src/model/manifest.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import type { Bucket } from "./worm-store.js";

export const TENANT = "contoso";

/** Where each day's events were seen last. */
export type Places = Map<UtcDay, readonly string[]>;

/** Where the copies of an archive are. */
export interface Copies {
  readonly root: string;
  readonly buckets: { readonly worm: Bucket; readonly plain: Bucket };
  readonly view: Map<UtcDay, readonly string[]>;
}

/** The places that have the day's events: `state`, a bucket or the view. */
export function placesOf({ root, buckets, view }: Copies, day: UtcDay): readonly string[] {
  const folder = `${packagePath(day, 1).replace(/\/r0001$/, "")}/`;
  const local = filesBelow(join(root, folder))
    .filter(isContent)
    .map((name) => `state ${name}`);
  const stored = Object.entries(buckets).flatMap(([bucket, { objects }]) =>
    [...objects.keys()]
      .filter((key) => key.startsWith(`${TENANT}/${folder}`) && isContent(key))
      .map((key) => `${bucket} ${key}`),
  );
  return [...local, ...stored, ...(view.has(day) ? ["lake"] : [])];
}

/** The places in which the text is found, in files and objects as they are or decompressed. */
export function find({ root, buckets, view }: Copies, text: string): readonly string[] {
  const local = filesBelow(root).filter((path) => contentOf(path, readFileSync(path)).includes(text));
  const stored = Object.values(buckets).flatMap(({ objects }) =>
    [...objects].filter(([key, { bytes }]) => contentOf(key, bytes).includes(text)).map(([key]) => key),
  );
  const viewed = [...view].filter(([, lines]) => lines.join("\n").includes(text)).map(([day]) => day);
  return [...local, ...stored, ...viewed];
}

/** Whether the bucket itself keeps something of the day. */
export function isLocked({ buckets: { worm } }: Copies, day: UtcDay): boolean {
  const folder = `${TENANT}/${packagePath(day, 1).replace(/r0001$/, "")}`;
  return [...worm.objects].some(
    ([key, object]) => key.startsWith(folder) && !key.includes("manifest") && worm.isProtected(object),
  );
}

function isContent(name: string): boolean {
  return name.endsWith(".zst");
}

function filesBelow(folder: string): readonly string[] {
  return existsSync(folder)
    ? readdirSync(folder, { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
    : [];
}

function contentOf(name: string, bytes: Uint8Array): string {
  return (name.endsWith(".zst") ? zstdDecompressSync(bytes) : Buffer.from(bytes)).toString();
}
