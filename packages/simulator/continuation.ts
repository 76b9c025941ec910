import { createHash } from "node:crypto";
import { percentDecode } from "./query.js";

/** Where a page chain goes on: all of it stands in the token, for the service keeps no state about a reader. */
export interface Position {
  /** As the reader wrote them. */
  readonly start: string;
  readonly end: string;
  /** Hours of the window that are done. */
  readonly hours: number;
  /** Pages of the present hour that are done. */
  readonly pages: number;
  /** `$filter` of the first request. */
  readonly filter: string | undefined;
}

export type TokenForm = "old" | "new";

/**
 * The token for a position, percent-encoded as the service hands it out. The newer form is base64 of
 * `,{start},{end},{hours},,`; pages and filter, where there are any, stand in its two last fields. The older form looks like
 * a cursor of Cosmos DB, `+RID:…==#RT:1#TRC:5#FPC:…=`, and breaks when it is not encoded exactly once.
 */
export function encodeToken(position: Position, form: TokenForm): string {
  return encodeURIComponent(form === "new" ? newForm(position) : oldForm(position));
}

/** The position that a token names, once percent-decoded; undefined when no such token was ever handed out. */
export function decodeToken(token: string): Position | undefined {
  const form = token.startsWith("+RID:") ? "old" : "new";
  const payload = form === "new" ? token : /#FPC:([A-Za-z0-9+/]+=)$/.exec(token)?.[1];
  const position =
    payload === undefined ? undefined : parsePayload(Buffer.from(payload, "base64").toString());
  if (position === undefined) return undefined;
  // Base64 is decoded leniently, so only a token that would be written the same is one of ours.
  return decodeURIComponent(encodeToken(position, form)) === token ? position : undefined;
}

function newForm(position: Position): string {
  return Buffer.from(payloadOf(position)).toString("base64");
}

function oldForm(position: Position): string {
  const payload = payloadOf(position);
  const padded = payload.padEnd(payload.length + ((5 - (Buffer.byteLength(payload) % 3)) % 3));
  const resource = createHash("sha256").update(payload).digest().subarray(0, 16).toString("base64");
  const fragment = Buffer.from(padded).toString("base64");
  return `+RID:${resource}#RT:${position.hours}#TRC:${position.pages}#FPC:${fragment}`;
}

function payloadOf({ start, end, hours, pages, filter }: Position): string {
  return `,${start},${end},${hours},${pages === 0 ? "" : pages},${filter === undefined ? "" : encodeURIComponent(filter)}`;
}

function parsePayload(payload: string): Position | undefined {
  const match = /^,([\d:TZ.-]+),([\d:TZ.-]+),(\d+),(\d*),([^, ]*) *$/.exec(payload);
  if (match === null) return undefined;
  const [, start = "", end = "", hours, pages, filter = ""] = match;
  return {
    start,
    end,
    hours: Number(hours),
    pages: Number(pages),
    filter: percentDecode(filter) || undefined,
  };
}
