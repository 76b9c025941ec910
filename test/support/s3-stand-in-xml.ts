import type { StandInBucket } from "./s3-stand-in-bucket.js";

const MAX_KEYS = 1_000;
const CUT_AFTER = 2;

export function tag(name: string, content: string): string {
  return `<${name}>${content}</${name}>`;
}

/** The text of the first element of that name; the stand-in's own requests need no more of XML. */
export function tagged(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** One page of ListObjectsV2; `cut` makes it short and leaves out how to go on. */
export function listObjects(bucket: StandInBucket, query: URLSearchParams, cut: boolean): string {
  const after = Buffer.from(query.get("continuation-token") ?? "", "base64").toString();
  const keys = [...bucket.versions(query.get("prefix") ?? "")]
    .filter(([key, { content }, isLatest]) => isLatest && content !== undefined && key > after)
    .map(([key]) => key);
  const page = keys.slice(0, pageSize(query, cut));
  const isTruncated = keys.length > page.length;
  const token = isTruncated && !cut ? Buffer.from(page.at(-1) ?? "").toString("base64") : "";
  return tag(
    "ListBucketResult",
    tag("IsTruncated", String(isTruncated)) +
      (token === "" ? "" : tag("NextContinuationToken", token)) +
      page.map((key) => tag("Contents", tag("Key", key))).join(""),
  );
}

/** One page of ListObjectVersions; `cut` makes it short and leaves out how to go on. */
export function listVersions(bucket: StandInBucket, query: URLSearchParams, cut: boolean): string {
  const [afterKey, afterId] = [query.get("key-marker") ?? "", query.get("version-id-marker") ?? ""];
  const all = [...bucket.versions(query.get("prefix") ?? "")];
  const start = all.findIndex(([key, { id }]) => key === afterKey && id === afterId) + 1;
  const page = all.slice(start, start + pageSize(query, cut));
  const last = start + page.length < all.length ? page.at(-1) : undefined;
  return tag(
    "ListVersionsResult",
    tag("IsTruncated", String(last !== undefined)) +
      (last === undefined || cut
        ? ""
        : tag("NextKeyMarker", last[0]) + tag("NextVersionIdMarker", last[1].id)) +
      page
        .map(([key, { id, content }, isLatest]) =>
          tag(
            content === undefined ? "DeleteMarker" : "Version",
            tag("Key", key) + tag("VersionId", id) + tag("IsLatest", String(isLatest)),
          ),
        )
        .join(""),
  );
}

function pageSize(query: URLSearchParams, cut: boolean): number {
  return Math.min(Number(query.get("max-keys") ?? MAX_KEYS), cut ? CUT_AFTER : MAX_KEYS);
}
