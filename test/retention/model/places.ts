import { join } from "node:path";
import { packagePath } from "../../../src/model/manifest.js";
import type { UtcDay } from "../../../src/model/utc-day.js";
import { filesBelow } from "./files-below.js";
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

/** Whether the bucket itself keeps something of the day. */
export function isLocked(copies: Copies, day: UtcDay): boolean {
  return contentIn(copies, day).some((object) => copies.buckets.worm.isProtected(object));
}

function isContent(name: string): boolean {
  return name.endsWith(".zst");
}

/** The latest end of a lock on the day's content in the bucket. */
export function lockOf(copies: Copies, day: UtcDay): UtcDay | undefined {
  const locks = contentIn(copies, day).flatMap(({ retainUntil }) => retainUntil ?? []);
  return locks.toSorted().at(-1);
}

/** What a disposal must remove from the bucket that has locks. */
function contentIn({ buckets: { worm } }: Copies, day: UtcDay) {
  const folder = `${TENANT}/${packagePath(day, 1).replace(/r0001$/, "")}`;
  return [...worm.objects]
    .filter(([key]) => key.startsWith(folder) && !key.includes("manifest"))
    .map(([, object]) => object);
}
