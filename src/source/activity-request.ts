import { sha256Hex } from "../model/sha256.js";
import type { Window } from "../model/window.js";

/** One request of a page chain, always on our own base URL. */
export interface ActivityRequest {
  readonly url: string;
  readonly path: string;
  /** The query as sent, a continuation token replaced by `…`: fit for the page ledger. */
  readonly shownQuery: string;
  /** SHA-256 (hex) of the decoded token; null on the first request of a chain. */
  readonly tokenSha256: string | null;
}

const RESOURCE = "/v1.0/myorg/admin/activityevents";

/** The path of every request to the API at `base`; a base may have a path of its own. */
function activityPath(base: string): string {
  return new URL(base).pathname.replace(/\/+$/, "") + RESOURCE;
}

/** Asks for the first page of a window. Both ends lie in one UTC day, as the API demands. */
export function firstRequest(base: string, window: Window): ActivityRequest {
  const query = `startDateTime=${literal(window.start)}&endDateTime=${literal(window.end)}`;
  return requestOn(base, query, query, null);
}

/** Asks for the page that a decoded token leads to. The API wants the token alone, without dates. */
export function continuationRequest(base: string, token: string): ActivityRequest {
  const query = `continuationToken=${literal(token)}`;
  return requestOn(base, query, "continuationToken=%27…%27", sha256Hex(token));
}

function requestOn(base: string, query: string, shownQuery: string, sha256: string | null): ActivityRequest {
  const path = activityPath(base);
  return { url: `${new URL(base).origin}${path}?${query}`, path, shownQuery, tokenSha256: sha256 };
}

/**
 * An OData string literal, percent-encoded once: quotes around it, quotes in it doubled
 * (https://docs.oasis-open.org/odata/odata/v4.01/os/part2-url-conventions/odata-v4.01-os-part2-url-conventions.html).
 * Colons may stand in a query as they are and keep the times readable.
 */
function literal(value: string): string {
  const encoded = encodeURIComponent(value.replaceAll("'", "''").toWellFormed());
  return `%27${encoded.replaceAll("'", "%27").replaceAll("%3A", ":")}%27`;
}
