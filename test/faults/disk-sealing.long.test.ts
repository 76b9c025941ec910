import { readFile, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Files } from "../../src/io/files.js";
import { isDaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import type { Manifest } from "../../src/model/manifest.js";
import type { Reading } from "../../src/model/reading.js";
import { sha256Hex } from "../../src/model/sha256.js";
import { CrashError, failingFiles } from "../support/failing-files.js";
import type { FilePlan } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";
import type { PowerCut } from "../support/memory-disk.js";
import { sealingRig } from "../support/sealing-rig.js";
import type { Sealed, SealingRig } from "../support/sealing-rig.js";
import { eventText } from "../support/spooled-reading.js";

const EVENTS = ["a", "b", "c"].map((id) => eventText(id));
const LATER = ["b", "c", "d"].map((id) => eventText(id));
const CHANGING = ["create", "write", "finish", "link", "rename", "makeFolder", "syncFolder"] as const;

let rig: SealingRig;
let first: Sealed;
/** A re-reading that gives a new record and lacks an old one. */
let reading: Reading;

beforeAll(async () => {
  rig = await sealingRig();
  first = await rig.seal(EVENTS);
  reading = await rig.read(LATER);
});

afterAll(() => rm(rig.folder, { recursive: true }));

/** A disk in memory with the first revision and the spooled re-reading on it, all durable. */
async function newDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await copyFolder(rig.folder, disk.files);
  disk.cutPower("nothing");
  return disk;
}

async function copyFolder(folder: string, to: Files): Promise<void> {
  await to.makeFolder(folder);
  for (const found of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, found.name);
    if (found.isDirectory()) await copyFolder(path, to);
    else await to.writeNew(path, await readFile(path));
  }
}

/** Verifies and seals the re-reading on a disk with the fault. */
async function sealWith(
  disk: MemoryDisk,
  plan: FilePlan,
): Promise<{ readonly error: unknown; readonly calls: number }> {
  const failing = failingFiles(disk.files, plan);
  const error: unknown = await rig.sealReading(reading, { earlier: first, files: failing.files }).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  return { error, calls: failing.calls() };
}

async function countCalls(plan: Omit<FilePlan, "at">): Promise<number> {
  return (await sealWith(await newDisk(), { ...plan, at: 0 })).calls;
}

/** The second revision is not there at all, or it is there with every byte that its manifest lists. */
async function expectWholeOrAbsent({ files }: MemoryDisk, hint: string): Promise<void> {
  const folder = `${rig.root}/days/2026/11/20/r0002`;
  const names = await files.list(folder);
  if (names.length === 0) return;
  const manifest = JSON.parse(
    Buffer.from(await files.read(`${folder}/manifest.json`)).toString(),
  ) as Manifest;
  const closing = ["SHA256SUMS", "manifest.json", "manifest.json.sig"];
  expect(names, `${hint}: names`).toEqual([...manifest.files.map(({ path }) => path), ...closing].toSorted());
  for (const { path, sha256 } of manifest.files) {
    expect(sha256Hex(await files.read(`${folder}/${path}`)), `${hint}: ${path}`).toBe(sha256);
  }
}

/** The first revision is as it was, and the same reading can be sealed as if nothing had happened. */
async function expectResumes({ files }: MemoryDisk): Promise<void> {
  // A package without its ledger entry, and what a dead process left in staging, are the next start's to settle.
  await files.removeTree(`${rig.root}/days/2026/11/20/r0002`);
  for (const name of await files.list(rig.work)) await files.removeTree(`${rig.work}/${name}`);

  const second = await rig.sealReading(reading, { earlier: first, files });

  expect(await rig.linesOf(first, files)).toEqual(EVENTS);
  expect(await rig.linesOf(second, files)).toEqual([...LATER, EVENTS[0]]);
  expect(await files.list(rig.work)).toEqual([]);
}

describe("verifying and sealing on a failing disk", () => {
  const faults: readonly { readonly code: ErrorCode; readonly lasting: boolean; readonly name: string }[] = [
    {
      code: "DISK_FULL",
      lasting: true,
      name: "stops cleanly while it is full, and goes on later (fault 49)",
    },
    { code: "DISK_FULL", lasting: false, name: "stops cleanly when it is full for a moment (fault 49)" },
    { code: "DISK_FAILED", lasting: false, name: "abandons what it could not write or sync (fault 50)" },
    { code: "DISK_DENIED", lasting: true, name: "seals nothing in part when it is refused (fault 51)" },
  ];

  it.each(faults)("$name", { timeout: 60_000 }, async ({ code, lasting }) => {
    const plan = { fault: code, lasting, only: CHANGING };
    const calls = await countCalls(plan);

    for (let at = 1; at <= calls; at += 1) {
      const disk = await newDisk();
      const { error } = await sealWith(disk, { ...plan, at });

      expect(isDaybookError(error, code), `call ${at}`).toBe(true);
      await expectWholeOrAbsent(disk, `call ${at}`);
      expect(await disk.files.list(rig.work), `call ${at}`).toEqual([]);
      await expectResumes(disk);
    }
    expect(calls).toBeGreaterThan(40);
  });

  it.each(["read", "stream"] as const)("gives up the day when a %s fails (fault 50)", async (only) => {
    const plan = { fault: "DISK_FAILED", only: [only] } as const;
    const calls = await countCalls(plan);

    for (let at = 1; at <= calls; at += 1) {
      const disk = await newDisk();
      const { error } = await sealWith(disk, { ...plan, at });

      expect(isDaybookError(error, "DISK_FAILED"), `call ${at}`).toBe(true);
      await expectResumes(disk);
    }
    expect(calls).toBeGreaterThan(20);
  });
});

describe("verifying and sealing in a process that dies", () => {
  it.each<[string, PowerCut]>([
    ["leaves a whole package or none, whichever call was the last (fault 59)", "nothing"],
    ["leaves a whole package or none when unsynced contents are lost (fault 53)", "contents"],
    ["leaves a whole package or none when unsynced names are lost too (fault 53)", "contents and names"],
  ])("%s", { timeout: 60_000 }, async (_, cut) => {
    const plan = { fault: "crash", only: CHANGING } as const;
    const calls = await countCalls(plan);

    for (let at = 1; at <= calls; at += 1) {
      const disk = await newDisk();
      const { error } = await sealWith(disk, { ...plan, at });
      disk.cutPower(cut);

      expect(error).toBeInstanceOf(CrashError);
      await expectWholeOrAbsent(disk, `call ${at}`);
      await expectResumes(disk);
    }
    expect(calls).toBeGreaterThan(40);
  });
});
