import type { ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/model/sha256.js";
import { DAY_MS, utcDayOf } from "../../../src/model/utc-day.js";
import type { ObjectStore } from "../../../src/plugin/types.js";
import { newContainer, openBlobStore } from "../../support/azure-server.js";
import type { OpenSettings } from "../../support/azure-server.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import type { Asked, Fault, StandIn } from "../../support/azure-stand-in.js";

const KEY = "days/2026/11/20/r0001/manifest.json";
const LARGE = 9 << 20;
const signal = new AbortController().signal;
let server: StandIn;
let container: ContainerClient;

beforeAll(async () => {
  server = await startStandIn({ isImmutable: false });
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.fault = () => undefined;
  container = await newContainer(server.endpoint);
  server.asked.length = 0;
});

function open(settings: OpenSettings = {}): ObjectStore {
  return openBlobStore(server.endpoint, container.containerName, settings);
}

function put(store: ObjectStore, text: string, key = KEY): Promise<string> {
  const bytes = Buffer.from(text);
  const body = (async function* () {
    yield bytes;
  })();
  return store.putNew(key, body, { bytes: bytes.length, sha256: sha256Hex(bytes) }, signal);
}

/** The fault at the first request of this operation, and nothing after it. */
function once(operation: string, fault: Fault): (asked: Asked) => Fault | undefined {
  let isDone = false;
  return (asked) => {
    if (isDone || asked.operation !== operation) return undefined;
    isDone = true;
    return fault;
  };
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

function operations(): readonly string[] {
  return server.asked.map(({ operation }) => operation);
}

/** A blob that another writer put there, with whatever hash it claims. */
async function place(text: string, sha256: string): Promise<void> {
  await container.getBlockBlobClient(`powerbi/${KEY}`).upload(text, text.length, { metadata: { sha256 } });
}

describe("a write whose answer is lost", () => {
  it.each([
    ["in one piece", "PUT blob", "text"],
    ["in blocks", "PUT blocklist", "x".repeat(LARGE)],
  ])("is found to be there by the next attempt, %s (fault 72)", async (_how, operation, text) => {
    server.fault = once(operation, "lose the answer");

    await expect(put(open(), text)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE", retry: "backoff" });
    expect(await put(open(), text)).toBe("already-there");
    expect(await collect(open().list("", signal))).toEqual([KEY]);
  });
});

describe("a body that is damaged on the way", () => {
  it.each([
    ["in one piece", "PUT blob", "text"],
    ["in blocks", "PUT block", "x".repeat(LARGE)],
  ])("is refused by the server and sent again, %s", async (_how, operation, text) => {
    server.fault = once(operation, "damage the body");

    await expect(put(open(), text)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE", retry: "backoff" });
    expect(await open().stat(KEY, signal)).toBeUndefined();
    expect(await put(open(), text)).toBe("stored");
  });
});

describe("a blob that stands already", () => {
  it("is compared by its bytes, whatever its metadata says (fault 74)", async () => {
    await place("other", sha256Hex(Buffer.from("bytes")));

    await expect(put(open(), "bytes")).rejects.toMatchObject({ code: "SINK_CONFLICT", retry: "never" });
    expect(await put(open(), "other")).toBe("already-there");
  });

  it("has no hash for stat, so that the core reads it back (fault 73)", async () => {
    await place("other", sha256Hex(Buffer.from("bytes")));

    expect(await open().stat(KEY, signal)).toEqual({ bytes: 5 });
  });

  it("is not sent again where it is large", async () => {
    await put(open(), "x".repeat(LARGE));
    server.asked.length = 0;

    expect(await put(open(), "x".repeat(LARGE))).toBe("already-there");
    expect(operations()).toEqual(["HEAD blob", "GET blob"]);
  });

  it("wins over one that is being written in blocks", async () => {
    const store = open();
    const bytes = Buffer.alloc(LARGE, "x");
    const body = (async function* () {
      yield bytes.subarray(0, LARGE / 2);
      await put(open(), "the faster");
      yield bytes.subarray(LARGE / 2);
    })();
    const call = store.putNew(KEY, body, { bytes: LARGE, sha256: sha256Hex(bytes) }, signal);

    await expect(call).rejects.toMatchObject({ code: "SINK_CONFLICT" });
    expect((await store.stat(KEY, signal))?.bytes).toBe(10);
  });
});

describe("a large blob", () => {
  it("is one of two that are written at once of the same bytes", async () => {
    const answers = await Promise.all([put(open(), "x".repeat(LARGE)), put(open(), "x".repeat(LARGE))]);

    expect(answers.toSorted()).toEqual(["already-there", "stored"]);
  });

  it("has no block of another that was written at once, of other bytes", async () => {
    const texts = ["y".repeat(LARGE), "z".repeat(LARGE)];
    const results = await Promise.allSettled(texts.map((text) => put(open(), text)));
    const winner = texts[results.findIndex(({ status }) => status === "fulfilled")] ?? "";

    expect(results.find(({ status }) => status === "rejected")).toMatchObject({
      reason: { code: "SINK_CONFLICT" },
    });
    const stands = Buffer.concat(await collect(await open().get(KEY, signal)));
    expect(sha256Hex(stands)).toBe(sha256Hex(Buffer.from(winner)));
  });

  it("is tried again from the start where the service has lost its blocks", async () => {
    server.fault = once("PUT blocklist", { status: 400, code: "InvalidBlockList" });

    await expect(put(open(), "x".repeat(LARGE))).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    expect(await put(open(), "x".repeat(LARGE))).toBe("stored");
  });
});

describe("an answer of the service", () => {
  it.each([
    [
      { status: 503, code: "ServerBusy", headers: { "retry-after": "3" } },
      "SINK_UNAVAILABLE",
      { after: 3_000 },
    ],
    [{ status: 429, code: "TooManyRequests" }, "SINK_UNAVAILABLE", "backoff"],
    [{ status: 500, code: "InternalError" }, "SINK_UNAVAILABLE", "backoff"],
    [{ status: 400, code: "Md5Mismatch" }, "SINK_UNAVAILABLE", "backoff"],
    [{ status: 403, code: "AuthorizationPermissionMismatch" }, "SINK_REFUSED", "never"],
    [{ status: 404, code: "ContainerNotFound" }, "SINK_REFUSED", "never"],
    // A proxy's own page: "not there" would be a statement about the archive.
    [{ status: 404, code: "NotOurs" }, "SINK_REFUSED", "never"],
    [{ status: 307, code: "Moved", headers: { location: "http://127.0.0.1:1/" } }, "SINK_REFUSED", "never"],
  ])("%j is %s, told after one try", async (fault, code, retry) => {
    server.fault = () => fault;

    await expect(open().stat(KEY, signal)).rejects.toMatchObject({ code, retry });
    await expect(put(open(), "text")).rejects.toMatchObject({ code, retry });
    await expect(collect(open().list("", signal))).rejects.toMatchObject({ code, retry });
    expect(server.asked).toHaveLength(3);
  });

  it.each(["<html></html>", "<?xml version='1.0'?><Enumerat"])("%s is no listing", async (page) => {
    server.fault = () => ({ page });

    await expect(collect(open().list("", signal))).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });

  it("that breaks off is no object and no listing", async () => {
    await put(open(), "a longer text");
    server.fault = () => "break off";

    await expect(open().get(KEY, signal).then(collect)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    await expect(collect(open().list("", signal))).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
  });
});

describe("a folder of a hierarchical namespace", () => {
  it("is no object, though the blob interface shows it as an empty one", async () => {
    await put(open(), "text", "days/2026/a.json");
    const folder = container.getBlockBlobClient("powerbi/days/2026");
    await folder.upload("", 0, { metadata: { hdi_isfolder: "true" } });

    expect(await collect(open().list("", signal))).toEqual(["days/2026/a.json"]);
    expect(await open().stat("days/2026", signal)).toBeUndefined();
    await expect(open().get("days/2026", signal)).rejects.toMatchObject({ code: "SINK_NOT_FOUND" });
  });
});

describe("the check", () => {
  it.each([
    ["overlooks the condition of a create", {}, "overlook the condition"],
    ["drops the encryption scope", { encryptionScope: "audit" }, undefined],
    ["drops immutability policies (fault 75)", { immutability: "locked" }, undefined],
    ["refuses to delete", {}, undefined, "DELETE blob"],
  ] as const)("refuses a server that %s", async (_what, options, everywhere, refused?: string) => {
    server.fault = ({ operation }) =>
      operation === refused ? { status: 403, code: "AuthorizationPermissionMismatch" } : everywhere;

    await expect(open({ options }).check(signal)).rejects.toMatchObject({
      code: "SINK_REFUSED",
      retry: "never",
    });
  });

  it("leaves no probe behind, in success, failure and when it is stopped half-way", async () => {
    await open({ options: { accessTier: "cool" } }).check(signal);
    await expect(open({ options: { immutability: "unlocked" } }).check(signal)).rejects.toThrow("policy");
    const stop = new AbortController();
    server.fault = ({ operation }) => {
      if (operation === "HEAD blob") stop.abort(new Error("stopped by the test"));
      return undefined;
    };
    await expect(open().check(stop.signal)).rejects.toThrow("stopped by the test");

    expect(await collect(container.listBlobsFlat())).toEqual([]);
  });
});

describe("a sink without immutability", () => {
  it("has no holds and sends no policy", async () => {
    const bytes = Buffer.from("text");
    const retainUntil = utcDayOf(Date.now() + 3 * DAY_MS);
    const body = (async function* () {
      yield bytes;
    })();

    await open().putNew(KEY, body, { bytes: 4, sha256: sha256Hex(bytes), retainUntil }, signal);
    expect(open()).toHaveProperty("setHold", undefined);
    expect(operations()).toEqual(["PUT blob"]);
  });
});
