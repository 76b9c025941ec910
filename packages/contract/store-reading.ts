import { strict as assert } from "node:assert";
import type { StoreCase, StorePlace } from "./store-maker.js";
import {
  CALM,
  bytesOf,
  collect,
  expectedOf,
  failureOf,
  getBytes,
  getText,
  isAbsent,
  listAll,
  piecesOf,
  putText,
  rejectsWith,
} from "./sample-objects.js";

const LISTED = ["a-b", "a.b/x", "a/-", "a/b", "a/b-c/z", "a/b.c", "a/c", "a0", "aB", "a_b", "ab", "b/a/b"];

/** get, stat, list and remove. */
export const READING: readonly StoreCase[] = [
  {
    name: "lists every key, sorted by code unit over the whole key",
    run: async (place) => {
      await putAll(place, LISTED.toReversed());
      assert.deepEqual(await listAll(place.open()), LISTED.toSorted());
    },
  },
  {
    name: "lists exactly the keys that start with a prefix, wherever it ends",
    run: async (place) => {
      await putAll(place, LISTED);
      for (const prefix of [
        "a",
        "a/",
        "a/b",
        "a/b-",
        "a/b-c/z",
        "a/b-c/zz",
        "b/a/",
        "c",
        "A",
        "a//",
        "b/a/b/",
      ]) {
        const expected = LISTED.filter((key) => key.startsWith(prefix)).toSorted();
        assert.deepEqual(await listAll(place.open(), prefix), expected, `prefix ${prefix}`);
      }
    },
  },
  {
    name: "lists more than 1,000 keys completely",
    timeoutMs: 120_000,
    isLong: true,
    run: async (place) => {
      const store = place.open();
      const keys = Array.from({ length: 1_203 }, (_, index) => `k/${String(index).padStart(5, "0")}`);
      for (let at = 0; at < keys.length; at += 24) {
        await Promise.all(keys.slice(at, at + 24).map((key) => putText(store, key, key)));
      }
      assert.deepEqual(await listAll(store, "k/"), keys);
    },
  },
  {
    name: "lists nothing where nothing is",
    run: async (place) => {
      assert.deepEqual(await listAll(place.open()), []);
      assert.deepEqual(await listAll(place.open(), "days/"), []);
    },
  },
  {
    name: "tells size and, where it knows it, hash of an object",
    run: async (place) => {
      const store = place.open();
      const bytes = bytesOf("Größe");
      await putText(store, "a/b", "Größe");
      const stat = await store.stat("a/b", CALM);
      assert.equal(stat?.bytes, bytes.length);
      if (stat?.sha256 !== undefined) assert.equal(stat.sha256, expectedOf(bytes).sha256);
    },
  },
  {
    name: "answers that an absent key is not there, in get, stat and remove",
    run: async (place) => {
      const store = place.open();
      await putText(store, "days/2026/manifest.json", "{}");
      for (const key of ["absent", "days/2026/absent", "days/2026/manifest.jso", "absent/deep/key"]) {
        await isAbsentKey(place, key);
        await rejectsWith(store.remove(key, CALM), "SINK_NOT_FOUND");
      }
    },
  },
  {
    name: "does not take the start of a key for an object",
    run: async (place) => {
      const store = place.open();
      await putText(store, "days/2026/manifest.json", "{}");
      for (const key of ["days", "days/2026"]) {
        await isAbsentKey(place, key);
        await rejectsWith(store.remove(key, CALM), "SINK_NOT_FOUND");
      }
      assert.equal(await getText(store, "days/2026/manifest.json"), "{}");
    },
  },
  {
    name: "removes one object, says so, and keeps its neighbours",
    run: async (place) => {
      const store = place.open();
      await putAll(place, ["a/b", "a/bc", "a/b.c"]);
      const receipt = await store.remove("a/b", CALM);
      assert.ok(receipt.removed >= 1, "expected a receipt for one removal at least");
      await isAbsentKey(place, "a/b");
      assert.deepEqual(await listAll(place.open()), ["a/b.c", "a/bc"]);
    },
  },
  {
    name: "takes a new object under a key whose object was removed",
    run: async (place) => {
      const store = place.open();
      await putText(store, "a/b", "first");
      await store.remove("a/b", CALM);
      assert.equal(await putText(store, "a/b", "second"), "stored");
      assert.equal(await getText(place.open(), "a/b"), "second");
    },
  },
  {
    name: "stays usable when a reader leaves early",
    run: async (place) => {
      const store = place.open();
      const bytes = new Uint8Array(1_000_000);
      await store.putNew("a/b", piecesOf(bytes), expectedOf(bytes), CALM);
      await putText(store, "a/c", "c");
      for await (const piece of await store.get("a/b", CALM)) if (piece.length > 0) break;
      for await (const key of store.list("", CALM)) if (key !== "") break;
      assert.equal((await getBytes(store, "a/b")).length, bytes.length);
    },
  },
  {
    name: "stops reading and listing at once when aborted",
    run: async (place) => {
      const store = place.open();
      const bytes = new Uint8Array(8_000_000);
      await store.putNew("a/b", piecesOf(bytes), expectedOf(bytes), CALM);
      const stop = new AbortController();
      await failureOf(
        (async () => {
          for await (const piece of await store.get("a/b", stop.signal)) if (piece.length > 0) stop.abort();
        })(),
      );
      await failureOf(collect(store.list("", AbortSignal.abort())));
      await failureOf(store.get("a/b", AbortSignal.abort()).then(collect));
    },
  },
];

async function putAll(place: StorePlace, keys: readonly string[]): Promise<void> {
  const store = place.open();
  for (const key of keys) await putText(store, key, key);
}

/** As `isAbsent`, where longer keys with the same start may stand. */
async function isAbsentKey(place: StorePlace, key: string): Promise<void> {
  const store = place.open();
  await rejectsWith(getBytes(store, key), "SINK_NOT_FOUND");
  assert.equal(await store.stat(key, CALM), undefined);
  assert.ok(!(await listAll(store, key)).includes(key), `the listing names ${key}`);
  if (key === "absent") await isAbsent(store, key);
}
