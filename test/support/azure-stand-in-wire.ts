import type { IncomingHttpHeaders, OutgoingHttpHeaders } from "node:http";
import { sizeOf } from "./azure-stand-in-blobs.js";
import type { Policy, StandInContainer, Terms, Version } from "./azure-stand-in-blobs.js";

// Shorter than asked for: the service may end a page where it likes.
const PAGE = 500;

/** What every answer about a version says. */
export function versionHeaders({ etag, id }: Version): OutgoingHttpHeaders {
  return { etag: `"${etag}"`, ...(id === undefined ? {} : { "x-ms-version-id": id }) };
}

export function termsOf(headers: IncomingHttpHeaders): Terms {
  const metadata = Object.entries(headers).filter(([name]) => name.startsWith("x-ms-meta-"));
  return {
    createOnly: headers["if-none-match"] === "*",
    metadata: Object.fromEntries(metadata.map(([name, value]) => [name.slice(10), String(value)])),
    tier: header(headers, "x-ms-access-tier"),
    policy: policyOf(headers),
  };
}

export function policyOf(headers: IncomingHttpHeaders): Policy | undefined {
  const until = header(headers, "x-ms-immutability-policy-until-date");
  const mode = header(headers, "x-ms-immutability-policy-mode")?.toLowerCase() ?? "unlocked";
  return until === undefined ? undefined : { untilMs: Date.parse(until), mode };
}

export function propertiesOf(version: Version): OutgoingHttpHeaders {
  const { policy, metadata, tier, legalHold } = version;
  return {
    ...versionHeaders(version),
    "content-length": sizeOf(version),
    "x-ms-blob-type": "BlockBlob",
    "last-modified": new Date().toUTCString(),
    ...Object.fromEntries(Object.entries(metadata).map(([name, value]) => [`x-ms-meta-${name}`, value])),
    ...(tier === undefined ? {} : { "x-ms-access-tier": tier }),
    ...(legalHold ? { "x-ms-legal-hold": "true" } : {}),
    ...(policy === undefined
      ? {}
      : {
          "x-ms-immutability-policy-until-date": new Date(policy.untilMs).toUTCString(),
          "x-ms-immutability-policy-mode": policy.mode,
        }),
  };
}

/** One page of a listing. */
export function pageOf(container: StandInContainer, query: URLSearchParams): string {
  const versions = query.get("include")?.includes("versions") === true;
  const prefix = query.get("prefix") ?? "";
  const gone = query.get("include")?.includes("deleted") === true ? container.deleted(prefix) : [];
  const all = [
    ...container.list(prefix, versions).map((one) => ({ ...one, daysLeft: undefined })),
    ...gone.map((one) => ({ ...one, daysLeft: container.rules.softDeleteDays })),
  ];
  const from = Number(query.get("marker") ?? 0);
  const blobs = all.slice(from, from + PAGE).map(({ name, version, daysLeft }) => {
    const metadata = Object.entries(version.metadata).map(([key, value]) => `<${key}>${value}</${key}>`);
    const id = version.id === undefined ? "" : `<VersionId>${version.id}</VersionId>`;
    const deleted = daysLeft === undefined ? "" : "<Deleted>true</Deleted>";
    const left = daysLeft === undefined ? "" : `<RemainingRetentionDays>${daysLeft}</RemainingRetentionDays>`;
    return `<Blob><Name>${name}</Name>${deleted}${id}<Properties><Content-Length>${sizeOf(version)}</Content-Length><BlobType>BlockBlob</BlobType>${left}</Properties><Metadata>${metadata.join("")}</Metadata></Blob>`;
  });
  const next = from + PAGE < all.length ? String(from + PAGE) : "";
  return `<?xml version="1.0" encoding="utf-8"?><EnumerationResults><Blobs>${blobs.join("")}</Blobs><NextMarker>${next}</NextMarker></EnumerationResults>`;
}

export function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : undefined;
}
