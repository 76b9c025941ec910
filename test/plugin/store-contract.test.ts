import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { STORE_CASES, isOffered } from "daybook/plugin/contract";
import type { StoreCase, StoreMaker } from "daybook/plugin/contract";
import { describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { DaybookError } from "../../src/model/errors.js";
import { DAY_MS, utcDayOf } from "../../src/model/utc-day.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { lockingMaker } from "../support/locking-store.js";
import { testHost } from "../support/plugin-host.js";

/** A maker of local-files stores that `spoil` changes into wrong ones. */
function makerOf(spoil: (store: ObjectStore) => Partial<ObjectStore>): StoreMaker {
  const make: StoreMaker["make"] = async () => {
    const path = await mkdtemp(join(tmpdir(), "daybook-wrong-store-"));
    return {
      open: () => {
        const store = localFiles.open(localFiles.options.parse({ path, reserve: "0" }), testHost());
        return Object.assign(Object.create(store) as ObjectStore, bound(store), spoil(store));
      },
      dispose: () => rm(path, { recursive: true, force: true }),
    };
  };
  return { offers: { retention: true, hold: false }, make, unusable: make };
}

function bound(store: ObjectStore): ObjectStore {
  return {
    check: (signal) => store.check(signal),
    putNew: (key, body, expected, signal) => store.putNew(key, body, expected, signal),
    replace: (key, body, expected, signal) => store.replace(key, body, expected, signal),
    get: (key, signal) => store.get(key, signal),
    stat: (key, signal) => store.stat(key, signal),
    list: (prefix, signal) => store.list(prefix, signal),
    remove: (key, signal) => store.remove(key, signal),
    close: () => store.close(),
  };
}

/** Whether the store passes the case of that name. */
async function passes(name: string, maker: StoreMaker): Promise<boolean> {
  const found = STORE_CASES.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no case is called: ${name}`);
  const place = await maker.make();
  try {
    await found.run(place, maker);
    return true;
  } catch {
    return false;
  } finally {
    await place.dispose();
  }
}

const WRONG: readonly {
  readonly what: string;
  readonly caught: string;
  readonly spoil: (store: ObjectStore) => Partial<ObjectStore>;
}[] = [
  {
    what: "says OK and stores nothing",
    caught: "gives back the bytes that were put",
    spoil: () => ({ putNew: async () => "stored" }),
  },
  {
    what: "overwrites",
    caught: "refuses other bytes of the same length under a key as a conflict and keeps the first",
    spoil: (store) => ({
      putNew: async (key, body, expected, signal) => {
        await store.replace(key, body, expected, signal);
        return "stored";
      },
    }),
  },
  {
    what: "keeps the first and does not say so",
    caught: "refuses other bytes under a key as a conflict and keeps the first",
    spoil: (store) => ({
      putNew: (key, body, expected, signal) =>
        store.putNew(key, body, expected, signal).catch(() => "already-there" as const),
    }),
  },
  {
    what: "ends a listing after its first 1,000 keys",
    caught: "lists more than 1,000 keys completely",
    spoil: (store) => ({
      async *list(prefix, signal) {
        let left = 1_000;
        for await (const key of store.list(prefix, signal)) if (left-- > 0) yield key;
      },
    }),
  },
  {
    what: "takes a prefix for a folder",
    caught: "lists exactly the keys that start with a prefix, wherever it ends",
    spoil: (store) => ({
      async *list(prefix, signal) {
        const folder = prefix === "" || prefix.endsWith("/") ? prefix : `${prefix}/`;
        yield* store.list(folder, signal);
      },
    }),
  },
  {
    what: "keeps what came before a body broke off",
    caught: "leaves nothing readable after a body that failed half-way",
    spoil: (store) => ({
      putNew: async (key, body, _expected, signal) => {
        const pieces: Uint8Array[] = [];
        try {
          for await (const piece of body) pieces.push(piece);
        } finally {
          await putWhatCame(store, key, Buffer.concat(pieces), signal);
        }
        return "stored";
      },
    }),
  },
  {
    what: "holds the whole body in memory",
    caught: "streams a large object in and out with constant memory",
    spoil: (store) => ({
      putNew: async (key, body, expected, signal) => {
        const pieces: Uint8Array[] = [];
        for await (const piece of body) pieces.push(piece);
        return store.putNew(key, asBody(Buffer.concat(pieces)), expected, signal);
      },
    }),
  },
  {
    what: "does not watch its signal",
    caught: "stops a write at once when it is aborted, though the body stalls, and leaves nothing readable",
    spoil: (store) => ({
      putNew: (key, body, expected) => store.putNew(key, body, expected, AbortSignal.timeout(7_000)),
    }),
  },
  {
    what: "removes what is retained",
    caught: "keeps an object until its day, says until when, and refuses to remove it before",
    spoil: (store) => ({
      stat: async (key, signal) => {
        const found = await store.stat(key, signal);
        return found === undefined ? undefined : { ...found, retainUntil: "2999-01-01" as never };
      },
    }),
  },
  {
    what: "finds nothing wrong with an unusable place",
    caught: "fails its check where a write would fail, with a code, and is not to be retried",
    spoil: () => ({}),
  },
  {
    what: "leaves its probe behind",
    caught: "leaves no trace of a check, in an empty place and in a used one",
    spoil: (store) => ({
      check: (signal) => putWhatCame(store, "probe", new Uint8Array(), signal),
    }),
  },
  {
    what: "throws errors without a code",
    caught: "answers that an absent key is not there, in get, stat and remove",
    spoil: () => ({
      get: async () => {
        throw new Error("no such thing");
      },
    }),
  },
  {
    what: "shows an old object in pieces of the new",
    caught: "keeps the old object when the one to replace it ends short",
    spoil: (store) => ({
      replace: async (key, body, expected, signal) => {
        if ((await store.stat(key, signal)) !== undefined) await store.remove(key, signal);
        await store.putNew(key, body, expected, signal);
      },
    }),
  },
];

const WEAK: typeof WRONG = [
  {
    what: "takes the wish for a longer lock and does nothing",
    caught: "lengthens the lock of an object, also of one that was stored without",
    spoil: () => ({ extendRetention: async () => {} }),
  },
  {
    what: "shortens a lock",
    caught: "keeps a lock that is longer than the one that is asked for, and calls it no error",
    spoil: (store) => ({
      stat: async (key, signal) => {
        const found = await store.stat(key, signal);
        return found?.retainUntil === undefined
          ? found
          : { ...found, retainUntil: utcDayOf(Date.now() + 3 * DAY_MS) };
      },
    }),
  },
  {
    what: "does not say which lock refuses a removal",
    caught: "keeps an object until its day, says until when, and refuses to remove it before",
    spoil: (store) => ({
      remove: (key, signal) =>
        store.remove(key, signal).catch(() => {
          throw new DaybookError("SINK_REFUSED", { message: "no" });
        }),
    }),
  },
  {
    what: "takes a hold and does nothing",
    caught: "refuses to remove an object on hold, and removes it once the hold is lifted",
    spoil: () => ({ setHold: async () => {} }),
  },
  {
    what: "says that it protects, and keeps no locks",
    caught: "says of its protection what it does, and has the operations for it",
    spoil: () => ({ extendRetention: undefined as never }),
  },
];

function isAboutKeeping(need: StoreCase["needs"]): boolean {
  return need !== undefined && /retention|hold|versions/.test(need);
}

function asBody(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  return {
    async *[Symbol.asyncIterator]() {
      yield bytes;
    },
  };
}

async function putWhatCame(
  store: ObjectStore,
  key: string,
  bytes: Uint8Array,
  signal: AbortSignal,
): Promise<void> {
  const sha256 = Buffer.from(await crypto.subtle.digest("SHA-256", Buffer.from(bytes))).toString("hex");
  await store.replace(key, asBody(bytes), { bytes: bytes.length, sha256 }, signal);
}

describe("the contract of an object store", () => {
  it.each(WRONG)("catches a store that $what", async ({ caught, spoil }) => {
    expect(await passes(caught, makerOf(spoil))).toBe(false);
  });

  it("passes the right store on every case that caught a wrong one, but those of promises it does not make", async () => {
    const names = new Set(WRONG.map(({ caught }) => caught));
    const failed: string[] = [];
    for (const name of names)
      if (
        !(await passes(
          name,
          makerOf(() => ({})),
        ))
      )
        failed.push(name);

    expect(failed).toEqual([
      "keeps an object until its day, says until when, and refuses to remove it before",
      "fails its check where a write would fail, with a code, and is not to be retried",
    ]);
  });

  it("passes a store that keeps locks, holds and versions", async () => {
    const maker = lockingMaker(() => ({}));
    const failed: string[] = [];
    for (const { name, needs } of STORE_CASES)
      if (isAboutKeeping(needs) && (!isOffered(needs, maker) || !(await passes(name, maker))))
        failed.push(name);

    expect(failed).toEqual([]);
  });

  it.each(WEAK)("catches a store that $what", async ({ caught, spoil }) => {
    expect(await passes(caught, lockingMaker(spoil))).toBe(false);
  });

  it("has 40 cases and more, each named by a sentence of its own", () => {
    const names = STORE_CASES.map(({ name }) => name);

    expect(new Set(names).size).toBe(names.length);
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names.filter((name) => !/^[a-z][^.]*$/.test(name))).toEqual([]);
  });

  it("wants an error of the catalogue where a key is absent", async () => {
    const maker = makerOf((store) => ({
      remove: (key, signal) =>
        store.remove(key, signal).catch(() => {
          throw new DaybookError("SINK_REFUSED", { message: "no" });
        }),
    }));

    expect(await passes("answers that an absent key is not there, in get, stat and remove", maker)).toBe(
      false,
    );
  });
});
