import { HOUR_MS, dayStartMs, isoTime } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { EventTemplate } from "./event-template.js";
import { hash32, writeGuid } from "./seeded-random.js";

/** Which event of a day: the hour that it happened in, and its number there. */
export interface EventIdentity {
  readonly hour: number;
  /** From 0, in order of time. */
  readonly ordinal: number;
  /** Another text under the same `Id`. */
  readonly altered: boolean;
}

/** Writes the event into `target` and returns where it ends. `creationMs` is since the hour's start. */
export function writeEvent(
  target: Uint8Array,
  at: number,
  template: EventTemplate,
  hour: HourStamp,
  identity: EventIdentity,
  creationMs: number,
): number {
  const { ordinal } = identity;
  target.set(template.bytes, at);
  if (template.idAt >= 0) writeSeeded(target, at + template.idAt, hour, ordinal, ID);
  writeTime(target, at + template.timeAt, template, hour, creationMs);
  if (template.activityIdAt >= 0) {
    writeSeeded(target, at + template.activityIdAt, hour, ordinal, identity.altered ? ALTERED : ACTIVITY_ID);
  }
  // Now and then two events come from one request; without an ActivityId they could then be one text.
  const caller = template.activityIdAt >= 0 && ordinal % 50 === 1 ? ordinal - 1 : ordinal;
  writeSeeded(target, at + template.requestIdAt, hour, caller, identity.altered ? ALTERED + 4 : REQUEST_ID);
  return at + template.bytes.length;
}

/** What the events of one hour share. */
export interface HourStamp {
  readonly seed: number;
  /** Hours since 1970. */
  readonly number: number;
  /** `2026-11-20T07:` */
  readonly prefix: Uint8Array;
}

export function hourStamp(seed: number, day: UtcDay, hour: number): HourStamp {
  const startMs = dayStartMs(day) + hour * HOUR_MS;
  return { seed, number: startMs / HOUR_MS, prefix: Buffer.from(isoTime(startMs).slice(0, 14)) };
}

const ID = 0;
const ACTIVITY_ID = 4;
const REQUEST_ID = 8;
const ALTERED = 12;

function writeSeeded(target: Uint8Array, at: number, hour: HourStamp, ordinal: number, salt: number): void {
  const { seed, number } = hour;
  writeGuid(
    target,
    at,
    // The ordinal last: where two hours' ordinals meet in one 32-bit state, all words that are mixed in behind it agree,
    // and in a day of a million events a hundred would share an Id.
    hash32(seed, number, salt, ordinal),
    hash32(seed, number, salt + 1, ordinal),
    hash32(seed, number, salt + 2, ordinal),
    hash32(seed, number, salt + 3, ordinal),
  );
}

const ZERO = 0x30;

function writeTime(
  target: Uint8Array,
  at: number,
  template: EventTemplate,
  hour: HourStamp,
  ms: number,
): void {
  target.set(hour.prefix, at);
  const seconds = Math.floor(ms / 1_000);
  writeTwo(target, at + 14, Math.floor(seconds / 60));
  target[at + 16] = 0x3a;
  writeTwo(target, at + 17, seconds % 60);
  if (template.timeForm === "seconds") return;
  if (template.timeForm === "milliseconds-z") {
    const fraction = ms % 1_000;
    target[at + 19] = 0x2e;
    target[at + 20] = ZERO + Math.floor(fraction / 100);
    writeTwo(target, at + 21, fraction % 100);
  }
  target[at + template.timeLength - 1] = 0x5a;
}

function writeTwo(target: Uint8Array, at: number, number: number): void {
  target[at] = ZERO + Math.floor(number / 10);
  target[at + 1] = ZERO + (number % 10);
}
