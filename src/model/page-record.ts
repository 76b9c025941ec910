import type { WindowLabel } from "./window.js";

/**
 * One line of `pages.jsonl`, the page ledger: what was asked, what came back, how it links to its neighbours.
 * Field order is the order on disk (docs/FORMAT.md). Holds no token, no secret and no event content.
 */
export interface PageRecord {
  readonly window: WindowLabel;
  /** From 1 in each window. */
  readonly number: number;
  readonly requested_at: string;
  readonly received_at: string;
  /** Requests that it took, retries included. */
  readonly attempts: number;
  readonly status: number;
  readonly path: string;
  /** The query as sent; a continuation token is replaced by `…`. */
  readonly query: string;
  readonly request_id: string | null;
  /** The Date header as received. */
  readonly date: string | null;
  /** Content-Encoding as received, `identity` when absent. */
  readonly encoding: string;
  /** Of the body after content decoding. */
  readonly body_bytes: number;
  readonly body_sha256: string;
  /** Number of elements of `activityEventEntities`. */
  readonly events: number;
  /** SHA-256 (hex) of the decoded token that asked for this page; null on the first page of a chain. */
  readonly token_in_sha256: string | null;
  /** SHA-256 (hex) of the decoded token that this page gave; null on the last page of a chain. */
  readonly token_out_sha256: string | null;
  readonly last_result_set: boolean | null;
  /** The host in `continuationUri`: recorded, never contacted. */
  readonly uri_host: string | null;
}

/** `h07-0001.json.zst`: a page's file in the spool and in the day package. */
export function pageFileName(window: WindowLabel, number: number, extension: string): string {
  return `h${window.slice(1)}-${String(number).padStart(4, "0")}.json${extension}`;
}
