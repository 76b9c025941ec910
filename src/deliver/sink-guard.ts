import type { Clock } from "../io/clock.js";
import type { Log } from "../model/log.js";
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
  /** How often an operation is tried in all. */
  readonly attempts?: number;
}

const DEADLINE_MS = 60_000;
const SLOWEST_BYTES_PER_MS = 64;
/** For what a sink does with a whole day: writing it, and what comes before its first line is read. */
const DAY_DEADLINES = 60;

/**
 * The store as the core may trust it: bounded in time, stopped at once by its signal, tried again where that can help, its
 * errors `DaybookError`s, its keys inside the rule, its input frozen. Streams are bounded from piece to piece.
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
    const limitMs = deadlineMs + bytes / SLOWEST_BYTES_PER_MS;
    const once = (): Promise<T> => withDeadline(name, limitMs, signal, run);
    return isRepeatable(body) ? retrying(options, signal, once) : once();
  };
  const setHold = store.setHold?.bind(store);
  return {
    ...(store.folder === undefined ? {} : { folder: store.folder }),
    check: (signal) => call(signal, (inner) => store.check(inner)),
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
      // The signal outlives the call: the body is read under it, piece by piece.
      const body = await call(signal, () => store.get(key, signal));
      return pieceByPiece(name, deadlineMs, signal, body);
    },
    stat: async (key, signal) => {
      assertKey(key);
      return call(signal, (inner) => store.stat(key, inner));
    },
    list: (prefix, signal) => pieceByPiece(name, deadlineMs, signal, () => store.list(prefix, signal)),
    remove: async (key, signal) => {
      assertKey(key);
      return call(signal, (inner) => store.remove(key, inner));
    },
    ...(setHold === undefined
      ? {}
      : {
          setHold: async (key: string, on: boolean, signal: AbortSignal) => {
            assertKey(key);
            return call(signal, (inner) => setHold(key, on, inner));
          },
        }),
    close: () => withDeadline(name, deadlineMs, new AbortController().signal, () => store.close()),
  };
}

/** The same for a sink of days. A day's write is not tried again here: its queue does that, from the start. */
export function guardSink(sink: Sink, options: GuardOptions): Sink {
  const { name, deadlineMs = DEADLINE_MS } = options;
  const dayMs = deadlineMs * DAY_DEADLINES;
  const call = <T>(
    signal: AbortSignal,
    run: (inner: AbortSignal) => Promise<T>,
    limitMs = deadlineMs,
  ): Promise<T> => retrying(options, signal, () => withDeadline(name, limitMs, signal, run));
  return {
    check: (signal) => call(signal, (inner) => sink.check(inner)),
    write: (batch: Batch, signal) =>
      call(signal, (inner) => sink.write(Object.freeze({ ...batch }), inner), dayMs),
    // A view may fetch its whole file before it has a line; a store below it is bounded piece by piece meanwhile.
    read: (day, signal) => pieceByPiece(name, deadlineMs, signal, () => sink.read(day, signal), dayMs),
    remove: (day, signal) => call(signal, (inner) => sink.remove(day, inner)),
    close: () => withDeadline(name, deadlineMs, new AbortController().signal, () => sink.close()),
  };
}
