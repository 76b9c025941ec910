import { strict as assert } from "node:assert";
import type { StoreCase } from "./store-maker.js";
import {
  CALM,
  bytesOf,
  endsWithin,
  expectedOf,
  failureOf,
  getBytes,
  getText,
  isAbsent,
  listAll,
  piecesOf,
  putText,
  rejectsWith,
  stallingBody,
} from "./sample-objects.js";

const KEY = "days/2026/11/20/r0001/h07-0001.json.zst";

/** Creating objects: whole or not at all, once and for ever. */
export const WRITING: readonly StoreCase[] = [
  {
    name: "gives back the bytes that were put",
    run: async (place) => {
      const store = place.open();
      assert.equal(await putText(store, KEY, "Zürich 東京 🗄"), "stored");
      assert.equal(await getText(store, KEY), "Zürich 東京 🗄");
    },
  },
  {
    name: "keeps every value of a byte, whatever the sizes of the pieces",
    run: async (place) => {
      const store = place.open();
      const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
      async function* odd(): AsyncGenerator<Uint8Array> {
        yield new Uint8Array();
        yield* piecesOf(bytes.slice(0, 1_000), 3);
        yield new Uint8Array();
        yield bytes.slice(1_000);
        yield new Uint8Array();
      }
      await store.putNew(KEY, odd(), expectedOf(bytes), CALM);
      assert.ok(Buffer.from(bytes).equals(await getBytes(store, KEY)), "the bytes differ");
    },
  },
  {
    name: "keeps an empty object",
    run: async (place) => {
      const store = place.open();
      assert.equal(await putText(store, KEY, ""), "stored");
      assert.equal((await getBytes(store, KEY)).length, 0);
      assert.equal((await store.stat(KEY, CALM))?.bytes, 0);
      assert.deepEqual(await listAll(store), [KEY]);
    },
  },
  {
    name: "holds one object when the same bytes are put twice",
    run: async (place) => {
      const store = place.open();
      assert.equal(await putText(store, KEY, "same"), "stored");
      assert.equal(await putText(store, KEY, "same"), "already-there");
      assert.equal(await putText(store, KEY, "same"), "already-there");
      assert.deepEqual(await listAll(store), [KEY]);
      assert.equal(await getText(store, KEY), "same");
    },
  },
  ...[
    { what: "other bytes", first: "the first", second: "another, longer one" },
    { what: "other bytes of the same length", first: "first", second: "other" },
    { what: "an empty object in the place of a full one", first: "first", second: "" },
    { what: "a full object in the place of an empty one", first: "", second: "second" },
  ].map(({ what, first, second }) => ({
    name: `refuses ${what} under a key as a conflict and keeps the first`,
    run: async (place: Parameters<StoreCase["run"]>[0]) => {
      const store = place.open();
      await putText(store, KEY, first);
      await rejectsWith(putText(store, KEY, second), "SINK_CONFLICT");
      assert.equal(await getText(store, KEY), first);
    },
  })),
  {
    name: "keeps the same bytes under two keys as two objects",
    run: async (place) => {
      const store = place.open();
      await putText(store, "a/one", "same");
      await putText(store, "a/two", "same");
      await store.remove("a/one", CALM);
      assert.equal(await getText(store, "a/two"), "same");
    },
  },
  {
    name: "takes every character that a key may have, and keeps keys apart that differ in case",
    run: async (place) => {
      const store = place.open();
      const keys = [
        "tenant=c-1/date=2026-11-20/a_b.parquet",
        "k/ABC",
        "k/abc",
        ".hidden/.x",
        "k/a..b",
        "-/=/_",
      ];
      for (const key of keys) await putText(store, key, key);
      for (const key of keys) assert.equal(await getText(store, key), key);
    },
  },
  {
    name: "takes long and deep keys",
    run: async (place) => {
      const store = place.open();
      const key = `${"abcdefghijklmnop".repeat(3)}/`.repeat(10).concat("z".repeat(200));
      await putText(store, key, "deep");
      assert.equal(await getText(store, key), "deep");
      assert.deepEqual(await listAll(store, "a"), [key]);
    },
  },
];

/** Writes that go wrong: nothing of them may be readable. */
export const FAILED_WRITES: readonly StoreCase[] = [
  {
    name: "leaves nothing readable after a body that failed half-way",
    run: async (place) => {
      const store = place.open();
      const bytes = bytesOf("half of this never comes");
      const body = piecesOf(bytes.slice(0, 10), 4, new Error("the reader broke"));
      await failureOf(store.putNew(KEY, body, expectedOf(bytes), CALM));
      await isAbsent(place.open(), KEY);
    },
  },
  ...[
    { what: "ended short", body: "0123", expected: "0123456789" },
    { what: "ended before its first byte", body: "", expected: "0123456789" },
    { what: "ran over", body: "0123456789 and more", expected: "0123456789" },
    { what: "ran over an empty object", body: "0", expected: "" },
    { what: "had another hash", body: "0123456780", expected: "0123456789" },
  ].map(({ what, body, expected }) => ({
    name: `refuses a body that ${what} and leaves nothing readable`,
    run: async (place: Parameters<StoreCase["run"]>[0]) => {
      const store = place.open();
      const call = store.putNew(KEY, piecesOf(bytesOf(body), 3), expectedOf(bytesOf(expected)), CALM);
      await rejectsWith(call, "SINK_MISMATCH");
      await isAbsent(place.open(), KEY);
    },
  })),
  {
    name: "shows nothing of an object while it is being written",
    run: async (place) => {
      const store = place.open();
      const bytes = bytesOf("slowly written");
      async function* watched(): AsyncGenerator<Uint8Array> {
        yield bytes.slice(0, 6);
        await isAbsent(place.open(), KEY);
        assert.deepEqual(await listAll(place.open()), []);
        yield bytes.slice(6);
      }
      await store.putNew(KEY, watched(), expectedOf(bytes), CALM);
      assert.equal(await getText(store, KEY), "slowly written");
    },
  },
  {
    name: "stops a write at once when it is aborted, though the body stalls, and leaves nothing readable",
    run: async (place) => {
      const store = place.open();
      const stop = new AbortController();
      const call = store.putNew(
        KEY,
        stallingBody(bytesOf("01234")),
        expectedOf(bytesOf("0123456789")),
        stop.signal,
      );
      setTimeout(() => stop.abort(new Error("stopped by the test")), 50);
      await endsWithin(5_000, call);
      await failureOf(call);
      await isAbsent(place.open(), KEY);
    },
  },
  {
    name: "writes nothing when it is aborted before it starts",
    run: async (place) => {
      const bytes = bytesOf("never");
      await failureOf(place.open().putNew(KEY, piecesOf(bytes), expectedOf(bytes), AbortSignal.abort()));
      await isAbsent(place.open(), KEY);
    },
  },
  {
    name: "can write an object after a write of it failed",
    run: async (place) => {
      const store = place.open();
      await failureOf(store.putNew(KEY, piecesOf(bytesOf("01")), expectedOf(bytesOf("0123")), CALM));
      assert.equal(await putText(store, KEY, "0123"), "stored");
      assert.equal(await getText(store, KEY), "0123");
    },
  },
  {
    name: "keeps the object that stands when a second write of its key fails",
    run: async (place) => {
      const store = place.open();
      await putText(store, KEY, "the first");
      const body = piecesOf(bytesOf("broken"), 2, new Error("the reader broke"));
      await failureOf(store.putNew(KEY, body, expectedOf(bytesOf("broken off")), CALM));
      assert.equal(await getText(store, KEY), "the first");
    },
  },
];
