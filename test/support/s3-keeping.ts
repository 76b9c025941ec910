import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { systemClock } from "../../src/io/clock.js";
import { DAY_MS } from "../../src/model/utc-day.js";
import type { StoreProtection } from "../../src/plugin/types.js";
import { newBucket, openStore, versionsIn } from "./s3-place.js";
import type { S3Server } from "./s3-place.js";
import { inDays, putText } from "./s3-promises.js";

const signal = new AbortController().signal;
const KEY = "days/2026/11/20/r0001/manifest.json";
const AT = `daybook/${KEY}`;

/** What a store with this option says of a new bucket. */
async function saidOf(
  server: S3Server,
  objectLock: string,
  { hasLock, isDefault = false }: { readonly hasLock: boolean; readonly isDefault?: boolean },
): Promise<StoreProtection | undefined> {
  const bucket = await newBucket(server.owner, hasLock);
  if (isDefault) {
    await server.owner.putObjectLockConfiguration({
      Bucket: bucket,
      ObjectLockConfiguration: {
        ObjectLockEnabled: "Enabled",
        Rule: { DefaultRetention: { Mode: "GOVERNANCE", Days: 30 } },
      },
    });
  }
  return openStore(server, bucket, { objectLock }).protection?.(signal);
}

/** Locks, holds and versions beyond the contract, shown with the SDK's own client on a server of either kind. */
export function s3Keeping(name: string, server: () => S3Server): void {
  const lockUntil = (Bucket: string, until: Date, VersionId?: string) =>
    server().owner.putObjectRetention({
      Bucket,
      Key: AT,
      ...(VersionId === undefined ? {} : { VersionId }),
      Retention: { Mode: "GOVERNANCE", RetainUntilDate: until },
    });

  describe(`${name}: a removal`, () => {
    it("takes nothing while an older version is locked, and names that lock", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      const { VersionId } = await server().owner.putObject({ Bucket: bucket, Key: AT, Body: "older" });
      await server().owner.putObject({ Bucket: bucket, Key: AT, Body: "newer" });
      await lockUntil(bucket, new Date(`${inDays(2)}T10:00:00Z`), VersionId);

      const removal = store.remove(KEY, signal);

      // The lock ends during the day, so the object may go on the next one.
      await expect(removal).rejects.toMatchObject({
        code: "SINK_REFUSED",
        message: expect.stringContaining(`a lock, governance until ${inDays(2)}T10:00:00.000Z`),
        lock: { until: inDays(3) },
      });
      expect(await versionsIn(server().owner, bucket)).toBe(2);
    });

    it("is refused by the store itself where this machine's clock is years ahead, in the same words", async () => {
      const bucket = await newBucket(server().owner, true);
      const clock = { ...systemClock, now: () => Date.now() + 4_000 * DAY_MS };
      const ahead = openStore(server(), bucket, { objectLock: "compliance" }, { clock });
      await putText(openStore(server(), bucket, { objectLock: "compliance" }), "kept", {
        retainUntil: inDays(2),
      });

      await expect(ahead.remove(KEY, signal)).rejects.toMatchObject({
        code: "SINK_REFUSED",
        message: expect.stringContaining("a lock, compliance until"),
        lock: { until: inDays(2) },
      });
      expect(await versionsIn(server().owner, bucket)).toBe(1);
    });

    it("succeeds once the lock is over", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      await putText(store, "kept");
      const until = new Date(Math.ceil(Date.now() / 1_000) * 1_000 + 2_000);
      await lockUntil(bucket, until);

      await expect(store.remove(KEY, signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
      await sleep(until.getTime() - Date.now() + 1_000);

      expect(await store.remove(KEY, signal)).toMatchObject({ removed: 1, versions: 1 });
      expect(await versionsIn(server().owner, bucket)).toBe(0);
    });
  });

  describe(`${name}: a lock that is lengthened`, () => {
    it.each([
      ["governance", "governance", "GOVERNANCE"],
      ["compliance", "compliance", "COMPLIANCE"],
      ["compliance", "governance", "COMPLIANCE"],
    ])("keeps the stricter mode: %s, then %s", async (first, then, mode) => {
      const bucket = await newBucket(server().owner, true);
      const open = (objectLock: string) => openStore(server(), bucket, { objectLock });
      await putText(open(first), "kept", { retainUntil: inDays(2) });

      await open(then).extendRetention?.(KEY, inDays(6), signal);

      const head = await server().owner.headObject({ Bucket: bucket, Key: AT });
      expect(head.ObjectLockMode).toBe(mode);
      expect(head.ObjectLockRetainUntilDate?.toISOString()).toBe(`${inDays(6)}T00:00:00.000Z`);
    });
  });

  describe(`${name}: what a store says of its protection`, () => {
    it("is the mode, where the bucket locks", async () => {
      expect(await saidOf(server(), "compliance", { hasLock: true })).toEqual({
        retention: "compliance",
        hold: true,
        versions: true,
      });
      expect(await saidOf(server(), "governance", { hasLock: true })).toMatchObject({
        retention: "governance",
        note: expect.stringContaining("s3:BypassGovernanceRetention"),
      });
    });

    it("is that it protects nothing, where the options promise what the bucket cannot", async () => {
      expect(await saidOf(server(), "compliance", { hasLock: false })).toEqual({
        retention: "none",
        hold: false,
        versions: false,
        note: "objectLock is set, and the bucket has no Object Lock",
      });
    });

    it("names the retention that the bucket itself sets", async () => {
      const note = expect.stringContaining("locks each new object by itself, governance for 30 days");
      expect(await saidOf(server(), "compliance", { hasLock: true, isDefault: true })).toMatchObject({
        note,
      });
    });
  });

  describe(`${name}: an object behind a delete marker`, () => {
    it("is locked and held all the same", async () => {
      const bucket = await newBucket(server().owner, true);
      const store = openStore(server(), bucket, { objectLock: "governance" });
      await putText(store, "kept");
      await server().owner.deleteObject({ Bucket: bucket, Key: AT });

      await store.extendRetention?.(KEY, inDays(4), signal);
      await store.setHold?.(KEY, true, signal);

      await expect(store.remove(KEY, signal)).rejects.toMatchObject({
        lock: { until: inDays(4), hold: true },
      });
      expect(await versionsIn(server().owner, bucket)).toBe(2);
    });
  });
}
