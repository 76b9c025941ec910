import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import localFiles from "../../plugins/local-files/index.js";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { isDaybookError } from "../../src/model/errors.js";
import { RESTORE_FOLDER } from "../../src/restore/restored-tree.js";
import { restoreArchive } from "../../src/restore/restore-archive.js";
import type { RestoreOptions } from "../../src/restore/restore-archive.js";
import { TENANT_ID, day, openTestArchive, sealPackage, temporaryFolder } from "../support/archive-fixture.js";
import { CrashError, failingFiles } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";
import type { PowerCut } from "../support/memory-disk.js";
import { testHost } from "../support/plugin-host.js";

const DAY = day("2026-11-20");
const STATE = "/state/contoso";
const PARTS = ["archive.json", "README.txt", "FORMAT.md", "head", "heads", "keys", "ledger", "days"];
const { signal } = new AbortController();

/** An archive of two revisions in a folder: what a record sink holds. */
async function filledSink(): Promise<string> {
  const root = join(await temporaryFolder(), "contoso");
  await nodeFiles.makeFolder(root);
  const archive = await openTestArchive(root);
  await sealPackage(nodeFiles, root, archive, { day: DAY });
  await sealPackage(nodeFiles, root, archive, { day: DAY, revision: 2 });
  return root;
}

function restoring(sink: string, files: Files): RestoreOptions {
  const options = localFiles.options.parse({ path: dirname(sink), reserve: "0" });
  return {
    files,
    root: STATE,
    tenantId: TENANT_ID,
    from: { name: "vault", store: localFiles.open(options, testHost()), tenant: "contoso" },
    others: [],
    readableDays: [DAY],
    dryRun: false,
    progress: () => undefined,
  };
}

async function newDisk(): Promise<MemoryDisk> {
  const disk = new MemoryDisk();
  await disk.files.makeFolder(dirname(STATE));
  await disk.files.syncFolder("/");
  return disk;
}

/** Path and content of every file of the archive below the folder. */
async function archiveIn(files: Files, root: string, paths = PARTS): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for (const path of paths) {
    const kind = (await files.stat(join(root, path)))?.kind;
    if (kind === "file") found[path] = Buffer.from(await files.read(join(root, path))).toString("base64");
    if (kind !== "folder") continue;
    const names = await files.list(join(root, path));
    Object.assign(
      found,
      await archiveIn(
        files,
        root,
        names.map((name) => `${path}/${name}`),
      ),
    );
  }
  return found;
}

/** What is wrong once the machine runs again and the restore with it; undefined when the archive is there as the sink has it. */
async function wrongAfter(
  disk: MemoryDisk,
  sink: string,
  whole: Record<string, string>,
): Promise<string | undefined> {
  const isInPlace = (await disk.files.stat(join(STATE, "ledger/000/000000000.json"))) !== undefined;
  if (isInPlace && JSON.stringify(await archiveIn(disk.files, STATE)) !== JSON.stringify(whole))
    return "a ledger in place before the rest";
  try {
    await restoreArchive(restoring(sink, disk.files), signal);
    // What was reported as restored lasts.
    disk.cutPower("contents and names");
  } catch (error) {
    if (!isInPlace || !isDaybookError(error, "ARCHIVE_EXISTS")) return String(error);
  }
  const isSame = JSON.stringify(await archiveIn(disk.files, STATE)) === JSON.stringify(whole);
  const isTidy = (await disk.files.stat(join(STATE, RESTORE_FOLDER))) === undefined || isInPlace;
  return isSame && isTidy ? undefined : "another archive than the sink's";
}

describe("a machine that stops in the middle of a restore", () => {
  it.each<{ readonly loss: PowerCut }>([
    { loss: "nothing" },
    { loss: "contents" },
    { loss: "contents and names" },
  ])("at any step, losing $loss, ends it with the next run (faults 53 and 59)", async ({ loss }) => {
    const sink = await filledSink();
    const whole = await archiveIn(nodeFiles, sink);
    const counting = failingFiles((await newDisk()).files, { at: 0, fault: "crash" });
    await restoreArchive(restoring(sink, counting.files), signal);
    const wrong: string[] = [];

    for (let at = 1; at <= counting.calls(); at += 1) {
      const disk = await newDisk();
      const { files } = failingFiles(disk.files, { at, fault: "crash" });
      const error: unknown = await restoreArchive(restoring(sink, files), signal).catch(
        (thrown: unknown) => thrown,
      );
      if (!(error instanceof CrashError)) wrong.push(`${at}: ${String(error)}`);
      disk.cutPower(loss);
      const what = await wrongAfter(disk, sink, whole);
      if (what !== undefined) wrong.push(`${at}: ${what}`);
    }

    expect(Object.keys(whole).length).toBeGreaterThan(15);
    expect(counting.calls()).toBeGreaterThan(100);
    expect(wrong).toEqual([]);
  });
});
