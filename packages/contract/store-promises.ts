import { strict as assert } from "node:assert";
import { isDaybookError } from "../../src/model/errors.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import { callsOutageRetryable, callsRefusalFinal } from "./outage.js";
import type { Operation } from "./outage.js";
import type { StoreCase, StorePlace } from "./store-maker.js";
import {
  CALM,
  bytesOf,
  collect,
  endsWithin,
  expectedOf,
  failureOf,
  getText,
  listAll,
  piecesOf,
  putText,
} from "./sample-objects.js";

const KEY = "days/2026/11/20/r0001/manifest.json";

/** Check, close, outages and refusals. */
export const CONDUCT: readonly StoreCase[] = [
  {
    name: "leaves no trace of a check, in an empty place and in a used one",
    run: async (place) => {
      const store = place.open();
      await store.check(CALM);
      assert.deepEqual(await listAll(place.open()), []);
      await putText(store, KEY, "kept");
      await store.check(CALM);
      await Promise.all([store.check(CALM), place.open().check(CALM)]);
      assert.deepEqual(await listAll(place.open()), [KEY]);
      assert.equal(await getText(store, KEY), "kept");
    },
  },
  {
    name: "changes nothing by a look, in an empty place and in a used one, if it has one",
    run: async (place) => {
      const store = place.open();
      await store.look?.(CALM);
      assert.deepEqual(await listAll(place.open()), []);
      await putText(store, KEY, "kept");
      await store.look?.(CALM);
      assert.deepEqual(await listAll(place.open()), [KEY]);
    },
  },
  {
    name: "fails its check where a write would fail, with a code, and is not to be retried",
    run: async (_place, maker) =>
      withPlace(await maker.unusable(), async (store) => {
        const error = await failureOf(store.check(CALM));
        assert.ok(isDaybookError(error), `expected a DaybookError, found ${String(error)}`);
        assert.equal(error.retry, "never");
        assert.ok(isDaybookError(await failureOf(putText(store, KEY, "x"))), "putNew failed without a code");
      }),
  },
  {
    name: "can be closed twice, used or not",
    run: async (place) => {
      await place.open().close();
      const store = place.open();
      await putText(store, KEY, "kept");
      await store.close();
      await store.close();
      assert.equal(await getText(place.open(), KEY), "kept");
    },
  },
  {
    name: "calls an outage retryable, in every operation",
    needs: "unreachable",
    timeoutMs: 120_000,
    run: async (_place, maker) =>
      withPlace(await maker.unreachable?.(), (store) => callsOutageRetryable(everyOperation(store))),
  },
  {
    name: "calls a refusal final, in every operation",
    needs: "refused",
    timeoutMs: 120_000,
    run: async (_place, maker) =>
      withPlace(await maker.refused?.(), (store) => callsRefusalFinal(everyOperation(store))),
  },
  {
    name: "stops waiting for a server that does not answer when aborted",
    needs: "unreachable",
    run: async (_place, maker) =>
      withPlace(await maker.unreachable?.(), async (store) => {
        const stop = new AbortController();
        const call = store.stat(KEY, stop.signal);
        stop.abort(new Error("stopped by the test"));
        await endsWithin(5_000, call);
      }),
  },
];

function everyOperation(store: ObjectStore): readonly Operation[] {
  const bytes = bytesOf("never stored");
  return [
    () => store.check(CALM),
    ...(store.look === undefined ? [] : [async () => store.look?.(CALM)]),
    () => store.putNew(KEY, piecesOf(bytes), expectedOf(bytes), CALM),
    () => store.replace("head", piecesOf(bytes), expectedOf(bytes), CALM),
    () => store.get(KEY, CALM).then(collect),
    () => store.stat(KEY, CALM),
    () => collect(store.list("", CALM)),
    () => store.remove(KEY, CALM),
  ];
}

async function withPlace(
  place: StorePlace | undefined,
  use: (store: ObjectStore) => Promise<void>,
): Promise<void> {
  assert.ok(place !== undefined, "the maker lacks the hook that this case needs");
  const store = place.open();
  try {
    await use(store);
  } finally {
    await store.close();
    await place.dispose();
  }
}
