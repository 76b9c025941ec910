import { DaybookError } from "daybook/plugin";
import type { Bucket } from "./bucket.js";
import { hidden } from "./s3-failure.js";

/** One version of an object, or a delete marker over it. */
export interface Version {
  readonly key: string;
  readonly version: string;
  readonly isMarker: boolean;
  readonly isLatest: boolean;
}

/** Every key that starts with `start`, in the store's order: all, or an error. */
export async function* keysBelow(bucket: Bucket, start: string, signal: AbortSignal): AsyncGenerator<string> {
  let last = "";
  let token: string | undefined;
  do {
    const ContinuationToken = token;
    const page = await bucket.send(start, signal, (s3, target, http) =>
      s3.listObjectsV2(
        { ...target, Prefix: start, ...(ContinuationToken === undefined ? {} : { ContinuationToken }) },
        http,
      ),
    );
    for (const { Key: key = "" } of page.Contents ?? []) {
      if (key <= last) throw incomplete(start, `${key} after ${last}`);
      yield key;
      last = key;
    }
    token = page.NextContinuationToken;
    if (page.IsTruncated === true && (token === undefined || token === ContinuationToken)) {
      throw incomplete(start, "a page that names no other");
    }
  } while (token !== undefined);
}

/** The same for a bucket that keeps versions. SINK_MISMATCH at a key that someone hid behind a delete marker. */
export async function* keysShown(bucket: Bucket, start: string, signal: AbortSignal): AsyncGenerator<string> {
  let last = "";
  for await (const { key, isLatest, isMarker } of versionsBelow(bucket, start, signal)) {
    if (key < last) throw incomplete(start, `${key} after ${last}`);
    last = key;
    if (!isLatest) continue;
    if (isMarker) throw hidden(key);
    yield key;
  }
}

/** Every version and delete marker of exactly this key, newest first. */
export async function versionsOf(
  bucket: Bucket,
  key: string,
  signal: AbortSignal,
): Promise<readonly Version[]> {
  const versions: Version[] = [];
  for await (const version of versionsBelow(bucket, key, signal)) {
    // The key itself sorts before longer keys with the same start.
    if (version.key !== key) break;
    versions.push(version);
  }
  return versions;
}

async function* versionsBelow(bucket: Bucket, start: string, signal: AbortSignal): AsyncGenerator<Version> {
  let from: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } | undefined = {};
  while (from !== undefined) {
    const marker: { readonly KeyMarker?: string; readonly VersionIdMarker?: string } = from;
    const page = await bucket.send(start, signal, (s3, target, http) =>
      s3.listObjectVersions({ ...target, ...marker, Prefix: start }, http),
    );
    const versions = [
      ...(page.Versions ?? []).map((found) => versionFrom(found, false)),
      ...(page.DeleteMarkers ?? []).map((found) => versionFrom(found, true)),
    ];
    // The answer has two lists. The sort merges them by key; within a key it keeps the order, with the newest first.
    yield* versions.toSorted((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : +b.isLatest - +a.isLatest));
    from = page.IsTruncated === true ? nextMarker(start, page, marker.KeyMarker) : undefined;
  }
}

function nextMarker(
  start: string,
  page: { readonly NextKeyMarker?: string | undefined; readonly NextVersionIdMarker?: string | undefined },
  before: string | undefined,
): { readonly KeyMarker: string; readonly VersionIdMarker?: string } {
  const { NextKeyMarker: KeyMarker, NextVersionIdMarker: VersionIdMarker } = page;
  if (KeyMarker === undefined || (before !== undefined && KeyMarker < before)) {
    throw incomplete(start, "a page that names no other");
  }
  return { KeyMarker, ...(VersionIdMarker === undefined ? {} : { VersionIdMarker }) };
}

function versionFrom(
  found: {
    readonly Key?: string | undefined;
    readonly VersionId?: string | undefined;
    readonly IsLatest?: boolean | undefined;
  },
  isMarker: boolean,
): Version {
  return {
    key: found.Key ?? "",
    version: found.VersionId ?? "null",
    isLatest: found.IsLatest === true,
    isMarker,
  };
}

function incomplete(start: string, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${start}: listing: expected every key in order, found ${found}`,
  });
}
