import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { StoreMaker } from "daybook/plugin/contract";
import localFiles from "../../plugins/local-files/index.js";
import { systemClock } from "../../src/io/clock.js";
import { DaybookError } from "../../src/model/errors.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { utcDayOf } from "../../src/model/utc-day.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { testHost } from "./plugin-host.js";

/** What one place remembers of its objects beside their bytes. */
interface Kept {
  until?: UtcDay;
  /** A hold for each version, the newest last. */
  holds: boolean[];
}

/** Makers of a store in a folder that keeps locks, holds and the number of versions in memory; `spoil` changes it into a wrong one. */
export function lockingMaker(spoil: (store: ObjectStore) => Partial<ObjectStore>): StoreMaker {
  const make: StoreMaker["make"] = async () => {
    const path = await mkdtemp(join(tmpdir(), "daybook-locking-store-"));
    const kept = new Map<string, Kept>();
    return {
      open: () => {
        const files = localFiles.open(localFiles.options.parse({ path, reserve: "0" }), testHost());
        const store = lockingStore(files, kept);
        return { ...store, ...spoil(store) };
      },
      dispose: () => rm(path, { recursive: true, force: true }),
      versions: async () => [...kept.values()].reduce((sum, { holds }) => sum + holds.length, 0),
    };
  };
  return { offers: { retention: true, hold: true, versions: true }, make, unusable: make };
}

function lockingStore(files: ObjectStore, kept: Map<string, Kept>): ObjectStore {
  const require = (key: string): Kept => {
    const found = kept.get(key);
    if (found === undefined)
      throw new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
    return found;
  };
  const lengthen = (one: Kept, until: UtcDay): void => {
    if (until > utcDayOf(systemClock.now()) && until > (one.until ?? "")) one.until = until;
  };
  return {
    check: (signal) => files.check(signal),
    putNew: async (key, body, expected, signal) => {
      const outcome = await files.putNew(key, body, expected, signal);
      if (outcome === "stored") kept.set(key, { holds: [false] });
      if (expected.retainUntil !== undefined) lengthen(require(key), expected.retainUntil);
      return outcome;
    },
    replace: async (key, body, expected, signal) => {
      await files.replace(key, body, expected, signal);
      kept.set(key, { ...kept.get(key), holds: [...(kept.get(key)?.holds ?? []), false] });
    },
    get: (key, signal) => files.get(key, signal),
    stat: async (key, signal) => {
      const found = await files.stat(key, signal);
      const { until, holds = [] } = kept.get(key) ?? {};
      return found && { ...found, ...(until && { retainUntil: until }), hold: holds.at(-1) === true };
    },
    list: (prefix, signal) => files.list(prefix, signal),
    remove: async (key, signal) => {
      const { until, holds } = require(key);
      const hold = holds.includes(true);
      if (until !== undefined || hold) {
        const message = `${key}: removal: expected no lock, found one`;
        throw new DaybookError("SINK_REFUSED", { message, lock: { ...(until && { until }), hold } });
      }
      await files.remove(key, signal);
      kept.delete(key);
      return { removed: 1, versions: holds.length };
    },
    extendRetention: async (key, until) => lengthen(require(key), until),
    setHold: async (key, on) => {
      const one = require(key);
      one.holds = one.holds.map(() => on);
    },
    protection: async () => ({ retention: "governance", hold: true, versions: true }),
    close: () => files.close(),
  };
}
