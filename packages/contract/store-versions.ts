import { strict as assert } from "node:assert";
import type { StoreCase, StorePlace } from "./store-maker.js";
import { CALM, getBytes, putText, rejectsWith, replaceText } from "./sample-objects.js";

const KEY = "tenant/head";

/** For the stores in which a replaced object stays as a version: a removal leaves none. */
export const VERSIONS: readonly StoreCase[] = [
  {
    name: "removes every version of an object, and says how many there were",
    needs: "versions",
    run: async (place) => {
      const store = place.open();
      for (const text of ["first", "second", "third"]) await replaceText(store, KEY, text);
      await putText(store, `${KEY}.neighbour`, "stays");
      assert.equal(await versionsIn(place), 4);
      const { versions } = await store.remove(KEY, CALM);
      assert.equal(versions, 3);
      assert.equal(await versionsIn(place), 1);
      assert.equal(await place.open().stat(KEY, CALM), undefined);
      await rejectsWith(getBytes(store, KEY), "SINK_NOT_FOUND");
      await rejectsWith(store.remove(KEY, CALM), "SINK_NOT_FOUND");
    },
  },
  {
    name: "holds every version of an object, and removes none while one is held",
    needs: "versions and hold",
    run: async (place) => {
      const store = place.open();
      assert.ok(store.setHold !== undefined, "the store offers holds and has no setHold");
      for (const text of ["first", "second"]) await replaceText(store, KEY, text);
      await store.setHold(KEY, true, CALM);
      // Newer than the hold, so that the versions below it are held and the object is not.
      await replaceText(store, KEY, "third");
      const { lock } = await rejectsWith(store.remove(KEY, CALM), "SINK_REFUSED");
      assert.equal(lock?.hold, true);
      assert.equal(await versionsIn(place), 3);
      await store.setHold(KEY, false, CALM);
      await store.remove(KEY, CALM);
      assert.equal(await versionsIn(place), 0);
    },
  },
];

async function versionsIn(place: StorePlace): Promise<number> {
  assert.ok(place.versions !== undefined, "the store offers versions and its place cannot count them");
  return place.versions();
}
