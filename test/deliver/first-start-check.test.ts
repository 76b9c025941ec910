import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import { refuseSecondArchive } from "../../src/deliver/first-start-check.js";
import type { OpenedStore } from "../../src/deliver/opened-sinks.js";
import { DaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import { stableJson } from "../../src/model/stable-json.js";
import { testHost } from "../support/plugin-host.js";
import { writeState } from "../support/sealed-package.js";

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "daybook-first-start-"));
});
afterEach(() => rm(folder, { recursive: true }));

function sink(name: string): OpenedStore {
  const options = localFiles.options.parse({ path: join(folder, name), reserve: "0" });
  return { kind: "store", name, store: localFiles.open(options, testHost()) };
}

function refusing(name: string, code: ErrorCode): OpenedStore {
  const { store } = sink(name);
  const fail = (): Promise<never> => Promise.reject(new DaybookError(code, { message: name }));
  return { kind: "store", name, store: { ...store, stat: fail, get: fail } };
}

async function taken(name: string): Promise<OpenedStore> {
  await writeState(join(folder, name, "contoso"), 2);
  const id = "8d5b3f6e-2f0c-4f7e-9a51-3f1f0f6f2a11";
  const identity = { archive_id: id, tenant_id: id, created: "2026-11-22", format: "daybook/1" };
  await writeFile(join(folder, name, "contoso/archive.json"), stableJson(identity));
  return sink(name);
}

const check = (...stores: OpenedStore[]): Promise<void> =>
  refuseSecondArchive(stores, "contoso", new AbortController().signal);

describe("a first start", () => {
  it("begins where one sink says that it is empty, whatever the others say", async () => {
    await expect(check(sink("vault"))).resolves.toBeUndefined();
    await expect(check(refusing("worm", "SINK_REFUSED"), sink("vault"))).resolves.toBeUndefined();
    await expect(check(sink("vault"), refusing("cold", "SINK_NOT_FOUND"))).resolves.toBeUndefined();
    await expect(check(sink("vault"), refusing("disk", "DISK_DENIED"))).resolves.toBeUndefined();
  });

  it("begins while no sink can be reached, and not where the only answer is a refusal", async () => {
    await expect(check(refusing("worm", "SINK_UNAVAILABLE"))).resolves.toBeUndefined();
    await expect(
      check(refusing("worm", "SINK_UNAVAILABLE"), refusing("cold", "SINK_REFUSED")),
    ).rejects.toMatchObject({ code: "SINK_REFUSED" });
  });

  it("is refused where any sink holds an archive of the tenant, or one that cannot be read", async () => {
    const old = await taken("old");
    await expect(check(sink("vault"), refusing("worm", "SINK_REFUSED"), old)).rejects.toMatchObject({
      code: "SINK_TAKEN",
    });
    await writeFile(join(folder, "old/contoso/archive.json"), "{}");
    await expect(check(sink("vault"), old)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });
});
