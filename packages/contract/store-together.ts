import { strict as assert } from "node:assert";
import { isDaybookError } from "../../src/model/errors.js";
import type { StoreCase } from "./store-maker.js";
import {
  CALM,
  bytesOf,
  expectedOf,
  failureOf,
  getText,
  isAbsent,
  listAll,
  piecesOf,
  putText,
  rejectsWith,
  replaceText,
} from "./sample-objects.js";

const KEY = "ledger/000/000000123.json";

/** Several writers at once, and repeated writes. */
export const TOGETHER: readonly StoreCase[] = [
  {
    name: "lets one of eight writers of different bytes win, and tells the others of the conflict",
    run: async (place) => {
      const texts = Array.from({ length: 8 }, (_, index) => `writer ${index} `.repeat(500));
      const results = await Promise.allSettled(texts.map((text) => putText(place.open(), KEY, text)));
      const winners = texts.filter((_, index) => results[index]?.status === "fulfilled");
      assert.equal(winners.length, 1, "expected one winner");
      assert.equal(await getText(place.open(), KEY), winners[0]);
      for (const result of results) {
        if (result.status === "rejected")
          assert.ok(isDaybookError(result.reason, "SINK_CONFLICT"), String(result.reason));
      }
    },
  },
  {
    name: "lets two writers of the same bytes both succeed with one object",
    run: async (place) => {
      const answers = await Promise.all([
        putText(place.open(), KEY, "same"),
        putText(place.open(), KEY, "same"),
      ]);
      assert.deepEqual(answers.toSorted(), ["already-there", "stored"]);
      assert.deepEqual(await listAll(place.open()), [KEY]);
    },
  },
  {
    name: "keeps two objects apart that are written at once",
    run: async (place) => {
      const store = place.open();
      const keys = Array.from({ length: 12 }, (_, index) => `days/2026/11/${index + 10}/manifest.json`);
      await Promise.all(keys.map((key) => putText(store, key, key.repeat(1_000))));
      for (const key of keys) assert.equal(await getText(store, key), key.repeat(1_000));
      assert.deepEqual(await listAll(store), keys);
    },
  },
  {
    name: "is found again from a new instance, which refuses and accepts the same",
    run: async (place) => {
      const first = place.open();
      await putText(first, KEY, "kept");
      await first.close();
      const second = place.open();
      assert.equal(await getText(second, KEY), "kept");
      assert.deepEqual(await listAll(second), [KEY]);
      assert.equal(await putText(second, KEY, "kept"), "already-there");
      await rejectsWith(putText(second, KEY, "other"), "SINK_CONFLICT");
    },
  },
];

/** Pointers and views, which are replaced as a whole. */
export const REPLACING: readonly StoreCase[] = [
  {
    name: "creates an object by replacing what is absent",
    run: async (place) => {
      await replaceText(place.open(), "head", "one");
      assert.equal(await getText(place.open(), "head"), "one");
      assert.deepEqual(await listAll(place.open()), ["head"]);
    },
  },
  {
    name: "replaces an object by a longer, a shorter, an equal and an empty one, whole each time",
    run: async (place) => {
      const store = place.open();
      for (const text of ["first", "a much longer second", "3", "3", "", "last"]) {
        await replaceText(store, "head", text);
        assert.equal(await getText(place.open(), "head"), text);
        assert.equal((await store.stat("head", CALM))?.bytes, text.length);
      }
    },
  },
  {
    name: "shows a reader the old object or the new one, never a mix or nothing",
    run: async (place) => {
      const store = place.open();
      const texts = Array.from({ length: 16 }, (_, index) => `${index} `.repeat(40_000));
      await replaceText(store, "head", texts[0] ?? "");
      const done = new AbortController();
      const reader = (async () => {
        do assert.ok(texts.includes(await getText(place.open(), "head")), "a reader saw a mix");
        while (!done.signal.aborted);
      })();
      const writer = (async () => {
        for (const text of texts) await replaceText(store, "head", text);
      })().finally(() => done.abort());
      await Promise.all([reader, writer]);
      assert.equal(await getText(store, "head"), texts.at(-1));
    },
  },
  ...[
    { what: "ends short", body: "01", code: "SINK_MISMATCH" as const },
    { what: "runs over", body: "0123456789 and more", code: "SINK_MISMATCH" as const },
    { what: "has another hash", body: "0123456780", code: "SINK_MISMATCH" as const },
  ].map(({ what, body, code }) => ({
    name: `keeps the old object when the one to replace it ${what}`,
    run: async (place: Parameters<StoreCase["run"]>[0]) => {
      const store = place.open();
      await replaceText(store, "head", "old");
      const call = store.replace("head", piecesOf(bytesOf(body), 3), expectedOf(bytesOf("0123456789")), CALM);
      await rejectsWith(call, code);
      assert.equal(await getText(place.open(), "head"), "old");
    },
  })),
  {
    name: "creates nothing when the object to replace an absent one fails half-way",
    run: async (place) => {
      const body = piecesOf(bytesOf("01234"), 2, new Error("the reader broke"));
      await failureOf(place.open().replace("head", body, expectedOf(bytesOf("0123456789")), CALM));
      await isAbsent(place.open(), "head");
    },
  },
];
