import type { FieldCounts } from "../model/manifest.js";
import type { MemberVisitor, ScannedPage } from "../bytes/page-scanner.js";
import { eventEnd, eventStart, scanLines } from "../bytes/page-scanner.js";
import { OTHER_NAMES } from "../model/known-names.js";
import { NameTable, OTHER } from "./name-table.js";

/** Far above what the source has; what comes after them is counted together. */
export const MAX_ACTIVITIES = 1_000;
const MAX_FIELDS = 500;

/** An activity with fewer records in a day says nothing about what it usually fills. */
const MIN_RECORDS = 20;
/** They hold nearly all events of a day, and keep the manifest small. */
const ACTIVITIES_LISTED = 20;

const QUOTE = 0x22;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;
const SMALL_N = 0x6e;

const ABSENT = 0;
const EMPTY = 1;
const FILLED = 2;

/** One activity's records, and in how many of them each field is filled, by the field's number. */
interface ActivityTally {
  records: number;
  readonly filled: Uint32Array;
}

/**
 * Counts which fields the events of a day have, and which of them say something, while the events are scanned: every event
 * that is scanned counts, so one that turns out to be an exact duplicate is taken back.
 */
export class FieldTally implements MemberVisitor {
  readonly #fields = new NameTable(MAX_FIELDS);
  readonly #activities = new NameTable(MAX_ACTIVITIES);
  readonly #present = new Uint32Array(MAX_FIELDS + 1);
  readonly #filled = new Uint32Array(MAX_FIELDS + 1);
  readonly #byActivity: ActivityTally[] = [];
  /** Of the event being scanned: its fields' numbers, and by number what each one is. */
  readonly #met = new Uint16Array(MAX_FIELDS + 1);
  readonly #states = new Uint8Array(MAX_FIELDS + 1);
  #metCount = 0;
  /** What an event adds: 1, or -1 while one is taken back. */
  #weight = 1;

  member(body: Uint8Array, start: number, end: number, valueStart: number, valueEnd: number): void {
    const field = this.#fields.numberOf(body, start, end);
    if (this.#states[field] === ABSENT) this.#met[this.#metCount++] = field;
    if (isFilled(body, valueStart, valueEnd)) this.#states[field] = FILLED;
    // As in JSON.parse the last of several equal keys counts; but the names that are not listed are not equal.
    else if (field !== OTHER || this.#states[field] === ABSENT) this.#states[field] = EMPTY;
  }

  eventEnded(body: Uint8Array, activityStart: number, activityEnd: number): void {
    const activity = this.#activityAt(this.#activities.numberOf(body, activityStart, activityEnd));
    const weight = this.#weight;
    activity.records += weight;
    for (let at = 0; at < this.#metCount; at++) {
      const field = this.#met[at] as number;
      (this.#present[field] as number) += weight;
      if (this.#states[field] === FILLED) {
        (this.#filled[field] as number) += weight;
        (activity.filled[field] as number) += weight;
      }
      this.#states[field] = ABSENT;
    }
    this.#metCount = 0;
  }

  /** Takes an event back that was counted when its page was scanned. */
  takeBack(page: ScannedPage, index: number): void {
    this.#weight = -1;
    scanLines(page.body.subarray(eventStart(page, index), eventEnd(page, index)), this);
    this.#weight = 1;
  }

  counts(): FieldCounts {
    return { by_field: this.#byField(), filled_by_activity: this.#filledByActivity() };
  }

  #activityAt(number: number): ActivityTally {
    return (this.#byActivity[number] ??= { records: 0, filled: new Uint32Array(MAX_FIELDS + 1) });
  }

  #byField(): FieldCounts["by_field"] {
    const counted = this.#fieldNames().map(
      ([name, field]) =>
        [name, { present: this.#present[field] ?? 0, filled: this.#filled[field] ?? 0 }] as const,
    );
    return Object.fromEntries(counted.filter(([, { present }]) => present > 0));
  }

  #filledByActivity(): FieldCounts["filled_by_activity"] {
    const listed = this.#byActivity
      .map((tally, number) => ({ ...tally, number, name: this.#activities.nameOf(number) }))
      .filter(({ number, records }) => number > 0 && records >= MIN_RECORDS)
      .toSorted((one, other) => other.records - one.records || byName([one.name], [other.name]))
      .slice(0, ACTIVITIES_LISTED);
    return Object.fromEntries(
      listed.map(({ name, filled }) => [name, this.#filledIn(filled)] as const).toSorted(byName),
    );
  }

  #filledIn(counts: Uint32Array): Readonly<Record<string, number>> {
    const counted = this.#fieldNames().map(([name, field]) => [name, counts[field] ?? 0] as const);
    return Object.fromEntries(counted.filter(([name, filled]) => name !== OTHER_NAMES && filled > 0));
  }

  #fieldNames(): readonly (readonly [name: string, number: number])[] {
    return Array.from(
      { length: this.#fields.size },
      (_, field) => [field === 0 ? OTHER_NAMES : this.#fields.nameOf(field), field] as const,
    ).toSorted(byName);
  }
}

/** Whether a value says anything: not null, "", [] or {}. */
function isFilled(body: Uint8Array, start: number, end: number): boolean {
  const first = body[start];
  if (first === SMALL_N) return false;
  if (first === QUOTE) return end - start > 2;
  if (first === OPEN_BRACKET) return firstInside(body, start) !== CLOSE_BRACKET;
  return first !== OPEN_BRACE || firstInside(body, start) !== CLOSE_BRACE;
}

/** The first byte in a container that is not white space. */
function firstInside(body: Uint8Array, start: number): number {
  let at = start + 1;
  while ((body[at] as number) <= 0x20) at++;
  return body[at] as number;
}

/** By code unit: the order must not depend on a locale. */
function byName([one]: readonly [string, ...unknown[]], [other]: readonly [string, ...unknown[]]): number {
  return one < other ? -1 : Number(one > other);
}
