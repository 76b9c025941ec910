import { randomUUID } from "node:crypto";
import { BlobServiceClient, StorageSharedKeyCredential } from "@azure/storage-blob";
import type { ContainerClient } from "@azure/storage-blob";
import type { StoreMaker, StorePlace } from "daybook/plugin/contract";
import azureBlob from "../../plugins/azure-blob/index.js";
import type { Host, ObjectStore } from "../../src/plugin/types.js";
import { testHost } from "./plugin-host.js";

/** The account and key that every emulator has: https://learn.microsoft.com/azure/storage/common/storage-use-azurite */
export const ACCOUNT = "devstoreaccount1";
export const KEY = "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==";
const WRONG_KEY = Buffer.from("not the key").toString("base64");

/** A blob service on this machine. */
export interface BlobServer {
  /** With the account's name as its path, as the emulators have it. */
  readonly endpoint: string;
  stop(): Promise<void>;
}

/** A client of the service itself, past the plugin. */
export function serviceOf(endpoint: string, key = KEY): BlobServiceClient {
  return new BlobServiceClient(endpoint, new StorageSharedKeyCredential(ACCOUNT, key), {
    retryOptions: { maxTries: 1 },
  });
}

export async function newContainer(endpoint: string): Promise<ContainerClient> {
  const container = serviceOf(endpoint).getContainerClient(`c-${randomUUID()}`);
  await container.create();
  return container;
}

export interface OpenSettings {
  readonly key?: string;
  readonly options?: object;
  readonly host?: Partial<Host>;
}

/** The plugin's store in a container of the service. */
export function openBlobStore(
  endpoint: string,
  container: string,
  { key = KEY, options = {}, host = {} }: OpenSettings = {},
): ObjectStore {
  const parsed = azureBlob.options.parse({
    account: ACCOUNT,
    endpoint,
    container,
    prefix: "powerbi/",
    auth: { method: "account-key", key: { credential: "blob-key" } },
    ...options,
  });
  return azureBlob.open(parsed, testHost({ secret: async () => key, ...host }));
}

/** Every version in a container, as its owner sees them. */
export async function versionsIn(container: ContainerClient): Promise<number> {
  let count = 0;
  for await (const { name } of container.listBlobsFlat({ includeVersions: true }))
    if (name !== "") count += 1;
  return count;
}

/** What the contract needs, on the service that `server` gives. */
export function blobStoreMaker(
  server: () => BlobServer,
  offers: StoreMaker["offers"],
  options: object = {},
): StoreMaker {
  const placeOf = (endpoint: string, container: string, key = KEY): StorePlace => ({
    open: () => openBlobStore(endpoint, container, { key, options }),
    dispose: async () => {},
    versions: () => versionsIn(serviceOf(endpoint).getContainerClient(container)),
  });
  return {
    offers,
    make: async () => {
      const container = await newContainer(server().endpoint);
      return placeOf(server().endpoint, container.containerName);
    },
    unusable: async () => placeOf(server().endpoint, "no-such-container"),
    // Port 1 of this machine: nothing listens there.
    unreachable: async () => placeOf(`http://127.0.0.1:1/${ACCOUNT}`, "c-1"),
    refused: async () => {
      const container = await newContainer(server().endpoint);
      return placeOf(server().endpoint, container.containerName, WRONG_KEY);
    },
  };
}
