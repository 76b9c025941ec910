import { strict as assert } from "node:assert";
import { systemClock } from "../../src/io/clock.js";
import type { ObjectLock } from "../../src/model/errors.js";
import { DAY_MS, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { ObjectStore } from "../../src/plugin/types.js";
import type { StoreCase, StorePlace } from "./store-maker.js";
import {
  CALM,
  bytesOf,
  expectedOf,
  getText,
  listAll,
  piecesOf,
  putText,
  rejectsWith,
} from "./sample-objects.js";

const KEY = "days/2026/11/20/r0001/manifest.json";

/** Retention and legal hold, for the stores that offer them. */
export const KEEPING: readonly StoreCase[] = [
  {
    name: "says of its protection what it does, and has the operations for it",
    run: async (place, { offers }) => {
      const store = place.open();
      const said = (await store.protection?.(CALM)) ?? { retention: "none", hold: false, versions: false };
      assert.equal(said.retention !== "none", offers.retention, `retention: it says ${said.retention}`);
      assert.equal(said.hold, offers.hold, `hold: it says ${said.hold}`);
      if (offers.versions !== undefined) assert.equal(said.versions, offers.versions);
      assert.equal(store.extendRetention !== undefined, offers.retention, "extendRetention");
      assert.equal(store.setHold !== undefined, offers.hold, "setHold");
    },
  },
  {
    name: "keeps an object until its day, says until when, and refuses to remove it before",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await putLocked(store, KEY, inDays(3));
      await isLockedUntil(place, inDays(3));
      await isRefusedBy(store, { until: inDays(3) });
      assert.equal(await getText(place.open(), KEY), "retained");
      assert.equal(await putLocked(store, KEY, inDays(3)), "already-there");
    },
  },
  {
    name: "removes an object without retention while its neighbour is retained",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await putLocked(store, "a/kept", inDays(3));
      await putText(store, "a/free", "free");
      await store.remove("a/free", CALM);
      assert.deepEqual(await listAll(place.open(), "a/"), ["a/kept"]);
    },
  },
  {
    name: "lengthens the lock of an object, also of one that was stored without",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await putText(store, KEY, "retained");
      for (const days of [3, 9]) {
        await extend(store, inDays(days));
        await isLockedUntil(place, inDays(days));
      }
      await isRefusedBy(store, { until: inDays(9) });
      assert.equal(await getText(place.open(), KEY), "retained");
    },
  },
  {
    name: "keeps a lock that is longer than the one that is asked for, and calls it no error",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await putLocked(store, KEY, inDays(9));
      await extend(store, inDays(3));
      assert.equal(await putLocked(store, KEY, inDays(2)), "already-there");
      await isLockedUntil(place, inDays(9));
      await isRefusedBy(store, { until: inDays(9) });
    },
  },
  {
    name: "is not asked in vain to lock until a day that has passed",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await putText(store, KEY, "free");
      await extend(store, inDays(-3));
      await store.remove(KEY, CALM);
      assert.deepEqual(await listAll(place.open()), []);
    },
  },
  {
    name: "answers that an absent key is not there, when it is to be locked",
    needs: "retention",
    run: async (place) => {
      const store = place.open();
      await rejectsWith(extend(store, inDays(3)), "SINK_NOT_FOUND");
    },
  },
  {
    name: "answers that an absent key is not there, when it is to be held",
    needs: "hold",
    run: async (place) => {
      const store = place.open();
      await rejectsWith(hold(store, true), "SINK_NOT_FOUND");
    },
  },
  {
    name: "refuses to remove an object on hold, and removes it once the hold is lifted",
    needs: "hold",
    run: async (place) => {
      const store = place.open();
      await putText(store, KEY, "held");
      for (let again = 0; again < 2; again += 1) await hold(store, true);
      assert.equal((await place.open().stat(KEY, CALM))?.hold, true);
      await isRefusedBy(store, { hold: true });
      assert.equal(await getText(store, KEY), "held");
      for (let again = 0; again < 2; again += 1) await hold(store, false);
      assert.notEqual((await place.open().stat(KEY, CALM))?.hold, true);
      await store.remove(KEY, CALM);
      assert.deepEqual(await listAll(place.open()), []);
    },
  },
  {
    name: "keeps lock and hold of an object apart",
    needs: "retention and hold",
    run: async (place) => {
      const store = place.open();
      await putLocked(store, KEY, inDays(3));
      await hold(store, true);
      await extend(store, inDays(5));
      await isRefusedBy(store, { hold: true });
      await hold(store, false);
      await isLockedUntil(place, inDays(5));
      await isRefusedBy(store, { until: inDays(5) });
    },
  },
];

function inDays(days: number): UtcDay {
  return utcDayOf(systemClock.now() + days * DAY_MS);
}

function putLocked(store: ObjectStore, key: string, retainUntil: UtcDay): Promise<string> {
  const bytes = bytesOf("retained");
  return store.putNew(key, piecesOf(bytes), expectedOf(bytes, { retainUntil }), CALM);
}

async function extend(store: ObjectStore, until: UtcDay): Promise<void> {
  assert.ok(store.extendRetention !== undefined, "the store offers retention and has no extendRetention");
  await store.extendRetention(KEY, until, CALM);
}

async function hold(store: ObjectStore, on: boolean): Promise<void> {
  assert.ok(store.setHold !== undefined, "the store offers holds and has no setHold");
  await store.setHold(KEY, on, CALM);
}

async function isLockedUntil(place: StorePlace, until: UtcDay): Promise<void> {
  const found = (await place.open().stat(KEY, CALM))?.retainUntil;
  assert.ok(found !== undefined && found >= until, `expected ${until} or later, found ${found}`);
}

/** The refusal says what keeps the object: until which day at least, and whether a hold does. */
async function isRefusedBy(store: ObjectStore, { until, hold: isHeld = false }: ObjectLock): Promise<void> {
  const { lock, message } = await rejectsWith(store.remove(KEY, CALM), "SINK_REFUSED");
  assert.ok(lock !== undefined, `the refusal does not say which lock: ${message}`);
  assert.equal(lock.hold === true, isHeld, `the refusal says of a hold: ${lock.hold}`);
  if (until === undefined) return;
  assert.ok(
    lock.until !== undefined && lock.until >= until,
    `the refusal: expected ${until}, found ${lock.until}`,
  );
}
