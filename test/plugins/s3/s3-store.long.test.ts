import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { connect } from "node:net";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import s3 from "../../../plugins/s3/index.js";
import { newBucket, openStore, ownerOf, useCredentials } from "../../support/s3-place.js";
import { inDays, putBytes, putText } from "../../support/s3-promises.js";
import { ACCESS_KEY, startStandIn } from "../../support/s3-stand-in.js";
import type { Quirk, StandIn } from "../../support/s3-stand-in.js";
import { Refusal } from "../../support/s3-stand-in-bucket.js";
import { silentLog, testHost } from "../../support/plugin-host.js";

const signal = new AbortController().signal;
const KEY = "days/2026/11/20/r0001/manifest.json";

let standIn: StandIn;
let forgetCredentials: () => Promise<void>;

beforeAll(async () => {
  forgetCredentials = await useCredentials(ACCESS_KEY, "secret");
  standIn = await startStandIn();
});
beforeEach(() => {
  standIn.quirks.clear();
  standIn.refuse = undefined;
});
afterAll(async () => {
  await standIn.close();
  await forgetCredentials();
});

async function bucketOf(hasLock: boolean): Promise<string> {
  const owner = ownerOf(standIn.endpoint);
  const bucket = await newBucket(owner, hasLock);
  owner.destroy();
  return bucket;
}

async function lockedStore() {
  return openStore(standIn, await bucketOf(true), { objectLock: "governance" });
}

async function plainStore(options: object = {}) {
  return openStore(standIn, await bucketOf(false), options);
}

describe("a store that does not keep what it is sent", () => {
  it.each([
    ["drops locks", "75"],
    ["drops checksums", "73"],
    ["forgets objects", "73"],
  ] as const)("is found out after the upload: %s (fault %s)", async (quirk, _fault) => {
    const store = await lockedStore();
    standIn.quirks.add(quirk);

    const put = putText(store, "kept?", { retainUntil: inDays(2) });

    await expect(put).rejects.toMatchObject({ code: "SINK_MISMATCH", retry: "never" });
  });

  it("is found out when it drops the encryption that was asked for", async () => {
    const store = await plainStore({ encryption: "aws:kms", kmsKey: "arn:aws:kms:eu-west-1:1:key/k" });

    // The stand-in keeps the algorithm's name and, as it has no keys, not the key's.
    await expect(putText(store, "kept?")).rejects.toMatchObject({ code: "SINK_MISMATCH" });
  });

  it.each<[Quirk, boolean]>([
    ["drops locks", true],
    ["lets locked objects go", true],
    ["ignores conditions", true],
    ["ignores conditions", false],
    ["drops checksums", false],
    ["takes any checksum", false],
    ["forgets objects", false],
  ])("is refused by check, which cleans up: %s (with Object Lock: %s)", async (quirk, hasLock) => {
    const bucket = await bucketOf(hasLock);
    const store = openStore(standIn, bucket, hasLock ? { objectLock: "governance" } : {});
    standIn.quirks.add(quirk);

    const [result] = await Promise.allSettled([store.check(signal)]);

    expect(result).toMatchObject({ status: "rejected", reason: { retry: "never" } });
    const owner = ownerOf(standIn.endpoint);
    expect((await owner.listObjectVersions({ Bucket: bucket })).Versions ?? []).toEqual([]);
    owner.destroy();
  });

  it("leaves a probe and says so where a locked bucket lets nobody remove", async () => {
    const said: object[] = [];
    const log = {
      ...silentLog,
      warn: (fields: object, phrase: string) => void said.push({ ...fields, phrase }),
    };
    let now = Date.now();
    const clock = { now: () => now, sleep: async (ms: number) => void (now += ms) };
    const store = openStore(standIn, await bucketOf(true), { objectLock: "governance" }, { log, clock });
    standIn.refuse = ({ method }) => (method === "DELETE" ? new Refusal(403, "AccessDenied") : undefined);

    await store.check(signal);

    expect(said).toMatchObject([
      { phrase: "probe left in a locked bucket", key: expect.stringContaining("~probe-") },
    ]);
  });
});

describe("an answer that went wrong", () => {
  it("was a conflict with another writer who left nothing: to be tried again (fault 74)", async () => {
    const store = await plainStore();
    standIn.quirks.add("conflicts");

    await expect(putText(store, "x")).rejects.toMatchObject({ code: "SINK_UNAVAILABLE", retry: "backoff" });
  });

  it.each([
    [503, "SlowDown", "SINK_UNAVAILABLE"],
    [500, "InternalError", "SINK_UNAVAILABLE"],
    [429, "TooManyRequests", "SINK_UNAVAILABLE"],
    [400, "RequestTimeout", "SINK_UNAVAILABLE"],
    [403, "RequestTimeTooSkewed", "SINK_UNAVAILABLE"],
    [403, "AccessDenied", "SINK_REFUSED"],
    [400, "ExpiredToken", "SINK_REFUSED"],
    [301, "PermanentRedirect", "SINK_REFUSED"],
    [501, "NotImplemented", "SINK_REFUSED"],
    [404, "NoSuchBucket", "SINK_REFUSED"],
  ])("was %i %s: %s", async (status, code, expected) => {
    const store = await plainStore();
    await putText(store, "x");
    standIn.refuse = () => new Refusal(status, code);

    await expect(store.get(KEY, signal)).rejects.toMatchObject({ code: expected });
  });

  it("says when to come again", async () => {
    const store = await plainStore();
    standIn.refuse = () => new Refusal(503, "SlowDown", { "retry-after": "7" });

    await expect(store.get(KEY, signal)).rejects.toMatchObject({ retry: { after: 7_000 } });
  });

  it("says nothing of an object when the bucket is missing: absence is a statement about the archive", async () => {
    const store = openStore(standIn, "no-such-bucket");

    await expect(store.stat(KEY, signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });
});

describe("a large upload", () => {
  it.each(["ended short", "had another hash"])(
    "that %s leaves nothing and frees its connection",
    async (what) => {
      const store = await plainStore();
      const bytes = Buffer.alloc(3 << 20, 7);
      const wrong = what === "ended short" ? { bytes: bytes.length + 1 } : { sha256: "0".repeat(64) };

      for (let round = 0; round < 40; round += 1) {
        await expect(putBytes(store, bytes, wrong)).rejects.toMatchObject({ code: "SINK_MISMATCH" });
      }

      expect(await store.stat(KEY, signal)).toBeUndefined();
      expect(await putBytes(store, bytes)).toBe("stored");
    },
  );
});

describe("the plugin", () => {
  it("asks for no answer before its first use", () => {
    const before = standIn.requests.length;

    openStore(standIn, "any-bucket");

    expect(standIn.requests).toHaveLength(before);
  });

  it("offers holds only where the bucket locks", async () => {
    expect(typeof (await lockedStore()).setHold).toBe("function");
    expect(typeof (await plainStore()).setHold).toBe("undefined");
  });

  it("goes through the proxy that the environment names", async () => {
    const connects: string[] = [];
    const proxy = createServer();
    proxy.on("connect", (request, socket) => {
      connects.push(request.url ?? "");
      const end = connect(9, "127.0.0.1");
      end.on("error", () => socket.destroy());
    });
    proxy.listen(0, "127.0.0.1");
    await once(proxy, "listening");
    process.env["HTTPS_PROXY"] = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

    const options = s3.options.parse({ bucket: "any-bucket", region: "eu-west-1", profile: "writer" });
    const store = s3.open(options, testHost());
    const stat = store.stat(KEY, signal);

    await expect(stat).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    expect(connects).toEqual(["any-bucket.s3.eu-west-1.amazonaws.com:443"]);
    delete process.env["HTTPS_PROXY"];
    await store.close();
    proxy.close();
  });
});
