import { describe, expect, it } from "vitest";
import type { BlobImmutabilityPolicy, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { newContainer, serviceOf } from "./azure-server.js";
import type { BlobServer } from "./azure-server.js";

/** Which server stands in for the service, and what it is known to do otherwise. */
export type ServerName = "azurite" | "stand-in";

/** One thing that the plugin builds on, or that a local server lets through and the service does not. */
interface Behaviour {
  readonly name: string;
  /** What Microsoft documents, for a container with version-level immutability. */
  readonly documented: string;
  /** What a local server is known to answer instead. */
  readonly differs?: Partial<Record<ServerName, string>>;
  observe(container: ContainerClient): Promise<string>;
}

const DAY_MS = 86_400_000;
const CREATE = { conditions: { ifNoneMatch: "*" } };
const WRONG_MD5 = new Uint8Array(16);
const NOT_THERE = { azurite: "501 APINotImplemented" };

const CREATING: readonly Behaviour[] = [
  {
    name: "a create where a blob stands",
    documented: "409 BlobAlreadyExists",
    observe: async (container) => {
      await put(container, "a");
      return answerTo(container.getBlockBlobClient("a").upload("other", 5, CREATE));
    },
  },
  {
    name: "ten creates at once",
    documented: "1 done",
    observe: async (container) => {
      const blob = container.getBlockBlobClient("a");
      const all = await Promise.all(Array.from({ length: 10 }, () => answerTo(blob.upload("x", 1, CREATE))));
      return `${all.filter((answer) => answer === "done").length} done`;
    },
  },
  {
    name: "a body with another MD5",
    documented: "400 Md5Mismatch",
    observe: (container) =>
      answerTo(container.getBlockBlobClient("a").upload("x", 1, { transactionalContentMD5: WRONG_MD5 })),
  },
  {
    name: "a block with another MD5",
    documented: "400 Md5Mismatch",
    observe: (container) =>
      answerTo(
        container.getBlockBlobClient("a").stageBlock(idOf(1), "x", 1, { transactionalContentMD5: WRONG_MD5 }),
      ),
  },
  {
    name: "a blob of staged blocks alone",
    documented: "404 BlobNotFound, listed 0 times",
    observe: async (container) => {
      const blob = container.getBlockBlobClient("a");
      await blob.stageBlock(idOf(1), "x", 1);
      return `${await answerTo(blob.getProperties())}, listed ${await listed(container, "a")} times`;
    },
  },
  {
    name: "a conditional commit where a blob stands",
    documented: "409 BlobAlreadyExists",
    observe: async (container) => {
      const blob = await put(container, "a");
      await blob.stageBlock(idOf(1), "x", 1);
      return answerTo(blob.commitBlockList([idOf(1)], CREATE));
    },
  },
  {
    name: "a commit of blocks that another write of the name has cleared",
    documented: "400 InvalidBlockList",
    differs: { azurite: "done" },
    observe: async (container) => {
      const blob = container.getBlockBlobClient("a");
      await blob.stageBlock(idOf(1), "x", 1);
      await put(container, "a");
      return answerTo(blob.commitBlockList([idOf(1)]));
    },
  },
  {
    name: "metadata",
    documented: "kept",
    observe: async (container) => {
      const blob = container.getBlockBlobClient("a");
      await blob.upload("x", 1, { metadata: { sha256: "abc" } });
      return (await blob.getProperties()).metadata?.["sha256"] === "abc" ? "kept" : "dropped";
    },
  },
];

const REFUSING: readonly Behaviour[] = [
  {
    name: "a look at a blob of no container",
    documented: "404 ContainerNotFound",
    observe: (container) => answerTo(elsewhere(container).getBlockBlobClient("a").getProperties()),
  },
  {
    name: "a wrong key",
    documented: "403 AuthenticationFailed",
    differs: { azurite: "403 AuthorizationFailure" },
    observe: (container) => {
      const stranger = serviceOf(endpointOf(container), Buffer.from("wrong").toString("base64"));
      return answerTo(
        stranger.getContainerClient(container.containerName).getBlobClient("a").getProperties(),
      );
    },
  },
  {
    name: "an encryption scope that the account has not",
    documented: "refused",
    differs: { azurite: "done", "stand-in": "done" },
    observe: async (container) => {
      const call = container.getBlockBlobClient("a").upload("x", 1, { encryptionScope: "no-such-scope" });
      return (await answerTo(call)) === "done" ? "done" : "refused";
    },
  },
];

const KEEPING: readonly Behaviour[] = [
  {
    name: "a policy that came with the upload",
    documented: "unlocked",
    differs: { azurite: "dropped" },
    observe: async (container) => {
      const blob = await put(container, "a", policy("Unlocked", 1));
      return (await blob.getProperties()).immutabilityPolicyMode?.toLowerCase() ?? "dropped";
    },
  },
  {
    name: "a policy set later",
    documented: "done",
    differs: NOT_THERE,
    observe: async (container) =>
      answerTo((await put(container, "a")).setImmutabilityPolicy(policy("Unlocked", 1))),
  },
  {
    name: "a delete of a blob whose policy has not ended",
    documented: "409 BlobImmutableDueToPolicy",
    differs: { azurite: "done" },
    observe: async (container) => answerTo((await put(container, "a", policy("Unlocked", 1))).delete()),
  },
  {
    name: "a shorter policy in the place of a locked one",
    documented: "refused",
    observe: async (container) => {
      const blob = await put(container, "a", policy("Locked", 2));
      return (await answerTo(blob.setImmutabilityPolicy(policy("Locked", 1)))) === "done"
        ? "done"
        : "refused";
    },
  },
  {
    name: "a delete of a blob on hold",
    documented: "409 BlobImmutableDueToLegalHold",
    differs: NOT_THERE,
    observe: async (container) => {
      const blob = await put(container, "a");
      const held = await answerTo(blob.setLegalHold(true));
      return held === "done" ? answerTo(blob.delete()) : held;
    },
  },
  {
    name: "a deleted blob",
    documented: "lives on as 1 version",
    differs: { azurite: "lives on as 0 version" },
    observe: async (container) => {
      await (await put(container, "a")).delete();
      return `lives on as ${await listed(container, "a", true)} version`;
    },
  },
];

/** Asks the server for every behaviour; each must be as documented, or as it is known to differ here. */
export function describeBehaviours(server: ServerName, running: () => BlobServer): void {
  describe(`${server}: what the plugin builds on`, () => {
    it.each([...CREATING, ...REFUSING, ...KEEPING])("$name", async (behaviour) => {
      const { documented, differs } = behaviour;
      const container = await newContainer(running().endpoint);

      expect(await behaviour.observe(container)).toBe(differs?.[server] ?? documented);
    });
  });
}

async function put(
  container: ContainerClient,
  name: string,
  immutabilityPolicy?: BlobImmutabilityPolicy,
): Promise<BlockBlobClient> {
  const blob = container.getBlockBlobClient(name);
  await blob.upload("x", 1, immutabilityPolicy === undefined ? {} : { immutabilityPolicy });
  return blob;
}

async function answerTo(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return "done";
  } catch (error) {
    const { statusCode, code, response } = error as Error & {
      readonly statusCode?: number;
      readonly code?: string;
      readonly response?: { readonly headers: { get(name: string): string | undefined } };
    };
    if (statusCode === undefined) throw error;
    return `${statusCode} ${response?.headers.get("x-ms-error-code") ?? code}`;
  }
}

async function listed(container: ContainerClient, name: string, includeVersions = false): Promise<number> {
  let count = 0;
  for await (const item of container.listBlobsFlat({ includeVersions })) if (item.name === name) count += 1;
  return count;
}

function policy(policyMode: "Unlocked" | "Locked", days: number): BlobImmutabilityPolicy {
  return { policyMode, expiriesOn: new Date(Date.now() + days * DAY_MS) };
}

function idOf(number: number): string {
  return Buffer.from(String(number)).toString("base64");
}

function elsewhere(container: ContainerClient): ContainerClient {
  return serviceOf(endpointOf(container)).getContainerClient("no-such-container");
}

function endpointOf(container: ContainerClient): string {
  return container.url.slice(0, container.url.lastIndexOf("/"));
}
