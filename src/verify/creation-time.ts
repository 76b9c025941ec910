import { eventField, fieldEnd, fieldStart } from "../bytes/page-scanner.js";
import type { ScannedPage } from "../bytes/page-scanner.js";
import { creationTimeMicros } from "../model/creation-time.js";
import { HOUR_MS, dayStartMs } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

const ZERO = 0x30;
const SECONDS_CHARS = 19;

/** Reads the CreationTimes of one day's events straight from their bytes where they have the usual form. */
export class CreationTimes {
  /** Earliest and latest that could be read, in milliseconds since the epoch. */
  firstMs = Infinity;
  lastMs = -Infinity;
  readonly #startMs: number;
  readonly #prefix: Buffer;

  constructor(day: UtcDay) {
    this.#startMs = dayStartMs(day);
    this.#prefix = Buffer.from(`${day}T`);
  }

  /** Takes an event's time; returns its hour, below 0 or above 23 outside the day, undefined when there is no time. */
  takeHour(page: ScannedPage, index: number): number | undefined {
    const ms = this.#usualTime(page, index) ?? creationTimeMs(eventField(page, index, "CreationTime"));
    if (ms === undefined) return undefined;
    if (ms < this.firstMs) this.firstMs = ms;
    if (ms > this.lastMs) this.lastMs = ms;
    return Math.floor((ms - this.#startMs) / HOUR_MS);
  }

  /** `2026-11-20T07:55:15`, with `Z` or without, when it lies in the day. */
  #usualTime(page: ScannedPage, index: number): number | undefined {
    const { body } = page;
    const start = fieldStart(page, index, "CreationTime");
    const end = fieldEnd(page, index, "CreationTime");
    const length = end - start;
    const isUsual = length === SECONDS_CHARS || (length === SECONDS_CHARS + 1 && body[end - 1] === 0x5a);
    if (!isUsual || !this.#isToday(body, start)) return undefined;
    const hours = twoDigits(body, start + 11, 24);
    const minutes = twoDigits(body, start + 14, 60);
    const seconds = twoDigits(body, start + 17, 60);
    const hasColons = body[start + 13] === 0x3a && body[start + 16] === 0x3a;
    const total = (hours * 60 + minutes) * 60 + seconds;
    return hasColons && !Number.isNaN(total) ? this.#startMs + total * 1000 : undefined;
  }

  #isToday(body: Uint8Array, start: number): boolean {
    for (let at = 0; at < this.#prefix.length; at++) {
      if (body[start + at] !== this.#prefix[at]) return false;
    }
    return true;
  }
}

function creationTimeMs(text: string | undefined): number | undefined {
  const micros = creationTimeMicros(text ?? "");
  return micros === undefined ? undefined : Math.floor(micros / 1000);
}

/** The number below `limit` that two digits write, else NaN. */
function twoDigits(body: Uint8Array, at: number, limit: number): number {
  const tens = (body[at] as number) - ZERO;
  const ones = (body[at + 1] as number) - ZERO;
  const isNumber = tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9;
  return isNumber && tens * 10 + ones < limit ? tens * 10 + ones : Number.NaN;
}
