import { generateKeyPairSync } from "node:crypto";
import { mkdtempSync } from "node:fs";
import { appendFile, copyFile, cp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { CHECKPOINT_PATH, signCheckpoint } from "../../src/ledger/checkpoint.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { readWholeLedger } from "../../src/ledger/read-ledger.js";
import { SigningKey } from "../../src/ledger/signing-key.js";
import { utcDayOf } from "../../src/model/utc-day.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { entryPath, headPath } from "../../src/model/ledger-entry.js";
import {
  NEVER,
  ARCHIVE_ID,
  day,
  fixedClock,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { failingFiles } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";

const ORIGIN = `daybook/${ARCHIVE_ID}`;
const DAY = day("2026-11-20");
const HASH = "ab".repeat(32);

/** One of each kind that an index keeps, of the day's n-th revision. */
const actsOf = (revision: number): readonly Act[] => {
  const seal = { day: DAY, revision, manifest_sha256: String(revision).padStart(64, "0") };
  return [
    { type: "day-sealed", ...seal },
    { type: "sink-failed", sink: "vault", code: "SINK_UNAVAILABLE", ...seal },
    { type: "sink-failed", sink: "lake", code: "SINK_UNAVAILABLE", ...seal },
    { type: "sink-delivered", sink: "vault", records: 4, ...seal },
    { type: "day-rechecked", day: DAY, revision: 1, event_set_sha256: HASH },
    { type: "fixity-checked", sink: "vault", days: 2, findings: 0 },
    { type: "config-changed", config_sha256: HASH },
    {
      type: "schedule-set",
      schedule: "FIN-07",
      keep: "7y",
      authority: "",
      effective: utcDayOf(0),
      applies: "later",
      statement_sha256: null,
    },
    { type: "day-lost", day: day("2026-10-01"), reason: "passed the horizon" },
    { type: "incident", day: DAY, code: "DAY_QUIET", subject: "found 3 events, expected about 480" },
  ];
};

/** Its checkpoint stands at 64 entries. */
async function archiveOf(size: number, root: string, files: Files = nodeFiles): Promise<void> {
  const { ledger } = await openTestArchive(root, { files });
  for (let seq = 1; seq < size; seq += 1) {
    const act = actsOf(Math.ceil(seq / 10))[(seq - 1) % 10];
    if (act !== undefined) await ledger.append(act, "daybook");
  }
}

/** Made once: 70 entries are some hundred syncs. */
const template = mkdtempSync(join(tmpdir(), "daybook-"));
beforeAll(() => archiveOf(70, template));
afterAll(() => rm(template, { recursive: true, force: true }));

async function archiveOf70(): Promise<string> {
  const root = await temporaryFolder();
  await cp(template, root, { recursive: true });
  return root;
}

async function readsOf(root: string): Promise<number> {
  const counting = failingFiles(nodeFiles, { at: 0, fault: "crash", only: ["read"] });
  await readArchive(counting.files, root, NEVER);
  return counting.calls();
}

async function edit(root: string, path: string, from: string, to: string): Promise<void> {
  const text = await readFile(join(root, path), "utf8");
  expect(text).toContain(from);
  await writeFile(join(root, path), text.replace(from, to));
}

describe("a checkpoint", () => {
  it("spares a start the entries before it, and says the same as they do", async () => {
    const root = await archiveOf70();

    const { ledger } = await readArchive(nodeFiles, root, NEVER);

    expect(ledger.since).toEqual({ size: 64, provedAt: fixedClock.now() });
    expect(ledger.index).toEqual(
      (await readWholeLedger({ files: nodeFiles, root, origin: ORIGIN }, NEVER)).index,
    );
    expect(ledger.size).toBe(70);
    expect(await readsOf(root)).toBeLessThan(20);
  });

  it("is made at a start that had to read everything", async () => {
    const root = await archiveOf70();
    await rm(join(root, CHECKPOINT_PATH));

    await openTestArchive(root);

    expect((await readArchive(nodeFiles, root, NEVER)).ledger.since).toMatchObject({ size: 70 });
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ["edited", (root) => edit(root, CHECKPOINT_PATH, "passed the horizon", "was of no interest")],
    [
      "cut",
      async (root) =>
        writeFile(
          join(root, CHECKPOINT_PATH),
          (await readFile(join(root, CHECKPOINT_PATH))).subarray(0, 900),
        ),
    ],
    ["longer", (root) => appendFile(join(root, CHECKPOINT_PATH), "\n")],
    ["empty", (root) => writeFile(join(root, CHECKPOINT_PATH), "")],
    ["of another form", (root) => edit(root, CHECKPOINT_PATH, "checkpoint/5", "checkpoint/1")],
  ])("is not believed when it is %s: everything is read", async (_, tamper) => {
    const root = await archiveOf70();
    await tamper(root);

    const { ledger } = await readArchive(nodeFiles, root, NEVER);

    expect(ledger.since).toBeUndefined();
    expect(ledger.index).toEqual(
      (await readWholeLedger({ files: nodeFiles, root, origin: ORIGIN }, NEVER)).index,
    );
  });

  it("is not believed when another key has signed it, although that key lies there (fault 93)", async () => {
    const root = await archiveOf70();
    const { index, size, lastHash, tree } = (await readArchive(nodeFiles, root, NEVER)).ledger;
    const { privateKey } = generateKeyPairSync("ed25519");
    const stranger = SigningKey.fromPem(
      privateKey.export({ type: "pkcs8", format: "pem" }).toString(),
      "a stranger's key",
    );
    const signer = stranger.signerFor(ORIGIN);
    await writeFile(join(root, `keys/${signer.keyId}.pem`), stranger.publicPem);
    const forged = signCheckpoint(ORIGIN, { size, lastHash, tree, provedAt: 0, index }, signer);
    await writeFile(join(root, CHECKPOINT_PATH), forged);

    expect((await readArchive(nodeFiles, root, NEVER)).ledger.since).toBeUndefined();
  });

  it.each<[string, (root: string) => Promise<unknown>]>([
    ["its newest entry edited", (root) => edit(root, entryPath(63), '"daybook"', '"somebody"')],
    ["an entry after it edited", (root) => edit(root, entryPath(66), '"daybook"', '"somebody"')],
    ["an entry after it deleted", (root) => rm(join(root, entryPath(66)))],
    ["the tail cut (fault 92)", (root) => rm(join(root, entryPath(69)))],
    ["the ledger cut to before it (fault 92)", (root) => cutTo(root, 60)],
    ["the newest head edited", (root) => edit(root, headPath(70), "\n70\n", "\n71\n")],
    ["an older copy of the head put back", (root) => copyFile(join(root, headPath(60)), join(root, "head"))],
    ["the newest head deleted with the one before it", (root) => cutHeads(root)],
    ["a pinned file altered", (root) => appendFile(join(root, "FORMAT.md"), "x")],
  ])("leaves damage for a start to see: %s", async (_, tamper) => {
    const root = await archiveOf70();
    await tamper(root);

    await expect(readArchive(nodeFiles, root, NEVER)).rejects.toMatchObject({
      code: "ARCHIVE_DAMAGED",
      kind: "integrity",
    });
    await expect(openTestArchive(root)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED" });
  });

  it("does not hide damage before it from the proof", async () => {
    const root = await archiveOf70();
    await edit(root, entryPath(9), "passed the horizon", "was of no interest");
    const { ledger } = await openTestArchive(root);

    await expect(ledger.prove(NEVER)).rejects.toMatchObject({ code: "ARCHIVE_DAMAGED", kind: "integrity" });
  });

  it("is a cache: a disk that cannot take it costs no act", async () => {
    const disk = new MemoryDisk();
    await archiveOf(65, "/archive", disk.files);
    await disk.files.remove(`/archive/${CHECKPOINT_PATH}`);
    // The first file that the start puts in place of another is the checkpoint.
    const failing = failingFiles(disk.files, { at: 1, fault: "DISK_FULL", only: ["rename"] });
    const { ledger } = await openTestArchive("/archive", { files: failing.files });
    expect(await disk.files.stat(`/archive/${CHECKPOINT_PATH}`)).toBeUndefined();

    await ledger.append({ type: "day-lost", day: DAY, reason: "passed the horizon" }, "daybook");

    expect(ledger.size).toBe(66);
    expect((await readArchive(disk.files, "/archive", NEVER)).ledger).toMatchObject({
      size: 66,
      since: { size: 66 },
    });
  });
});

async function cutTo(root: string, size: number): Promise<void> {
  for (let seq = size; seq < 70; seq += 1) {
    await rm(join(root, entryPath(seq)));
    await rm(join(root, headPath(seq + 1)));
  }
  await copyFile(join(root, headPath(size)), join(root, "head"));
}

async function cutHeads(root: string): Promise<void> {
  for (const size of [69, 70]) await rm(join(root, headPath(size)));
  await copyFile(join(root, headPath(68)), join(root, "head"));
}
