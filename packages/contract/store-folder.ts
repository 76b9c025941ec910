import { strict as assert } from "node:assert";
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ObjectStore } from "../../src/plugin/types.js";
import { CALM, getBytes, listAll, putText, rejectsWith, replaceText } from "./sample-objects.js";
import type { StoreCase, StorePlace } from "./store-maker.js";

/** For the stores that keep objects as files in a folder of this host. */
export const FOLDER: readonly StoreCase[] = [
  {
    name: "follows no link among the folders of a key, neither to write nor to read",
    needs: "folder",
    run: async (place) => {
      const outside = await mkdtemp(join(tmpdir(), "daybook-outside-"));
      try {
        await writeFile(join(outside, "object"), "not ours");
        const store = await storeWithLink(place, outside);
        await rejectsWith(putText(store, "a/link/new", "leaked"), "SINK_REFUSED");
        await rejectsWith(putText(store, "a/link/deep/new", "leaked"), "SINK_REFUSED");
        await rejectsWith(replaceText(store, "a/link/object", "leaked"), "SINK_REFUSED");
        await rejectsWith(getBytes(store, "a/link/object"), "SINK_REFUSED");
        await rejectsWith(store.stat("a/link/object", CALM), "SINK_REFUSED");
        await rejectsWith(store.remove("a/link/object", CALM), "SINK_REFUSED");
        assert.deepEqual(await listAll(store, "a/link/"), []);
        assert.deepEqual(await readdir(outside), ["object"]);
      } finally {
        await rm(outside, { recursive: true });
      }
    },
  },
];

/** A store that has the folder `a`, and in it a link to `outside`. */
async function storeWithLink(place: StorePlace, outside: string): Promise<ObjectStore> {
  const store = place.open();
  assert.ok(store.folder !== undefined, "the store offers a folder and does not name it");
  await mkdir(join(store.folder, "a"));
  await symlink(outside, join(store.folder, "a/link"));
  return store;
}
