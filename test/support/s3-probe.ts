import { createHash } from "node:crypto";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import type { S3, S3ServiceException } from "@aws-sdk/client-s3";
import { beforeAll, describe, expect, it } from "vitest";
import { makeClient } from "../../plugins/s3/client.js";
import { REGION, newBucket } from "./s3-place.js";
import type { S3Server } from "./s3-place.js";

const BODY = Buffer.from("a compliance record\n");

/** What the s3 plugin relies on, asked of a server: the stand-in must answer as the real one does, case by case. */
export function s3Probe(name: string, server: () => S3Server): void {
  describe(`${name}: what an S3 server does`, () => {
    let s3: S3;
    let locked: string;
    let plain: string;
    beforeAll(async () => {
      s3 = server().owner;
      [locked, plain] = [await newBucket(s3, true), await newBucket(s3, false)];
    });

    const put = (Bucket: string, Key: string, more: object = {}) =>
      s3.putObject({ Bucket, Key, Body: BODY, ...more });
    const parts = async (Key: string, more: object, condition: object = {}) => {
      const { UploadId } = await s3.createMultipartUpload({
        Bucket: locked,
        Key,
        ChecksumAlgorithm: "SHA256",
        ...more,
      });
      const part = { Bucket: locked, Key, UploadId, PartNumber: 1 };
      const ChecksumSHA256 = sha256(BODY);
      const { ETag } = await s3.uploadPart({
        ...part,
        Body: BODY,
        ChecksumAlgorithm: "SHA256",
        ChecksumSHA256,
      });
      const MultipartUpload = { Parts: [{ PartNumber: 1, ETag, ChecksumSHA256 }] };
      return s3.completeMultipartUpload({ Bucket: locked, Key, UploadId, MultipartUpload, ...condition });
    };

    it("keeps versions in a bucket with Object Lock, and none in another", async () => {
      expect((await s3.getBucketVersioning({ Bucket: locked })).Status).toBe("Enabled");
      expect((await s3.getBucketVersioning({ Bucket: plain })).Status).toBeUndefined();
      const { ObjectLockConfiguration } = await s3.getObjectLockConfiguration({ Bucket: locked });
      expect(ObjectLockConfiguration?.ObjectLockEnabled).toBe("Enabled");
      expect(await refusalOf(s3.getObjectLockConfiguration({ Bucket: plain }))).toEqual([
        404,
        "ObjectLockConfigurationNotFoundError",
      ]);
    });

    it("names a bucket that is missing, but not in the answer to HEAD", async () => {
      const missing = { Bucket: "no-such-bucket" };
      expect(await refusalOf(put("no-such-bucket", "a"))).toEqual([404, "NoSuchBucket"]);
      expect(await refusalOf(s3.listObjectsV2(missing))).toEqual([404, "NoSuchBucket"]);
      expect(await refusalOf(s3.headObject({ ...missing, Key: "a" }))).toEqual([404, "NotFound"]);
    });

    it("refuses a credential that it does not know", async () => {
      const { endpoint } = server();
      const stranger = makeClient({
        bucket: "",
        endpoint,
        region: REGION,
        pathStyle: true,
        profile: "stranger",
      });
      expect(await refusalOf(stranger.listObjectsV2({ Bucket: plain }))).toEqual([403, "InvalidAccessKeyId"]);
    });

    it("keeps a SHA-256 that is sent with its algorithm, and shows it when asked", async () => {
      await put(plain, "sum", { ChecksumAlgorithm: "SHA256", ChecksumSHA256: sha256(BODY) });
      const asked = await s3.headObject({ Bucket: plain, Key: "sum", ChecksumMode: "ENABLED" });
      expect(asked.ChecksumSHA256).toBe(sha256(BODY));
      expect((await s3.headObject({ Bucket: plain, Key: "sum" })).ChecksumSHA256).toBeUndefined();
    });

    it("keeps no SHA-256 that is sent without its algorithm", async () => {
      await put(plain, "bare", { ChecksumSHA256: sha256(BODY) });
      const { ChecksumSHA256 } = await s3.headObject({ Bucket: plain, Key: "bare", ChecksumMode: "ENABLED" });
      expect(ChecksumSHA256).toBeUndefined();
    });

    it("refuses a wrong SHA-256 and keeps nothing", async () => {
      const wrong = { ChecksumAlgorithm: "SHA256", ChecksumSHA256: sha256(Buffer.from("other")) };
      expect((await refusalOf(put(plain, "wrong", wrong)))[0]).toBe(400);
      expect((await refusalOf(s3.headObject({ Bucket: plain, Key: "wrong" })))[0]).toBe(404);
    });

    it("refuses a stream whose signed hash is another, and keeps nothing", async () => {
      // Without the algorithm only the hash in the signature is left to see it.
      const more = {
        Body: Readable.from([BODY]),
        ContentLength: BODY.length,
        ChecksumSHA256: sha256(Buffer.from("other")),
      };
      expect(await refusalOf(put(plain, "signed", more))).toEqual([400, "XAmzContentSHA256Mismatch"]);
      expect((await refusalOf(s3.headObject({ Bucket: plain, Key: "signed" })))[0]).toBe(404);
    });

    it("keeps the first object when the second is put if there is none, with and without versions", async () => {
      for (const bucket of [plain, locked]) {
        await put(bucket, "once", { IfNoneMatch: "*" });
        const second = put(bucket, "once", { IfNoneMatch: "*", Body: "other" });
        expect(await refusalOf(second)).toEqual([412, "PreconditionFailed"]);
      }
    });

    it("lets one of ten win who put an object if there is none, in a bucket without versions", async () => {
      const puts = Array.from({ length: 10 }, (_, index) =>
        put(plain, "race", { IfNoneMatch: "*", Body: `${index}` }),
      );
      const won = (await Promise.allSettled(puts)).filter(({ status }) => status === "fulfilled");
      expect(won).toHaveLength(1);
    });

    it("may let several of ten win in a bucket with versions, and keeps and orders what each of them put", async () => {
      const puts = Array.from({ length: 10 }, (_, index) =>
        put(locked, "race", { IfNoneMatch: "*", Body: `${index}` }),
      );
      const won = (await Promise.allSettled(puts)).filter(({ status }) => status === "fulfilled");
      expect(won.length).toBeGreaterThanOrEqual(1);
      const { Versions } = await s3.listObjectVersions({ Bucket: locked, Prefix: "race" });
      expect(Versions).toHaveLength(won.length);
    });

    it("shows a delete marker in its answer, lists it, and takes a new object over it", async () => {
      await put(locked, "marked");
      await s3.deleteObject({ Bucket: locked, Key: "marked" });
      const error = await failureOf(s3.headObject({ Bucket: locked, Key: "marked" }));
      expect(error.$response?.headers["x-amz-delete-marker"]).toBe("true");
      const { DeleteMarkers } = await s3.listObjectVersions({ Bucket: locked, Prefix: "marked" });
      expect(DeleteMarkers).toMatchObject([{ Key: "marked", IsLatest: true }]);
      await put(locked, "marked", { IfNoneMatch: "*" });
      const { Versions } = await s3.listObjectVersions({ Bucket: locked, Prefix: "marked" });
      expect(Versions?.map(({ IsLatest }) => IsLatest)).toEqual([true, false]);
    });

    it("answers HEAD of what never was without a delete marker", async () => {
      const error = await failureOf(s3.headObject({ Bucket: locked, Key: "never" }));
      expect(error.$metadata.httpStatusCode).toBe(404);
      expect(error.$response?.headers["x-amz-delete-marker"]).not.toBe("true");
    });

    it.each(["GOVERNANCE", "COMPLIANCE"] as const)("keeps a locked version: %s", async (mode) => {
      const { VersionId } = await put(locked, mode, lock(mode, 20));
      const version = { Bucket: locked, Key: mode, VersionId };
      const head = await s3.headObject(version);
      expect([head.ObjectLockMode, head.ObjectLockRetainUntilDate !== undefined]).toEqual([mode, true]);
      expect(await refusalOf(s3.deleteObject(version))).toEqual([403, "AccessDenied"]);
      const shorter = s3.putObjectRetention({
        ...version,
        Retention: { Mode: mode, RetainUntilDate: soon(5) },
      });
      expect(await refusalOf(shorter)).toEqual([403, "AccessDenied"]);
      await s3.putObjectRetention({ ...version, Retention: { Mode: mode, RetainUntilDate: soon(30) } });
    });

    it("lets a locked version go once its time is over", async () => {
      const { VersionId } = await put(locked, "over", lock("COMPLIANCE", 2));
      const version = { Bucket: locked, Key: "over", VersionId };
      expect(await refusalOf(s3.deleteObject(version))).toEqual([403, "AccessDenied"]);
      await wait(4_000);
      await s3.deleteObject(version);
      expect((await refusalOf(s3.headObject(version)))[0]).toBe(404);
    });

    it("makes no compliance lock a governance one", async () => {
      const { VersionId } = await put(locked, "weaker", lock("COMPLIANCE", 20));
      const Retention = { Mode: "GOVERNANCE", RetainUntilDate: soon(60) } as const;
      const weaker = s3.putObjectRetention({ Bucket: locked, Key: "weaker", VersionId, Retention });
      expect(await refusalOf(weaker)).toEqual([403, "AccessDenied"]);
    });

    it("refuses a lock without Object Lock, and one that is over already", async () => {
      expect((await refusalOf(put(plain, "unlocked", lock("GOVERNANCE", 60))))[0]).toBe(400);
      expect(await refusalOf(put(locked, "past", lock("GOVERNANCE", -60)))).toEqual([400, "InvalidArgument"]);
      expect((await refusalOf(s3.headObject({ Bucket: plain, Key: "unlocked" })))[0]).toBe(404);
    });

    it("keeps a version on hold until the hold is lifted; lifting none is no error", async () => {
      const { VersionId } = await put(locked, "held");
      const version = { Bucket: locked, Key: "held", VersionId };
      await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "OFF" } });
      await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "ON" } });
      expect((await s3.headObject(version)).ObjectLockLegalHoldStatus).toBe("ON");
      expect(await refusalOf(s3.deleteObject(version))).toEqual([403, "AccessDenied"]);
      await s3.putObjectLegalHold({ ...version, LegalHold: { Status: "OFF" } });
      await s3.deleteObject(version);
    });

    it("locks by the bucket's default, which a put's own lock replaces", async () => {
      const bucket = await newBucket(s3, true);
      const Rule = { DefaultRetention: { Mode: "GOVERNANCE", Days: 1 } } as const;
      await s3.putObjectLockConfiguration({
        Bucket: bucket,
        ObjectLockConfiguration: { ObjectLockEnabled: "Enabled", Rule },
      });
      await put(bucket, "default");
      await put(bucket, "own", lock("COMPLIANCE", 60));
      expect((await s3.headObject({ Bucket: bucket, Key: "default" })).ObjectLockMode).toBe("GOVERNANCE");
      expect((await s3.headObject({ Bucket: bucket, Key: "own" })).ObjectLockMode).toBe("COMPLIANCE");
    });

    it("lists in pages, each naming the next, in the order of the bytes of the keys", async () => {
      const keys = ["l/B", "l/a", "l/a-b", "l/a.b", "l/a/b", "l/a0"];
      for (const key of keys) await put(plain, key);
      const found: (string | undefined)[] = [];
      let ContinuationToken: string | undefined;
      do {
        const page = await s3.listObjectsV2({ Bucket: plain, Prefix: "l/", MaxKeys: 2, ContinuationToken });
        expect(page.NextContinuationToken === undefined).toBe(page.IsTruncated !== true);
        found.push(...(page.Contents ?? []).map(({ Key }) => Key));
        ContinuationToken = page.NextContinuationToken;
      } while (ContinuationToken !== undefined);
      expect(found).toEqual(keys);
    });

    it("lists versions in pages, the newest of a key first", async () => {
      const ids: (string | undefined)[] = [];
      for (const key of ["v/a", "v/a", "v/a", "v/b"]) ids.push((await put(locked, key)).VersionId);
      const first = await s3.listObjectVersions({ Bucket: locked, Prefix: "v/", MaxKeys: 2 });
      const second = await s3.listObjectVersions({
        Bucket: locked,
        Prefix: "v/",
        KeyMarker: first.NextKeyMarker,
        VersionIdMarker: first.NextVersionIdMarker,
      });
      const found = [...(first.Versions ?? []), ...(second.Versions ?? [])].map(({ VersionId }) => VersionId);
      expect(first.IsTruncated).toBe(true);
      expect(found).toEqual([ids[2], ids[1], ids[0], ids[3]]);
    });

    it("keeps lock, hash of hashes and condition of an object in parts", async () => {
      await parts("parts", lock("GOVERNANCE", 20));
      const head = await s3.headObject({ Bucket: locked, Key: "parts", ChecksumMode: "ENABLED" });
      expect(head.ObjectLockMode).toBe("GOVERNANCE");
      const whole = sha256(Buffer.from(sha256(BODY), "base64"));
      expect(head.ChecksumSHA256).toBe(`${whole}-1`);
      expect(await refusalOf(parts("parts", {}, { IfNoneMatch: "*" }))).toEqual([412, "PreconditionFailed"]);
    });
  });
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("base64");
}

function lock(ObjectLockMode: "GOVERNANCE" | "COMPLIANCE", seconds: number) {
  return { ObjectLockMode, ObjectLockRetainUntilDate: soon(seconds) };
}

/** Stores keep whole seconds. */
function soon(seconds: number): Date {
  return new Date(Math.ceil(Date.now() / 1_000 + seconds) * 1_000);
}

async function failureOf(call: Promise<unknown>): Promise<S3ServiceException> {
  const [result] = await Promise.allSettled([call]);
  if (result.status === "fulfilled") throw new Error("expected a refusal, the call succeeded");
  return result.reason as S3ServiceException;
}

async function refusalOf(
  call: Promise<unknown>,
): Promise<readonly [status: number | undefined, name: string]> {
  const { $metadata, name } = await failureOf(call);
  return [$metadata?.httpStatusCode, name];
}
