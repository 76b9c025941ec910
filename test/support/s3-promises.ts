import { createHash, randomBytes } from "node:crypto";
import { describe, expect, it } from "vitest";
import { Bucket } from "../../plugins/s3/bucket.js";
import { S3Store } from "../../plugins/s3/s3-store.js";
import { systemClock } from "../../src/io/clock.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { DAY_MS, utcDayOf } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import type { Expected, ObjectStore } from "../../src/plugin/types.js";
import { silentLog } from "./plugin-host.js";
import { REGION, newBucket, openStore } from "./s3-place.js";
import type { S3Server } from "./s3-place.js";

const signal = new AbortController().signal;
const KEY = "days/2026/11/20/r0001/manifest.json";
const AT = `daybook/${KEY}`;
const PART_BYTES = 5 * 2 ** 20;

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export function inDays(days: number): UtcDay {
  return utcDayOf(systemClock.now() + days * DAY_MS);
}

export function putBytes(store: ObjectStore, bytes: Uint8Array, more: Partial<Expected> = {}, key = KEY) {
  const expected = { bytes: bytes.length, sha256: sha256Hex(bytes), ...more };
  return store.putNew(
    key,
    (async function* () {
      yield bytes;
    })(),
    expected,
    signal,
  );
}

export function putText(store: ObjectStore, text: string, more: Partial<Expected> = {}, key = KEY) {
  return putBytes(store, Buffer.from(text), more, key);
}

/** What the s3 plugin promises beyond the contract, shown with the SDK's own client on a server of either kind. */
export function s3Promises(name: string, server: () => S3Server): void {
  const headOf = (bucket: string, Key = AT) =>
    server().owner.headObject({ Bucket: bucket, Key, ChecksumMode: "ENABLED" });

  const defaultRetention = (bucket: string) =>
    server().owner.putObjectLockConfiguration({
      Bucket: bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 3 } },
      },
    });

  describe(`${name}: an object of the archive`, () => {
    it.each([
      ["governance", "GOVERNANCE"],
      ["compliance", "COMPLIANCE"],
    ])("stands in the bucket with its hash and its lock: %s", async (objectLock, mode) => {
      const bucket = await newBucket(server().owner, true);
      const text = "a manifest";

      await putText(openStore(server(), bucket, { objectLock }), text, { retainUntil: inDays(1) });

      const head = await headOf(bucket);
      expect(head.ChecksumSHA256).toBe(createHash("sha256").update(text).digest("base64"));
      expect(head.Metadata?.["sha256"]).toBe(sha256Hex(Buffer.from(text)));
      expect(head.ObjectLockMode).toBe(mode);
      expect(head.ObjectLockRetainUntilDate?.toISOString()).toBe(`${inDays(1)}T00:00:00.000Z`);
    });

    it("is not locked when its retention is over already", async () => {
      const bucket = await newBucket(server().owner, true);

      await putText(openStore(server(), bucket, { objectLock: "governance" }), "old", {
        retainUntil: inDays(-3),
      });

      expect((await headOf(bucket)).ObjectLockMode).toBeUndefined();
    });

    it("gets a longer lock when it comes again with a longer retention, and never a shorter one", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      for (const days of [2, 4, 3]) await putText(store, "kept", { retainUntil: inDays(days) });

      expect((await store.stat(KEY, signal))?.retainUntil).toBe(inDays(4));
    });

    it("gets the lock that an earlier upload lost, or that is now stricter (fault 75)", async () => {
      const bucket = await newBucket(server().owner, true);
      const again = (objectLock: string) =>
        putText(openStore(server(), bucket, { objectLock }), "kept", { retainUntil: inDays(2) });
      await putText(openStore(server(), bucket, { versioning: true }), "kept");

      expect(await again("governance")).toBe("already-there");
      expect((await headOf(bucket)).ObjectLockMode).toBe("GOVERNANCE");
    });

    it("is a conflict where another stands, told by the stored hash without reading it (fault 74)", async () => {
      const bucket = await newBucket(server().owner, false);
      const store = openStore(server(), bucket);
      await putText(store, "same length 1");

      await expect(putText(store, "same length 2")).rejects.toMatchObject({ code: "SINK_CONFLICT" });
      expect(await putText(store, "same length 1")).toBe("already-there");
    });

    it("is compared by its bytes where no hash of it is stored (fault 74)", async () => {
      const bucket = await newBucket(server().owner, false);
      await server().owner.putObject({ Bucket: bucket, Key: AT, Body: "of a stranger" });
      const store = openStore(server(), bucket);

      expect((await store.stat(KEY, signal))?.sha256).toBeUndefined();
      expect(await putText(store, "of a stranger")).toBe("already-there");
      await expect(putText(store, "of a strangeR")).rejects.toMatchObject({ code: "SINK_CONFLICT" });
    });

    it(
      "is uploaded in parts above the limit of one put, with lock, hash and condition",
      { timeout: 60_000 },
      async () => {
        const bucket = await newBucket(server().owner, true);
        const store = new S3Store({
          bucket: new Bucket({
            bucket,
            endpoint: server().endpoint,
            region: REGION,
            pathStyle: true,
            profile: "writer",
          }),
          clock: systemClock,
          log: silentLog,
          prefix: "daybook/",
          lockMode: "GOVERNANCE",
          versioning: true,
          upload: { headers: {}, maxPutBytes: PART_BYTES, partBytes: PART_BYTES },
        });
        const bytes = randomBytes(2 * PART_BYTES + 17);

        expect(await putBytes(store, bytes, { retainUntil: inDays(1) })).toBe("stored");
        expect(await putBytes(store, bytes, { retainUntil: inDays(1) })).toBe("already-there");

        const head = await headOf(bucket);
        expect(head.ChecksumSHA256).toMatch(/-3$/);
        expect(head.ObjectLockMode).toBe("GOVERNANCE");
        expect(head.Metadata?.["sha256"]).toBe(sha256Hex(bytes));
        const other = Buffer.from(bytes).fill(0, PART_BYTES);
        await expect(putBytes(store, other)).rejects.toMatchObject({ code: "SINK_CONFLICT" });
        const short = putBytes(store, bytes, { bytes: bytes.length + 1 }, "days/short");
        await expect(short).rejects.toMatchObject({ code: "SINK_MISMATCH" });
        expect(await store.stat("days/short", signal)).toBeUndefined();
        const { Uploads = [] } = await server().owner.listMultipartUploads({ Bucket: bucket });
        expect(Uploads).toEqual([]);
        await store.close();
      },
    );
  });

  describe(`${name}: an object behind a delete marker`, () => {
    it("is reported as hidden in every operation, never as absent, and not written again", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      await putText(store, "kept");
      await putText(store, "other", {}, "days/other");
      await server().owner.deleteObject({ Bucket: bucket, Key: AT });

      const hidden = { code: "SINK_MISMATCH" };
      await expect(store.stat(KEY, signal)).rejects.toMatchObject(hidden);
      await expect(store.get(KEY, signal)).rejects.toMatchObject(hidden);
      await expect(collect(store.list("days/", signal))).rejects.toMatchObject(hidden);
      await expect(putText(store, "kept")).rejects.toMatchObject(hidden);
      expect(await collect(store.list("days/other", signal))).toEqual(["days/other"]);
    });

    it("goes for good when it is removed, with every version and marker", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      await putText(store, "kept");
      await server().owner.deleteObject({ Bucket: bucket, Key: AT });

      expect(await store.remove(KEY, signal)).toMatchObject({
        removed: 1,
        versions: 1,
        note: expect.stringContaining("delete marker"),
      });

      expect(await store.stat(KEY, signal)).toBeUndefined();
      const { Versions = [], DeleteMarkers = [] } = await server().owner.listObjectVersions({
        Bucket: bucket,
      });
      expect([...Versions, ...DeleteMarkers]).toEqual([]);
    });
  });

  describe(`${name}: a check`, () => {
    it.each([
      ["Object Lock", { objectLock: "compliance" }, false],
      ["versions", { versioning: true }, false],
      ["a bucket without versions", {}, true],
    ])("refuses a bucket that has not what the options promise: %s", async (_what, options, hasLock) => {
      const bucket = await newBucket(server().owner, hasLock);

      const check = openStore(server(), bucket, options).check(signal);

      await expect(check).rejects.toMatchObject({ code: "SINK_REFUSED" });
    });

    it("refuses a bucket that locks by itself what the options leave unlocked", async () => {
      const bucket = await newBucket(server().owner, true);
      await defaultRetention(bucket);

      const check = openStore(server(), bucket, { versioning: true }).check(signal);

      await expect(check).rejects.toMatchObject({ code: "SINK_REFUSED" });
    });

    it("leaves nothing behind, also where the bucket locks every object for days", async () => {
      const bucket = await newBucket(server().owner, true);
      await defaultRetention(bucket);

      await openStore(server(), bucket, { objectLock: "compliance" }).check(signal);

      const { Versions = [], DeleteMarkers = [] } = await server().owner.listObjectVersions({
        Bucket: bucket,
      });
      expect([...Versions, ...DeleteMarkers]).toEqual([]);
    });
  });
}
