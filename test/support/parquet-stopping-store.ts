import { DaybookError } from "daybook/plugin";
import type { ObjectStore } from "daybook/plugin";

/** `inner` until `changes` objects were replaced or removed; the next change and all after it fail, as if the power were cut. */
export function stoppingStore(inner: ObjectStore, changes: number): ObjectStore {
  let left = changes;

  function count(): void {
    if (left === 0) throw new DaybookError("SINK_UNAVAILABLE", { message: "the store stopped" });
    left -= 1;
  }

  return {
    check: (signal) => inner.check(signal),
    putNew: (key, body, expected, signal) => inner.putNew(key, body, expected, signal),
    replace: async (key, body, expected, signal) => {
      count();
      await inner.replace(key, body, expected, signal);
    },
    get: (key, signal) => inner.get(key, signal),
    stat: (key, signal) => inner.stat(key, signal),
    list: (prefix, signal) => inner.list(prefix, signal),
    remove: async (key, signal) => {
      // What is not there is not a change.
      if ((await inner.stat(key, signal)) !== undefined) count();
      return inner.remove(key, signal);
    },
    close: () => inner.close(),
  };
}
