import { describe, expect, it } from "vitest";
import { DaybookError } from "../../src/model/errors.js";
import type { ArchiveSource } from "../../src/archive/source.js";
import { revisionsOf } from "../../src/serve/sealed-manifests.js";
import { manifestBytes } from "../support/status-manifest.js";
import { dayOf, quietTenant, sealedManifests } from "../support/status-sample.js";

const contoso = quietTenant("contoso", "2026-10-01");
const day = dayOf("2026-11-10");

const nothing: ArchiveSource = {
  get: () => Promise.reject(new DaybookError("FILE_NOT_FOUND", { message: "nothing" })),
  stat: () => Promise.resolve(undefined),
  list: () => none(),
};

async function* none(): AsyncGenerator<string> {}

function sourceOf(bytes: () => Uint8Array): ArchiveSource {
  const open = async function* (): AsyncGenerator<Uint8Array> {
    yield bytes();
  };
  return { ...nothing, stat: () => Promise.resolve({ bytes: bytes().length }), get: async () => open() };
}

const down: ArchiveSource = {
  ...nothing,
  stat: () => Promise.reject(new DaybookError("SINK_UNAVAILABLE", { message: "vault: no connection" })),
};

describe("revisionsOf", () => {
  it("reads the manifest of each revision", async () => {
    const [only, ...others] = await revisionsOf(contoso, day, sealedManifests([contoso]));

    expect(others).toEqual([]);
    expect(only).toMatchObject({ revision: 1, manifest: { day, completeness: { pages: 26 } } });
  });

  it("shows no altered manifest", async () => {
    const altered = Buffer.from(manifestBytes(day));
    altered.writeUInt8(altered.readUInt8(400) ^ 1, 400);

    const [only] = await revisionsOf(contoso, day, () => [sourceOf(() => altered)]);

    expect(only?.manifest).toMatch(/ARCHIVE_DAMAGED/);
  });

  it("says which sink does not answer", async () => {
    const [only] = await revisionsOf(contoso, day, () => [down]);

    expect(only?.manifest).toBe("vault: no connection (SINK_UNAVAILABLE)");
  });

  it("has none of a day that was never read", async () => {
    expect(await revisionsOf(contoso, dayOf("2026-11-22"), sealedManifests([contoso]))).toEqual([]);
  });
});
