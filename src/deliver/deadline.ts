import { DaybookError } from "../model/errors.js";
import { abortable } from "../io/abortable.js";
import { pluginError } from "./plugin-error.js";

/**
 * Runs one operation of a plugin. Rejects with SINK_UNAVAILABLE after `limitMs` and with the signal's reason once it aborts,
 * whether or not the plugin ever answers (fault 79). The timer runs in real time, independent of the injected clock.
 */
export async function withDeadline<T>(
  sink: string,
  limitMs: number,
  signal: AbortSignal | undefined,
  run: (inner: AbortSignal) => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted();
  const stop = new AbortController();
  const onAbort = (): void => stop.abort(signal?.reason);
  signal?.addEventListener("abort", onAbort, { once: true });
  const timer = setTimeout(() => stop.abort(lateError(sink, limitMs)), limitMs);
  try {
    return await firstOf(stop.signal, () => run(stop.signal));
  } catch (error) {
    throw stop.signal.aborted ? stop.signal.reason : pluginError(sink, error);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener("abort", onAbort);
  }
}

/** Time limits of a stream, milliseconds. */
export interface StreamLimits {
  readonly firstMs: number;
  readonly nextMs: number;
}

/** The items of a plugin's stream, each with a time limit. */
export async function* pieceByPiece<T>(
  sink: string,
  { firstMs, nextMs }: StreamLimits,
  signal: AbortSignal,
  items: AsyncIterable<T> | (() => AsyncIterable<T>),
): AsyncGenerator<T, void> {
  const iterator = await withDeadline(sink, nextMs, signal, async () =>
    abortable(typeof items === "function" ? items() : items, signal),
  );
  try {
    for (let waitMs = firstMs; ; waitMs = nextMs) {
      const next = await withDeadline(sink, waitMs, signal, () => iterator.next());
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    // Not awaited: a stalled stream never answers.
    iterator.return().catch(() => {});
  }
}

function firstOf<T>(signal: AbortSignal, run: () => Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason), { once: true });
    // A plugin may throw synchronously.
    Promise.resolve().then(run).then(resolve, reject);
  });
}

function lateError(sink: string, limitMs: number): DaybookError {
  return new DaybookError("SINK_UNAVAILABLE", {
    message: `${sink}: expected an answer within ${Math.round(limitMs / 1000)} s, found none`,
  });
}
