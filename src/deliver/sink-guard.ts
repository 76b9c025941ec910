import type { Clock } from "../io/clock.js";
import type { Log } from "../model/log.js";
import type { UtcDay } from "../model/utc-day.js";
import { assertKey } from "../plugin/object-key.js";
import type { Batch, Body, ObjectStore, Sink } from "../plugin/types.js";
import { pieceByPiece, withDeadline } from "./deadline.js";
import { retrying } from "./retrying.js";
import { isRepeatable } from "./repeatable-body.js";

export interface GuardOptions {
  /** The sink's name in the configuration. */
  readonly name: string;
  readonly clock: Clock;
  readonly log: Log;
  /** How long one operation may take; a transfer gets a second more for every 64 KiB, a whole day an hour. */
  readonly deadlineMs?: number;
  /** The number of attempts in all. */
  readonly attempts?: number;
}

const DEADLINE_MS = 60_000;
const MIN_BYTES_PER_MS = 64;
/** The factor for what a sink does with a whole day: writing it, and the time before the first line it reads. */
const DAY_DEADLINES = 60;

/**
 * Wraps a store with what the core relies on: time limits, prompt aborts, retries, `DaybookError`s only, checked keys and frozen
 * input. In a stream the time limit applies to each piece.
 */
export function guardStore(store: ObjectStore, options: GuardOptions): ObjectStore {
  const { name, deadlineMs = DEADLINE_MS } = options;
  const call = <T>(signal: AbortSignal, run: (inner: AbortSignal) => Promise<T>, moreMs = 0): Promise<T> =>
    retrying(options, signal, () => withDeadline(name, deadlineMs + moreMs, signal, run));
  const transfer = <T>(
    body: Body,
    bytes: number,
    signal: AbortSignal,
    run: (inner: AbortSignal) => Promise<T>,
  ): Promise<T> => {
    const limitMs = deadlineMs + bytes / MIN_BYTES_PER_MS;
    const once = (): Promise<T> => withDeadline(name, limitMs, signal, run);
    return isRepeatable(body) ? retrying(options, signal, once) : once();
  };
  const limits = { firstMs: deadlineMs, nextMs: deadlineMs };
  return {
    ...(store.folder === undefined ? {} : { folder: store.folder }),
    check: (signal) => call(signal, (inner) => store.check(inner)),
    ...guardLook(store, call),
    putNew: async (key, body, expected, signal) => {
      assertKey(key);
      const frozen = Object.freeze({ ...expected });
      return transfer(body, expected.bytes, signal, (inner) => store.putNew(key, body, frozen, inner));
    },
    replace: async (key, body, expected, signal) => {
      assertKey(key);
      const frozen = Object.freeze({ ...expected });
      return transfer(body, expected.bytes, signal, (inner) => store.replace(key, body, frozen, inner));
    },
    get: async (key, signal) => {
      assertKey(key);
      // The body is read after the call returns, so it gets the outer signal.
      const body = await call(signal, () => store.get(key, signal));
      return pieceByPiece(name, limits, signal, body);
    },
    stat: async (key, signal) => {
      assertKey(key);
      return call(signal, (inner) => store.stat(key, inner));
    },
    list: (prefix, signal) => pieceByPiece(name, limits, signal, () => store.list(prefix, signal)),
    remove: async (key, signal) => {
      assertKey(key);
      return call(signal, (inner) => store.remove(key, inner));
    },
    ...guardRetention(store, call),
    // What is open is closed after an abort as well; only the deadline ends it.
    close: () => withDeadline(name, deadlineMs, undefined, () => store.close()),
  };
}

type Call = <T>(signal: AbortSignal, run: (inner: AbortSignal) => Promise<T>) => Promise<T>;

function guardLook(sink: Pick<Sink, "look">, call: Call): Pick<Sink, "look"> {
  const look = sink.look?.bind(sink);
  return look === undefined ? {} : { look: (signal) => call(signal, look) };
}

/** What a store need not have stays absent, so that the core sees what the store cannot do. */
function guardRetention(
  store: ObjectStore,
  call: Call,
): Pick<ObjectStore, "extendRetention" | "protection" | "setHold"> {
  const extendRetention = store.extendRetention?.bind(store);
  const setHold = store.setHold?.bind(store);
  const protection = store.protection?.bind(store);
  return {
    ...(extendRetention && {
      extendRetention: async (key: string, until: UtcDay, signal: AbortSignal) => {
        assertKey(key);
        return call(signal, (inner) => extendRetention(key, until, inner));
      },
    }),
    ...(setHold && {
      setHold: async (key: string, on: boolean, signal: AbortSignal) => {
        assertKey(key);
        return call(signal, (inner) => setHold(key, on, inner));
      },
    }),
    ...(protection && { protection: (signal: AbortSignal) => call(signal, protection) }),
  };
}

/** The same for a view sink. */
export function guardSink(sink: Sink, options: GuardOptions): Sink {
  const { name, deadlineMs = DEADLINE_MS } = options;
  const dayMs = deadlineMs * DAY_DEADLINES;
  const lakeDays = sink.lakeDays?.bind(sink);
  const call = <T>(
    signal: AbortSignal,
    run: (inner: AbortSignal) => Promise<T>,
    limitMs = deadlineMs,
  ): Promise<T> => retrying(options, signal, () => withDeadline(name, limitMs, signal, run));
  return {
    check: (signal) => call(signal, (inner) => sink.check(inner)),
    ...guardLook(sink, call),
    write: (batch: Batch, signal) =>
      call(signal, (inner) => sink.write(Object.freeze({ ...batch }), inner), dayMs),
    // A view may fetch a whole file before its first line; the store below it has its own limits.
    read: (day, signal) =>
      pieceByPiece(name, { firstMs: dayMs, nextMs: deadlineMs }, signal, () => sink.read(day, signal)),
    remove: (day, signal) => call(signal, (inner) => sink.remove(day, inner)),
    ...(lakeDays && { lakeDays: (signal) => call(signal, lakeDays, dayMs) }),
    close: () => withDeadline(name, deadlineMs, undefined, () => sink.close()),
  };
}
