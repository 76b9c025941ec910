import type { PageRecord } from "./page-record.js";

type Kind = "text" | "count" | "text or null" | "flag or null";

/** The fields of a line of the page ledger, in their order on disk. */
const KINDS: Readonly<Record<keyof PageRecord, Kind>> = {
  window: "text",
  number: "count",
  requested_at: "text",
  received_at: "text",
  attempts: "count",
  status: "count",
  path: "text",
  query: "text",
  request_id: "text or null",
  date: "text or null",
  encoding: "text",
  body_bytes: "count",
  body_sha256: "text",
  events: "count",
  token_in_sha256: "text or null",
  token_out_sha256: "text or null",
  last_result_set: "flag or null",
  uri_host: "text or null",
};

/** A line of the page ledger; undefined when a field is missing or of another kind. Values are not judged here. */
export function parsePageRecord(line: string): PageRecord | undefined {
  const value = parseObject(line);
  if (value === undefined) return undefined;
  const isWhole = Object.entries(KINDS).every(([field, kind]) => isOfKind(value[field], kind));
  // The label's form is checked here, as it becomes part of a file name.
  return isWhole && /^T([01]\d|2[0-3])$/.test(String(value["window"]))
    ? (value as unknown as PageRecord)
    : undefined;
}

function parseObject(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null
      ? (value as Readonly<Record<string, unknown>>)
      : undefined;
  } catch {
    return undefined;
  }
}

function isOfKind(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case "text":
      return typeof value === "string";
    case "count":
      return Number.isSafeInteger(value) && (value as number) >= 0;
    case "text or null":
      return typeof value === "string" || value === null;
    case "flag or null":
      return typeof value === "boolean" || value === null;
    default:
      return kind satisfies never;
  }
}
