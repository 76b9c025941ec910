/** The same items. Rejects with the signal's reason as soon as it aborts, without waiting for the next item. */
export async function* abortable<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T, void> {
  signal.throwIfAborted();
  const iterator = items[Symbol.asyncIterator]();
  let stopWaiting: ((reason: unknown) => void) | undefined;
  const onAbort = (): void => stopWaiting?.(signal.reason);
  signal.addEventListener("abort", onAbort, { once: true });
  let ended = false;
  try {
    for (;;) {
      // Promise.race with one promise for the whole loop would keep every item in memory until the end.
      const next = await new Promise<IteratorResult<T>>((resolve, reject) => {
        stopWaiting = reject;
        iterator.next().then(resolve, reject);
      });
      ended = next.done === true;
      if (next.done === true) return;
      yield next.value;
      signal.throwIfAborted();
    }
  } finally {
    signal.removeEventListener("abort", onAbort);
    // Not awaited: a stalled generator settles `return` only when its stalled step ends, which may be never.
    if (!ended) iterator.return?.().catch(() => {});
  }
}
