import type { HttpAnswer } from "../io/http.js";
import type { PageRecord } from "../model/page-record.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import { sha256Hex } from "../model/sha256.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { Window } from "../model/window.js";
import type { ActivityRequest } from "./activity-request.js";

/** Which page is wanted. */
export interface WantedPage {
  readonly day: UtcDay;
  readonly window: Window;
  /** From 1 in each window. */
  readonly number: number;
  /** The decoded token of the page before; null for the first. */
  readonly token: string | null;
  /** Milliseconds since the epoch from which the source no longer serves the day. */
  readonly deadlineMs: number;
}

/** A request that was answered. */
export interface Exchange {
  readonly request: ActivityRequest;
  readonly answer: HttpAnswer;
  readonly requestedMs: number;
  readonly receivedMs: number;
  /** Requests sent for this page so far, this one included. */
  readonly attempts: number;
}

/** What a page says about its successor. */
export interface PageEnd {
  /** The decoded token; null at the end of the chain. */
  readonly next: string | null;
  /** The host in `continuationUri`. */
  readonly uriHost: string | null;
}

/** What the answer's body turned out to be. */
export interface ReceivedPage {
  readonly page: ScannedPage;
  /** Of the body, in hex. */
  readonly sha256: string;
  readonly end: PageEnd;
}

/** The page in words: `2026-11-20 T07 page 3`. */
export function pageName(wanted: WantedPage): string {
  return `${wanted.day} ${wanted.window.label} page ${wanted.number}`;
}

/** The line of the page ledger. */
export function pageRecord(
  wanted: WantedPage,
  exchange: Exchange,
  { page, sha256, end }: ReceivedPage,
): PageRecord {
  const { request, answer } = exchange;
  const { status, headers, body } = answer;
  return {
    window: wanted.window.label,
    number: wanted.number,
    requested_at: isoTime(exchange.requestedMs),
    received_at: isoTime(exchange.receivedMs),
    attempts: exchange.attempts,
    status,
    path: request.path,
    query: request.shownQuery,
    request_id: headers["requestid"] ?? null,
    date: headers["date"] ?? null,
    encoding: headers["content-encoding"] ?? "identity",
    body_bytes: body.length,
    body_sha256: sha256,
    events: page.count,
    token_in_sha256: request.tokenSha256,
    token_out_sha256: end.next === null ? null : sha256Hex(end.next),
    last_result_set: page.lastResultSet,
    uri_host: end.uriHost,
  };
}
