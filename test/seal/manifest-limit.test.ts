import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { LIMITS } from "../../src/archive/layout.js";
import { nodeFiles } from "../../src/io/node-files.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { DayPackage } from "../../src/seal/day-package.js";
import { weekdayManifest } from "../support/status-manifest.js";

it("seals no manifest that no reader would take", async () => {
  const staging = await mkdtemp(join(tmpdir(), "daybook-manifest-"));
  onTestFinished(() => rm(staging, { recursive: true }));
  const manifest = { ...weekdayManifest("2026-11-20" as UtcDay), archive_id: "x".repeat(LIMITS.manifest) };
  const signer = { keyId: "0badcafe", sign: () => new Uint8Array(LIMITS.signature) };

  const finishing = new DayPackage(nodeFiles, staging).finish(manifest, signer);

  await expect(finishing).rejects.toMatchObject({ code: "READING_INCOMPLETE" });
  expect(await nodeFiles.list(staging)).toEqual([]);
});
