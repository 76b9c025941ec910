import { ContainerSASPermissions, SASProtocol } from "@azure/storage-blob";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { storeContract } from "daybook/plugin/contract";
import { DAY_MS, utcDayOf } from "../../src/model/utc-day.js";
import { sha256Hex } from "../../src/model/sha256.js";
import type { Expected, ObjectStore } from "../../src/plugin/types.js";
import { describeBehaviours } from "../support/azure-behaviours.js";
import { startEmulator } from "../support/azure-emulator.js";
import { ACCOUNT, KEY, blobStoreMaker, newContainer, openBlobStore } from "../support/azure-server.js";
import type { BlobServer } from "../support/azure-server.js";

const signal = new AbortController().signal;
let server: BlobServer;

beforeAll(async () => {
  server = await startEmulator();
});
afterAll(() => server.stop());

storeContract(
  "azure-blob on azurite",
  blobStoreMaker(() => server, { retention: false, hold: false }),
);
describeBehaviours("azurite", () => server);

function put(store: ObjectStore, more: Partial<Expected> = {}): Promise<string> {
  const bytes = Buffer.from("text");
  const expected = { bytes: bytes.length, sha256: sha256Hex(bytes), ...more };
  return store.putNew(
    "a/b",
    {
      [Symbol.asyncIterator]: async function* () {
        yield bytes;
      },
    },
    expected,
    signal,
  );
}

describe("azure-blob on azurite, signing in", () => {
  it("uses a shared access signature, and is refused what that does not permit", async () => {
    const container = await newContainer(server.endpoint);
    const sasFor = async (permissions: string): Promise<string> => {
      const url = await container.generateSasUrl({
        permissions: ContainerSASPermissions.parse(permissions),
        protocol: SASProtocol.HttpsAndHttp,
        expiresOn: new Date(Date.now() + DAY_MS),
      });
      return `?${url.split("?")[1]}`;
    };
    const options = { auth: { method: "sas", token: { credential: "blob-sas" } } };
    const open = (key: string): ObjectStore =>
      openBlobStore(server.endpoint, container.containerName, { key, options });
    const store = open(await sasFor("rcwdl"));

    await store.check(signal);
    expect(await put(store)).toBe("stored");
    await expect(put(open(await sasFor("rl")))).rejects.toMatchObject({
      code: "SINK_REFUSED",
      retry: "never",
    });
    await expect(open(await sasFor("rcw")).check(signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });

  it("uses a connection string", async () => {
    const { containerName } = await newContainer(server.endpoint);
    const key = `DefaultEndpointsProtocol=http;AccountName=${ACCOUNT};AccountKey=${KEY};BlobEndpoint=${server.endpoint};`;
    const options = {
      account: undefined,
      endpoint: undefined,
      auth: { method: "connection-string", value: { env: "BLOB_CONNECTION" } },
    };
    const store = openBlobStore(server.endpoint, containerName, { key, options });

    await store.check(signal);
    expect(await put(store)).toBe("stored");
  });
});

describe("azure-blob on azurite, which drops policies without a word", () => {
  it("refuses a day that the service does not retain (fault 75)", async () => {
    const { containerName } = await newContainer(server.endpoint);
    const store = openBlobStore(server.endpoint, containerName, { options: { immutability: "unlocked" } });
    const retainUntil = utcDayOf(Date.now() + 3 * DAY_MS);

    await expect(put(store, { retainUntil })).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });

  it("fails the check of a sink that promises immutability, and leaves no probe", async () => {
    const container = await newContainer(server.endpoint);
    const store = openBlobStore(server.endpoint, container.containerName, {
      options: { immutability: "unlocked" },
    });

    await expect(store.check(signal)).rejects.toMatchObject({ code: "SINK_REFUSED" });
    for await (const { name } of container.listBlobsFlat()) expect.unreachable(`found ${name}`);
  });
});
