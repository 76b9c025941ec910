/**
 * Runs `action` for each item, at most `limit` at a time, in their order. The first failure aborts the others;
 * when all have stopped it is thrown. When `signal` aborts, its reason is thrown instead.
 */
export async function forEachLimit<T>(
  items: readonly T[],
  limit: number,
  signal: AbortSignal,
  action: (item: T, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  signal.throwIfAborted();
  const stopper = new AbortController();
  const stop = (): void => stopper.abort(signal.reason);
  signal.addEventListener("abort", stop, { once: true });
  const queue = items.values();
  const work = async (): Promise<void> => {
    for (const item of queue) {
      if (stopper.signal.aborted) return;
      try {
        await action(item, stopper.signal);
      } catch (error) {
        // The first reason is kept: later ones follow from it.
        stopper.abort(error);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: limit }, work));
  } finally {
    signal.removeEventListener("abort", stop);
  }
  if (stopper.signal.aborted) throw stopper.signal.reason;
}
