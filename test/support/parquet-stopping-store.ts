import { DaybookError } from "daybook/plugin";
import type { ObjectStore } from "daybook/plugin";

/**
 * `inner` until `changes` objects were created, replaced or removed; the next change and all after it fail, as if the power
 * were cut. With `isDone` that next change is made, and only its answer is lost.
 */
export function stoppingStore(inner: ObjectStore, changes: number, isDone = false): ObjectStore {
  let left = changes;

  async function change<T>(make: () => Promise<T>): Promise<T> {
    left -= 1;
    if (left >= 0) return make();
    if (left === -1 && isDone) await make();
    throw new DaybookError("SINK_UNAVAILABLE", { message: "the store stopped" });
  }

  return {
    check: (signal) => inner.check(signal),
    putNew: (key, body, expected, signal) => change(() => inner.putNew(key, body, expected, signal)),
    replace: (key, body, expected, signal) => change(() => inner.replace(key, body, expected, signal)),
    get: (key, signal) => inner.get(key, signal),
    stat: (key, signal) => inner.stat(key, signal),
    list: (prefix, signal) => inner.list(prefix, signal),
    remove: async (key, signal) => {
      // What is not there is not a change.
      if ((await inner.stat(key, signal)) === undefined) return inner.remove(key, signal);
      return change(() => inner.remove(key, signal));
    },
    close: () => inner.close(),
  };
}
