import { isUtf8 } from "node:buffer";
import { DaybookError } from "../model/errors.js";
import { Slice, runYielding } from "./yielding.js";
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COMMA,
  JsonScanner,
  MAX_VALUE_BYTES,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from "./json-scanner.js";

/** The fields of an event that the proof of a day needs. */
export type EventField = "Id" | "CreationTime" | "Activity" | "OrganizationId";

/** A page body that is what the source promises. Nothing of it is copied: the events are spans of `body`. */
export interface ScannedPage {
  readonly body: Uint8Array;
  /** Number of elements of `activityEventEntities`. */
  readonly count: number;
  /** Ten offsets into `body` for each element; read them with `eventStart`, `eventEnd`, `fieldStart`, `fieldEnd`. */
  readonly offsets: Uint32Array;
  /** As the source wrote it, percent-encoding included; null when absent. */
  readonly continuationToken: string | null;
  readonly continuationUri: string | null;
  readonly lastResultSet: boolean | null;
}

/** Called for every member of every event, in the order of the text. Offsets are into `body`. */
export interface MemberVisitor {
  /** A top-level member: its name as written, without the quotes, and its value. */
  member(body: Uint8Array, start: number, end: number, valueStart: number, valueEnd: number): void;
  /** Called after an event's last member, with its Activity as written, without the quotes; empty when it has none. */
  eventEnded(body: Uint8Array, activityStart: number, activityEnd: number): void;
}

/**
 * Events that a page may have. The source gives up to 10,000; ten times that leaves room for a change on its side, while
 * a body of millions of `{}` is refused before it costs minutes and gigabytes.
 */
export const MAX_PAGE_EVENTS = 100_000;

/** Bytes of a page body once decoded: about twice the largest page that the source is known to give. */
export const MAX_PAGE_BYTES = 32 * 1024 * 1024;

const FIELDS: readonly EventField[] = ["Id", "CreationTime", "Activity", "OrganizationId"];
const OFFSETS_PER_EVENT = 2 + 2 * FIELDS.length;
const ACTIVITY_OFFSET = 2 + 2 * FIELDS.indexOf("Activity");
const NO_FIELD = -1;
/** Rows of the first table of offsets, which doubles as needed: most scans are of a page or of a single event. */
const FIRST_ROWS = 16;

const FIELD_NAMES = FIELDS.map((name) => Buffer.from(name));
const BYTE_ORDER_MARK = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Checks a page body (UTF-8, with or without a byte order mark) and finds its events in one pass. It must be one JSON
 * object, with nothing behind it, whose `activityEventEntities` is an array of at most `MAX_PAGE_EVENTS` objects, none
 * larger than `MAX_VALUE_BYTES`. Rejects with SOURCE_PAGE_INVALID, which names the byte and never the content; the visitor
 * may have seen some events by then. Gives the event loop a turn after each slice.
 */
export async function scanPage(body: Uint8Array, visitor?: MemberVisitor): Promise<ScannedPage> {
  if (!isUtf8(body)) throw invalid("found bytes that are not UTF-8, expected JSON in UTF-8");
  return runYielding(new PageScanner(body, visitor).page());
}

/** As `scanPage`, for record lines: one object a line, and nothing around them. Damaged lines throw SOURCE_PAGE_INVALID. */
export function scanLines(lines: Uint8Array, visitor?: MemberVisitor): ScannedPage {
  if (!isUtf8(lines)) throw invalid("found bytes that are not UTF-8, expected JSON in UTF-8");
  return new PageScanner(lines, visitor).lines();
}

/** Where the element's opening brace stands in `page.body`. */
export function eventStart(page: ScannedPage, index: number): number {
  return page.offsets[index * OFFSETS_PER_EVENT] as number;
}

/** Behind the element's closing brace. */
export function eventEnd(page: ScannedPage, index: number): number {
  return page.offsets[index * OFFSETS_PER_EVENT + 1] as number;
}

/** Behind the opening quote of the field's text in `page.body`; 0 when the field is absent or not a string. */
export function fieldStart(page: ScannedPage, index: number, field: EventField): number {
  return page.offsets[fieldOffset(index, field)] as number;
}

/** At the closing quote of the field's text. */
export function fieldEnd(page: ScannedPage, index: number, field: EventField): number {
  return page.offsets[fieldOffset(index, field) + 1] as number;
}

/** The field's value as JSON.parse gives it; undefined when the field is absent or not a string. */
export function eventField(page: ScannedPage, index: number, field: EventField): string | undefined {
  const start = fieldStart(page, index, field);
  return start === 0 ? undefined : decodeText(page.body, start, fieldEnd(page, index, field));
}

function fieldOffset(index: number, field: EventField): number {
  return index * OFFSETS_PER_EVENT + 2 + 2 * FIELDS.indexOf(field);
}

/** The page's own layout; what is inside an event is left to JsonScanner. */
class PageScanner {
  readonly #body: Uint8Array;
  readonly #json: JsonScanner;
  readonly #visitor: MemberVisitor | undefined;
  readonly #seen = new Set<string>();
  #offsets = new Uint32Array(OFFSETS_PER_EVENT * FIRST_ROWS);
  readonly #slice = new Slice();
  #count = 0;
  #continuationToken: string | null = null;
  #continuationUri: string | null = null;
  #lastResultSet: boolean | null = null;

  constructor(body: Uint8Array, visitor: MemberVisitor | undefined) {
    this.#body = body;
    this.#visitor = visitor;
    const hasMark = BYTE_ORDER_MARK.every((byte, at) => body[at] === byte);
    this.#json = new JsonScanner(body, hasMark ? BYTE_ORDER_MARK.length : 0);
  }

  /** Yields at the end of each slice. */
  *page(): Generator<undefined, ScannedPage> {
    const json = this.#json;
    json.expect(OPEN_BRACE);
    if (!json.skip(CLOSE_BRACE)) yield* this.#members();
    if (json.peek() !== -1) json.fail("nothing behind the page's closing brace");
    if (!this.#seen.has("activityEventEntities")) {
      throw invalid("found no activityEventEntities, expected an array of events");
    }
    return this.#scanned();
  }

  lines(): ScannedPage {
    while (this.#json.peek() !== -1) this.#event();
    return this.#scanned();
  }

  #scanned(): ScannedPage {
    return {
      body: this.#body,
      count: this.#count,
      offsets: this.#offsets.subarray(0, this.#count * OFFSETS_PER_EVENT),
      continuationToken: this.#continuationToken,
      continuationUri: this.#continuationUri,
      lastResultSet: this.#lastResultSet,
    };
  }

  *#members(): Generator<undefined, void> {
    do {
      const start = this.#json.key() + 1;
      const name = decodeText(this.#body, start, this.#json.keyEnd - 1);
      if (name === "activityEventEntities") yield* this.#events();
      else this.#member(name);
      if (this.#slice.isUsedBy(this.#json.position - start)) yield;
    } while (this.#json.skip(COMMA));
    this.#json.expect(CLOSE_BRACE);
  }

  #member(name: string): void {
    switch (name) {
      case "continuationToken":
        this.#once(name);
        this.#continuationToken = this.#textOrNull();
        return;
      case "continuationUri":
        this.#once(name);
        this.#continuationUri = this.#textOrNull();
        return;
      case "lastResultSet":
        this.#once(name);
        this.#lastResultSet = this.#flagOrNull();
        return;
      default:
        this.#json.value();
    }
  }

  // JSON lets a key repeat, and readers differ in which one counts: a page chain must not depend on that.
  #once(name: string): void {
    if (this.#seen.has(name)) throw invalid(`found ${name} twice, expected it once`);
    this.#seen.add(name);
  }

  #textOrNull(): string | null {
    const value = this.#value();
    if (value === null || typeof value === "string") return value;
    throw invalid(`found ${typeof value} as a continuation, expected a string or null`);
  }

  #flagOrNull(): boolean | null {
    const value = this.#value();
    if (value === null || typeof value === "boolean") return value;
    throw invalid(`found ${typeof value} as lastResultSet, expected true, false or null`);
  }

  #value(): unknown {
    this.#json.peek();
    const start = this.#json.position;
    this.#json.value();
    return JSON.parse(textOf(this.#body, start, this.#json.position));
  }

  *#events(): Generator<undefined, void> {
    this.#once("activityEventEntities");
    const json = this.#json;
    json.expect(OPEN_BRACKET);
    if (json.skip(CLOSE_BRACKET)) return;
    do {
      if (this.#count === MAX_PAGE_EVENTS) json.fail(`at most ${MAX_PAGE_EVENTS} events in a page`);
      const start = json.position;
      this.#event();
      if (this.#slice.isUsedBy(json.position - start)) yield;
    } while (json.skip(COMMA));
    json.expect(CLOSE_BRACKET);
  }

  #event(): void {
    const json = this.#json;
    json.expect(OPEN_BRACE);
    const start = json.position - 1;
    const row = this.#newRow();
    this.#offsets[row] = start;
    if (!json.skip(CLOSE_BRACE)) {
      do {
        this.#eventMember(row);
        if (json.position - start > MAX_VALUE_BYTES)
          json.fail(`an event of at most ${MAX_VALUE_BYTES} bytes`);
      } while (json.skip(COMMA));
      json.expect(CLOSE_BRACE);
    }
    this.#offsets[row + 1] = json.position;
    const activity = row + ACTIVITY_OFFSET;
    this.#visitor?.eventEnded(
      this.#body,
      this.#offsets[activity] as number,
      this.#offsets[activity + 1] as number,
    );
  }

  #eventMember(row: number): void {
    const json = this.#json;
    const nameStart = json.key() + 1;
    const nameEnd = json.keyEnd - 1;
    const field = this.#fieldAt(nameStart, nameEnd);
    const isText = json.peek() === QUOTE;
    const start = json.position;
    json.value();
    this.#visitor?.member(this.#body, nameStart, nameEnd, start, json.position);
    if (field === NO_FIELD) return;
    // As in JSON.parse the last of several equal keys counts, whatever its type.
    this.#offsets[row + 2 + 2 * field] = isText ? start + 1 : 0;
    this.#offsets[row + 3 + 2 * field] = isText ? json.position - 1 : 0;
  }

  /** Which of FIELDS the key is. Length and first byte rule out nearly all keys. */
  #fieldAt(start: number, end: number): number {
    const body = this.#body;
    for (let field = 0; field < FIELD_NAMES.length; field++) {
      const name = FIELD_NAMES[field] as Buffer;
      if (end - start === name.length && body[start] === name[0] && equals(body, start, name)) return field;
    }
    return this.#json.escaped ? FIELDS.indexOf(decodeText(body, start, end) as EventField) : NO_FIELD;
  }

  #newRow(): number {
    const row = this.#count++ * OFFSETS_PER_EVENT;
    if (row === this.#offsets.length) {
      const larger = new Uint32Array(this.#offsets.length * 2);
      larger.set(this.#offsets);
      this.#offsets = larger;
    }
    return row;
  }
}

function equals(body: Uint8Array, start: number, name: Uint8Array): boolean {
  for (let at = 0; at < name.length; at++) if (body[start + at] !== name[at]) return false;
  return true;
}

/** The text between two quotes of valid JSON, its escapes resolved. */
function decodeText(body: Uint8Array, start: number, end: number): string {
  const text = textOf(body, start, end);
  return text.includes("\\") ? (JSON.parse(`"${text}"`) as string) : text;
}

function textOf(body: Uint8Array, start: number, end: number): string {
  return Buffer.from(body.buffer, body.byteOffset + start, end - start).toString("utf8");
}

function invalid(rule: string): DaybookError {
  return new DaybookError("SOURCE_PAGE_INVALID", { message: `page body: ${rule}` });
}
