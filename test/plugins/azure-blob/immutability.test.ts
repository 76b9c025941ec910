import type { BlobImmutabilityPolicy, BlockBlobClient, ContainerClient } from "@azure/storage-blob";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sha256Hex } from "../../../src/model/sha256.js";
import { DAY_MS, utcDayOf } from "../../../src/model/utc-day.js";
import type { ObjectStore } from "../../../src/plugin/types.js";
import { newContainer, openBlobStore, versionsIn } from "../../support/azure-server.js";
import { startStandIn } from "../../support/azure-stand-in.js";
import type { StandIn } from "../../support/azure-stand-in.js";

const KEY = "days/2026/11/20/r0001/manifest.json";
const signal = new AbortController().signal;
let server: StandIn;
let container: ContainerClient;

beforeAll(async () => {
  server = await startStandIn({ isImmutable: true });
});
afterAll(() => server.stop());
beforeEach(async () => {
  server.fault = () => undefined;
  container = await newContainer(server.endpoint);
});

function open(immutability: "unlocked" | "locked"): ObjectStore {
  return openBlobStore(server.endpoint, container.containerName, { options: { immutability } });
}

function put(store: ObjectStore, days: number): Promise<string> {
  const bytes = Buffer.from("text");
  const retainUntil = utcDayOf(Date.now() + days * DAY_MS);
  const body = (async function* () {
    yield bytes;
  })();
  return store.putNew(KEY, body, { bytes: 4, sha256: sha256Hex(bytes), retainUntil }, signal);
}

function standing(): BlockBlobClient {
  return container.getBlockBlobClient(`powerbi/${KEY}`);
}

async function place(policy?: BlobImmutabilityPolicy): Promise<void> {
  await standing().upload("text", 4, policy === undefined ? {} : { immutabilityPolicy: policy });
}

async function found(): Promise<string> {
  const { immutabilityPolicyMode, immutabilityPolicyExpiresOn } = await standing().getProperties();
  const days = ((immutabilityPolicyExpiresOn?.getTime() ?? 0) - Date.now()) / DAY_MS;
  return immutabilityPolicyMode === undefined ? "none" : `${immutabilityPolicyMode} ${Math.ceil(days)}`;
}

function inDays(days: number, policyMode: "Unlocked" | "Locked"): BlobImmutabilityPolicy {
  return { policyMode, expiriesOn: new Date(Date.now() + days * DAY_MS) };
}

function versions(): Promise<number> {
  return versionsIn(container);
}

async function replaceThrice(store: ObjectStore): Promise<void> {
  for (const text of ["1", "2", "3"]) {
    const bytes = Buffer.from(text);
    const body = (async function* () {
      yield bytes;
    })();
    await store.replace("head", body, { bytes: 1, sha256: sha256Hex(bytes) }, signal);
  }
}

describe("the policy of a blob", () => {
  it.each(["unlocked", "locked"] as const)("comes with the upload and is read back, %s", async (mode) => {
    server.asked.length = 0;

    expect(await put(open(mode), 3)).toBe("stored");
    expect(await found()).toBe(`${mode} 3`);
    expect(server.asked.slice(0, 2).map(({ operation }) => operation)).toEqual(["PUT blob", "HEAD blob"]);
  });

  it("is not set for a day that has begun: the service takes no past instants", async () => {
    expect(await put(open("locked"), 0)).toBe("stored");
    expect(await found()).toBe("none");
  });

  it("ends at the first instant of the day", async () => {
    await put(open("locked"), 3);

    const retainUntil = utcDayOf(Date.now() + 3 * DAY_MS);
    expect(await open("locked").stat(KEY, signal)).toMatchObject({ retainUntil });
    expect((await standing().getProperties()).immutabilityPolicyExpiresOn?.toISOString()).toBe(
      `${retainUntil}T00:00:00.000Z`,
    );
  });
});

describe("a blob that is already there (fault 75)", () => {
  it.each([
    ["without a policy", undefined, "locked", "locked 3"],
    ["with a shorter policy", inDays(1, "Locked"), "locked", "locked 3"],
    ["with an unlocked policy", inDays(9, "Unlocked"), "locked", "locked 9"],
    ["with a longer policy", inDays(9, "Locked"), "locked", "locked 9"],
    ["with a stronger policy", inDays(1, "Locked"), "unlocked", "locked 3"],
  ] as const)(
    "%s gets what the sink promises and loses nothing",
    async (_what, policy, promised, expected) => {
      await place(policy);

      expect(await put(open(promised), 3)).toBe("already-there");
      expect(await found()).toBe(expected);
    },
  );

  it("is refused when the service refuses the policy that it lacks", async () => {
    await place();
    server.fault = ({ operation }) =>
      operation === "PUT immutabilityPolicies"
        ? { status: 403, code: "AuthorizationPermissionMismatch" }
        : undefined;

    await expect(put(open("locked"), 3)).rejects.toMatchObject({ code: "SINK_REFUSED", retry: "never" });
  });

  it("is tried again when the service is down for the policy", async () => {
    await place();
    server.fault = ({ operation }) =>
      operation === "PUT immutabilityPolicies" ? { status: 503, code: "ServerBusy" } : undefined;

    await expect(put(open("locked"), 3)).rejects.toMatchObject({
      code: "SINK_UNAVAILABLE",
      retry: "backoff",
    });
  });
});

describe("a container that keeps versions", () => {
  it("holds none of a removed object, and the receipt says how many went", async () => {
    const store = open("locked");
    await replaceThrice(store);

    expect(await versions()).toBe(3);
    expect(await store.remove("head", signal)).toMatchObject({ removed: 1, versions: 3 });
    expect(await versions()).toBe(0);
  });

  it("holds none after a removal that was interrupted and tried again", async () => {
    const store = open("locked");
    await replaceThrice(store);
    let deletes = 0;
    server.fault = ({ operation }) => {
      if (operation !== "DELETE blob" || (deletes += 1) !== 3) return undefined;
      return { status: 503, code: "ServerBusy" };
    };

    await expect(store.remove("head", signal)).rejects.toMatchObject({ code: "SINK_UNAVAILABLE" });
    expect(await store.remove("head", signal)).toMatchObject({ removed: 1, versions: 2 });
    expect(await versions()).toBe(0);
    await expect(store.remove("head", signal)).rejects.toMatchObject({ code: "SINK_NOT_FOUND" });
  });

  it("holds no probe after a check", async () => {
    await open("locked").check(signal);

    expect(await versions()).toBe(0);
  });
});

describe("a removal", () => {
  it("names the policy and its end, and takes nothing", async () => {
    const store = open("locked");
    await put(store, 3);

    await expect(store.remove(KEY, signal)).rejects.toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringContaining("an immutability policy, locked until"),
      lock: { until: utcDayOf(Date.now() + 3 * DAY_MS) },
    });
    expect(await versions()).toBe(1);
  });

  it("names the container's own policy, whose end nobody tells", async () => {
    await place();
    server.fault = ({ operation }) =>
      operation === "DELETE blob" ? { status: 409, code: "BlobImmutableDueToPolicy" } : undefined;

    await expect(open("locked").remove(KEY, signal)).rejects.toMatchObject({
      code: "SINK_REFUSED",
      message: expect.stringContaining("an immutability policy of the container"),
      lock: {},
    });
  });

  it("says until when soft delete lets administrators restore what was deleted", async () => {
    const soft = await startStandIn({ isImmutable: true, softDeleteDays: 7 });
    try {
      const { containerName } = await newContainer(soft.endpoint);
      const store = openBlobStore(soft.endpoint, containerName, { options: { immutability: "locked" } });
      await replaceThrice(store);

      const { note } = await store.remove("head", signal);

      expect(note).toContain("every version deleted and confirmed absent; the soft delete of the account");
      expect(note).toContain(`restore it until ${utcDayOf(Date.now() + 8 * DAY_MS)}`);
    } finally {
      await soft.stop();
    }
  });
});

describe("what the container says of its protection", () => {
  it.each([
    ["locked", "compliance"],
    ["unlocked", "governance"],
  ] as const)("is the mode of the policies: %s", async (mode, retention) => {
    expect(await open(mode).protection?.(signal)).toMatchObject({ retention, hold: true, versions: true });
  });

  it("is that it protects nothing, where the options promise what it cannot", async () => {
    const plain = await startStandIn({ isImmutable: false });
    try {
      const { containerName } = await newContainer(plain.endpoint);
      const store = openBlobStore(plain.endpoint, containerName, { options: { immutability: "locked" } });

      expect(await store.protection?.(signal)).toEqual({
        retention: "none",
        hold: false,
        versions: false,
        note: "immutability is set, and the container has no version-level immutability",
      });
    } finally {
      await plain.stop();
    }
  });
});
