import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { prunePackage } from "../../src/ledger/prune-package.js";
import { isDaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import {
  NEVER,
  day,
  openTestArchive,
  proveTestArchive,
  sealPackage,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { CrashError, failingFiles } from "../support/failing-files.js";
import type { FilePlan } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";
import type { PowerCut } from "../support/memory-disk.js";
import { storedEntries } from "../support/stored-entries.js";

const FIRST = day("2026-11-19");
const SECOND = day("2026-11-20");
const ROOT = "/state/contoso";
const WRITING = [
  "create",
  "write",
  "finish",
  "append",
  "link",
  "rename",
  "makeFolder",
  "syncFolder",
] as const;
const CHANGING = [...WRITING, "remove", "removeTree"] as const;

/** A short life of an archive: created, two days sealed, one of them delivered and pruned, the other sealed again. */
async function live(files: Files, root: string, acknowledge: (act: string) => void): Promise<void> {
  const archive = await openTestArchive(root, { files });
  acknowledge("archive-created");
  const manifest = await sealPackage(files, root, archive, { day: FIRST });
  acknowledge(`day-sealed ${FIRST} 1`);
  const delivery = { day: FIRST, revision: 1, manifest_sha256: manifest, sink: "vault", records: 1 } as const;
  await archive.ledger.append({ type: "sink-delivered", ...delivery }, "daybook");
  acknowledge(`sink-delivered ${FIRST} 1`);
  await sealPackage(files, root, archive, { day: SECOND });
  acknowledge(`day-sealed ${SECOND} 1`);
  await prunePackage(files, root, FIRST, 1);
  await sealPackage(files, root, archive, { day: SECOND, revision: 2 });
  acknowledge(`day-sealed ${SECOND} 2`);
}

interface Life {
  readonly error: unknown;
  readonly acknowledged: readonly string[];
}

/** Lives with the fault of `plan` and says how that ended. */
async function liveWith(disk: Files, root: string, plan: FilePlan): Promise<Life> {
  const acknowledged: string[] = [];
  try {
    await live(failingFiles(disk, plan).files, root, (act) => acknowledged.push(act));
    return { error: undefined, acknowledged };
  } catch (error) {
    return { error, acknowledged };
  }
}

async function newDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await disk.files.makeFolder("/state");
  await disk.files.syncFolder("/");
  return disk;
}

async function countCalls(plan: Omit<FilePlan, "at">): Promise<number> {
  const counting = failingFiles((await newDisk()).files, { ...plan, at: 0 });
  await live(counting.files, ROOT, () => undefined);
  return counting.calls();
}

/** Opens the archive twice, and expects that the first start left nothing to do, that it is whole, and has every act. */
async function expectWhole(disk: Files, root: string, { acknowledged }: Life): Promise<void> {
  await openTestArchive(root, { files: disk });
  const again = await proveTestArchive(root, { files: disk });
  const { headSize, cachedHeadSize } = (await readArchive(disk, root, NEVER)).ledger;
  const entries = await storedEntries(disk, root);
  const acts = entries.map((entry) =>
    "day" in entry && "revision" in entry ? `${entry.type} ${entry.day} ${entry.revision}` : entry.type,
  );

  expect(again.recovered).toEqual([]);
  expect([headSize, cachedHeadSize]).toEqual([entries.length, entries.length]);
  expect(acts.filter((act) => acknowledged.includes(act))).toEqual(acknowledged);
}

describe("an archive whose process dies", () => {
  const cuts: readonly { readonly cut: PowerCut; readonly name: string }[] = [
    { cut: "nothing", name: "loses nothing acknowledged, whichever call was the last (fault 59)" },
    { cut: "contents", name: "loses nothing acknowledged when unsynced contents are lost (fault 53)" },
    {
      cut: "contents and names",
      name: "loses nothing acknowledged when unsynced names are lost too (fault 53)",
    },
  ];

  it.each(cuts)("$name", { timeout: 60_000 }, async ({ cut }) => {
    const plan = { fault: "crash", only: CHANGING } as const;
    const calls = await countCalls(plan);
    for (let at = 1; at <= calls; at += 1) {
      const disk = await newDisk();
      const life = await liveWith(disk.files, ROOT, { ...plan, at });
      disk.cutPower(cut);

      expect(life.error).toBeInstanceOf(CrashError);
      await expectWhole(disk.files, ROOT, life);
    }
    expect(calls).toBeGreaterThan(100);
  });

  it.each(cuts)("$name, though the recovery dies as well", { timeout: 60_000 }, async ({ cut }) => {
    const plan = { fault: "crash", only: CHANGING } as const;
    const calls = await countCalls(plan);
    let recoveriesDied = 0;
    for (let at = 1; at <= calls; at += 3) {
      // The longest recovery is a creation from nothing.
      for (let second = 1; second <= 40; second += at < 40 ? 7 : 1) {
        const disk = await newDisk();
        const life = await liveWith(disk.files, ROOT, { ...plan, at });
        disk.cutPower(cut);
        const dying = failingFiles(disk.files, { ...plan, at: second });
        const restart: unknown = await openTestArchive(ROOT, { files: dying.files }).catch(
          (error: unknown) => error,
        );
        disk.cutPower(cut);

        await expectWhole(disk.files, ROOT, life);
        if (!(restart instanceof CrashError)) break;
        recoveriesDied += 1;
      }
    }
    expect(recoveriesDied).toBeGreaterThan(100);
  });

  it("holds on a real disk too", { timeout: 60_000 }, async () => {
    const plan = { fault: "crash", only: CHANGING } as const;
    const calls = await countCalls(plan);
    for (let at = 1; at <= calls; at += 11) {
      const root = join(await temporaryFolder(), "contoso");
      const life = await liveWith(nodeFiles, root, { ...plan, at });

      expect(life.error).toBeInstanceOf(CrashError);
      await expectWhole(nodeFiles, root, life);
    }
  });
});

describe("an archive on a failing disk", () => {
  const faults: readonly { readonly code: ErrorCode; readonly lasting: boolean; readonly name: string }[] = [
    {
      code: "DISK_FULL",
      lasting: true,
      name: "stays whole when the disk is full, and goes on when it is not (fault 49)",
    },
    { code: "DISK_FULL", lasting: false, name: "stays whole when the disk is full for a moment (fault 49)" },
    { code: "DISK_FAILED", lasting: false, name: "abandons what it could not write or sync (fault 50)" },
    { code: "DISK_DENIED", lasting: true, name: "seals nothing in part when it is refused (fault 51)" },
  ];

  it.each(faults)("$name", { timeout: 60_000 }, async ({ code, lasting }) => {
    const plan = { fault: code, lasting, only: WRITING };
    const calls = await countCalls(plan);
    for (let at = 1; at <= calls; at += 1) {
      const disk = await newDisk();
      const life = await liveWith(disk.files, ROOT, { ...plan, at });

      expect(isDaybookError(life.error, code)).toBe(true);
      await expectWhole(disk.files, ROOT, life);
    }
  });
});
