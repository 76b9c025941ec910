import { HOUR_MS } from "../model/utc-day.js";

/** Retry-After is capped at 70 minutes, so a block that ends later means that the clock was set back. */
const MAX_BLOCK_MS = 70 * 60_000;

/** A file with more stale lines than this is rewritten. */
const MAX_STALE_LINES = 500;

/** The requests of the last 60 minutes and the source's own refusal, as lines of text: `r <ms>` and `b <ms>`. */
export class RequestRecord {
  /** Times of the requests that still count, ascending. */
  readonly times: readonly number[];
  readonly blockedUntilMs: number;
  /** The file has lines that are stale, torn or from the future. */
  readonly needsRewriting: boolean;

  private constructor(times: readonly number[], blockedUntilMs: number, needsRewriting: boolean) {
    this.times = times;
    this.blockedUntilMs = blockedUntilMs;
    this.needsRewriting = needsRewriting;
  }

  /** One line to append. */
  static line(atMs: number): Uint8Array {
    return new TextEncoder().encode(`r ${atMs}\n`);
  }

  /**
   * Reads the file as of `nowMs`. A line from the future (the clock was set back) or torn by a
   * crash counts as a request made now, so the limit holds and no line blocks for longer than an hour.
   */
  static parse(bytes: Uint8Array, nowMs: number): RequestRecord {
    const lines = new TextDecoder().decode(bytes).split("\n");
    const torn = lines.pop() === "" ? [] : ["torn"];
    const requests: number[] = [];
    let blockedUntilMs = 0;
    let isSuspect = torn.length > 0;
    for (const line of [...lines, ...torn]) {
      const [, kind, digits] = /^([rb]) (\d{1,15})$/.exec(line) ?? ["", "r", ""];
      const ms = digits === "" ? Infinity : Number(digits);
      const latestMs = kind === "b" ? nowMs + MAX_BLOCK_MS : nowMs;
      isSuspect ||= ms > latestMs;
      if (kind === "b") blockedUntilMs = Math.max(blockedUntilMs, Math.min(ms, latestMs));
      else requests.push(Math.min(ms, latestMs));
    }
    const times = requests.filter((ms) => ms > nowMs - HOUR_MS).toSorted((a, b) => a - b);
    const isLong = requests.length - times.length > MAX_STALE_LINES;
    return new RequestRecord(times, blockedUntilMs, isSuspect || isLong);
  }

  /** The earliest time at which another request keeps every 60 minutes within `limit`. */
  nextMs(limit: number): number {
    const blocking = this.times[this.times.length - limit];
    return Math.max(this.blockedUntilMs, blocking === undefined ? 0 : blocking + HOUR_MS);
  }

  withBlock(untilMs: number): RequestRecord {
    return new RequestRecord(this.times, Math.max(this.blockedUntilMs, untilMs), false);
  }

  bytes(): Uint8Array {
    const block = this.blockedUntilMs === 0 ? [] : [`b ${this.blockedUntilMs}\n`];
    return new TextEncoder().encode([...block, ...this.times.map((ms) => `r ${ms}\n`)].join(""));
  }
}
