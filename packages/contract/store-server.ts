import { strict as assert } from "node:assert";
import {
  CALM,
  collect,
  expectedOf,
  getBytes,
  listAll,
  piecesOf,
  putText,
  rejectsWith,
} from "./sample-objects.js";
import type { ServerFault, StoreCase, StoreMaker } from "./store-maker.js";

const KEY = "days/2026/11/20/r0001/manifest.json";

/** A server whose answers are lost or cut short. */
export const SERVER: readonly StoreCase[] = [
  {
    name: "calls a write whose answer was lost retryable, and finds the object at the next attempt",
    needs: "disturb",
    run: async (place, maker) => {
      const store = place.open();
      await during(maker, "loses the answer to a write", async () => {
        await rejectsWith(putText(store, KEY, "once"), "SINK_UNAVAILABLE");
      });
      assert.equal(await putText(store, KEY, "once"), "already-there");
      assert.deepEqual(await listAll(store), [KEY]);
    },
  },
  {
    name: "gives no part of a listing that its server cuts short",
    needs: "disturb",
    run: async (place, maker) => {
      const store = place.open();
      const keys = ["k/1", "k/2", "k/3", "k/4"];
      for (const key of keys) await putText(store, key, key);
      await during(maker, "cuts listings short", async () => {
        await rejectsWith(collect(store.list("k/", CALM)), "SINK_MISMATCH", "SINK_UNAVAILABLE");
      });
      assert.deepEqual(await listAll(store, "k/"), keys);
    },
  },
  {
    name: "gives no part of an object that its server cuts short as the whole",
    needs: "disturb",
    run: async (place, maker) => {
      const store = place.open();
      const bytes = new Uint8Array(300_000);
      await store.putNew(KEY, piecesOf(bytes), expectedOf(bytes), CALM);
      await during(maker, "cuts objects short", async () => {
        await rejectsWith(getBytes(store, KEY), "SINK_UNAVAILABLE");
      });
      assert.equal((await getBytes(store, KEY)).length, bytes.length);
    },
  },
];

async function during(maker: StoreMaker, fault: ServerFault, act: () => Promise<void>): Promise<void> {
  assert.ok(maker.disturb !== undefined, "the maker lacks the hook that this case needs");
  const end = maker.disturb(fault);
  try {
    await act();
  } finally {
    end();
  }
}
