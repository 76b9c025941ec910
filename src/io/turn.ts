/** Runs actions one at a time, in the order in which they are given. */
export class Turn {
  #last: Promise<unknown> = Promise.resolve();

  /** What `action` returns or throws. A failure is the caller's own: later actions still run. */
  take<T>(action: () => Promise<T>): Promise<T> {
    const result = this.#last.then(action);
    this.#last = result.catch(() => undefined);
    return result;
  }
}
