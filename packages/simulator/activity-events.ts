import { DAY_MS, HOUR_MS, dayStartMs, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { badRequest, emptyBadRequest, jsonAnswer } from "./answers.js";
import { decodeToken, encodeToken } from "./continuation.js";
import type { Position, TokenForm } from "./continuation.js";
import type { Answer } from "./faults.js";
import { odataLiteral, parseFilter } from "./query.js";
import type { ActivityFilter } from "./query.js";
import { share } from "./seeded-random.js";
import type { Tenant } from "./tenant.js";

export const ACTIVITY_EVENTS_PATH = "/v1.0/myorg/admin/activityevents";

/** `GET …/admin/activityevents` for a caller who is signed in and within the allowance. */
export function answerActivityEvents(
  tenant: Tenant,
  parameters: ReadonlyMap<string, string>,
  nowMs: number,
): Answer {
  const token = parameters.get("continuationToken");
  const position = token === undefined ? firstPosition(tenant, parameters, nowMs) : nextPosition(token);
  if ("status" in position) return position;
  const request = readRequest(position);
  if (request === undefined) return badRequest("The continuation token is not valid.");
  return pageAnswer(tenant, request, nowMs);
}

/** A position, read: the window in milliseconds, and the hour that it has come to. */
interface PageRequest {
  readonly position: Position;
  readonly startMs: number;
  readonly endMs: number;
  readonly day: UtcDay;
  readonly hour: number;
  readonly filter: ActivityFilter;
}

function firstPosition(
  tenant: Tenant,
  parameters: ReadonlyMap<string, string>,
  nowMs: number,
): Position | Answer {
  const [startText, endText] = [parameters.get("startDateTime"), parameters.get("endDateTime")];
  if (startText === undefined || endText === undefined) {
    return badRequest(
      "Both startDateTime and endDateTime parameters are required when there is no continuation token.",
    );
  }
  const [start, end] = [odataLiteral(startText), odataLiteral(endText)];
  if (start === undefined) return expectedLiteral(startText);
  if (end === undefined) return expectedLiteral(endText);
  const [startMs, endMs] = [readTime(start), readTime(end)];
  if (startMs === undefined || endMs === undefined) return badRequest("The date format is not valid.");
  // The answers of these two cannot be distinguished: the body is empty.
  if (utcDayOf(startMs) !== utcDayOf(endMs) || startMs > endMs) return emptyBadRequest();
  if (startMs < nowMs - tenant.scenario.horizonDays * DAY_MS) return emptyBadRequest();
  const filter = parameters.get("$filter");
  if (filter !== undefined && parseFilter(filter) === undefined) {
    return badRequest("The query filter is not supported.");
  }
  return { start, end, hours: 0, pages: 0, filter };
}

function nextPosition(quoted: string): Position | Answer {
  const token = odataLiteral(quoted);
  if (token === undefined) return expectedLiteral(quoted);
  return decodeToken(token) ?? badRequest("The continuation token is not valid.");
}

/** What the OData parser says to a value without quotes. */
function expectedLiteral(value: string): Answer {
  return badRequest(`Expected literal type token but found token '${value}'.`);
}

function readRequest(position: Position): PageRequest | undefined {
  const [startMs, endMs] = [readTime(position.start), readTime(position.end)];
  const filter = position.filter === undefined ? {} : parseFilter(position.filter);
  if (startMs === undefined || endMs === undefined || filter === undefined) return undefined;
  const day = utcDayOf(startMs);
  const hour = Math.floor((startMs - dayStartMs(day)) / HOUR_MS) + position.hours;
  if (hour > lastHourOf(day, endMs)) return undefined;
  return { position, startMs, endMs, day, hour, filter };
}

/** ISO 8601 in UTC, with or without a fraction and the zone `Z`. */
function readTime(text: string): number | undefined {
  const match = /^(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,7})?)Z?$/.exec(text);
  const ms = Date.parse(`${match?.[1]}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

function lastHourOf(day: UtcDay, endMs: number): number {
  return Math.floor((endMs - dayStartMs(day)) / HOUR_MS);
}

function pageAnswer(tenant: Tenant, request: PageRequest, nowMs: number): Answer {
  const { day, hour, position } = request;
  const events = tenant.selectedIn(day, hour, { ...request.filter, ...request }, nowMs);
  const slices = slicesOf(tenant, request, events.length);
  const [from, to] = slices[position.pages] ?? [0, 0];
  const next = nextOf(request, slices.length);
  const text = tenant.pageText(day, events.slice(from, to));
  return jsonAnswer(200, framePage(tenant, text, next, hour));
}

type Slice = readonly [from: number, to: number];

/** The pages of an hour; an hour without events has one. Some scenarios put empty pages before full ones. */
function slicesOf(tenant: Tenant, { day, hour }: PageRequest, events: number): readonly Slice[] {
  const { pageSize, emptyPageShare, seed } = tenant.scenario;
  const slices: Slice[] = [];
  for (let from = 0; from === 0 || from < events; from += pageSize) {
    const chance = share(seed, dayStartMs(day) / HOUR_MS + hour, from, EMPTY_PAGE);
    if (chance < emptyPageShare) slices.push([from, from]);
    slices.push([from, Math.min(events, from + pageSize)]);
  }
  return slices;
}

const EMPTY_PAGE = 109;

/** The next page of this hour, else the first of the next; undefined when the window is done. */
function nextOf({ position, day, hour, endMs }: PageRequest, pages: number): Position | undefined {
  if (position.pages + 1 < pages) return { ...position, pages: position.pages + 1 };
  if (hour < lastHourOf(day, endMs)) return { ...position, hours: position.hours + 1, pages: 0 };
  return undefined;
}

/** The object around the events. The parts are not joined: a page may be many megabytes. */
function framePage(
  tenant: Tenant,
  events: Uint8Array,
  next: Position | undefined,
  hour: number,
): readonly Uint8Array[] {
  const { layout, continuationHost, lastResultSetAtEnd } = tenant.scenario;
  const lineBreak = { compact: "", pretty: "\n", "pretty-crlf": "\r\n" }[layout];
  const token = next === undefined ? null : encodeToken(next, tokenForm(tenant, hour));
  // The published sample has the filter in this address, with its spaces as they are.
  const filter = next?.filter === undefined ? "" : `&$filter=${next.filter}`;
  const uri = `https://${continuationHost}${ACTIVITY_EVENTS_PATH}?continuationToken='${token}'${filter}`;
  const members = {
    continuationUri: token === null ? null : uri,
    continuationToken: token,
    lastResultSet: token === null && lastResultSetAtEnd,
  };
  const indent = lineBreak && `${lineBreak}  `;
  const space = lineBreak && " ";
  const tail = Object.entries(members).map(
    ([name, value]) => `,${indent}"${name}":${space}${JSON.stringify(value)}`,
  );
  const inner = events.length === 0 ? "" : lineBreak;
  return [
    Buffer.from(`{${indent}"activityEventEntities":${space}[${inner && `${inner}    `}`),
    events,
    Buffer.from(`${inner && `${inner}  `}]${tail.join("")}${lineBreak}}`),
  ];
}

function tokenForm(tenant: Tenant, hour: number): TokenForm {
  const style = tenant.scenario.tokenStyle;
  return style === "both" ? (hour % 2 === 0 ? "new" : "old") : style;
}
