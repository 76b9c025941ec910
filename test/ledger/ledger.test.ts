import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { utcDayOf } from "../../src/model/utc-day.js";
import { entryPath } from "../../src/model/ledger-entry.js";
import { sha256Hex } from "../../src/model/sha256.js";
import {
  NEVER,
  ARCHIVE_ID,
  TEST_KEY,
  day,
  fixedClock,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";
import { failingFiles } from "../support/failing-files.js";
import { MemoryDisk } from "../support/memory-disk.js";
import { storedEntries } from "../support/stored-entries.js";
import { indexDays } from "../support/indexed.js";

const LOST = { type: "day-lost", day: day("2026-10-01"), reason: "passed the horizon" } as const;

describe("the ledger", () => {
  it("writes an act as one file with a fixed order of keys, chained to the one before", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    const first = await readFile(join(root, entryPath(0)));

    // The keys are given in another order than they are written.
    await ledger.append({ reason: LOST.reason, day: LOST.day, type: "day-lost" }, "daybook");

    const text = `{
  "seq": 1,
  "prev": "${sha256Hex(first)}",
  "time": "2026-11-21T12:00:00.000Z",
  "type": "day-lost",
  "actor": "daybook",
  "day": "2026-10-01",
  "reason": "passed the horizon"
}
`;
    const signature = Buffer.from(TEST_KEY.signerFor(`daybook/${ARCHIVE_ID}`).sign(Buffer.from(text)));
    expect(await readFile(join(root, entryPath(1)), "utf8")).toBe(
      text.replace("\n}", `,\n  "signature": "${signature.toString("base64")}"\n}`),
    );
  });

  it("gives every type its fields in the order of docs/FORMAT.md, and reads them back", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    const hash = "cd".repeat(32);
    const seal = { day: LOST.day, revision: 1, manifest_sha256: hash };
    const acts = [
      { type: "day-sealed", ...seal },
      { type: "day-rechecked", day: LOST.day, revision: 1, event_set_sha256: hash },
      { type: "source-shrank", day: LOST.day, revision: 1, missing: 3 },
      LOST,
      { type: "names-seen", day: LOST.day, revision: 1, activities: { B: 1, a: 2 }, fields: {} },
      { type: "sink-delivered", ...seal, sink: "vault", records: 4 },
      { type: "sink-failed", ...seal, sink: "vault", code: "SINK_UNAVAILABLE" },
      { type: "fixity-checked", sink: "vault", days: 2, findings: 0 },
      {
        type: "schedule-set",
        schedule: "FIN-07",
        keep: "7y",
        authority: "",
        effective: utcDayOf(0),
        applies: "later",
        statement_sha256: null,
      },
      { type: "config-changed", config_sha256: hash },
      { type: "recovery-performed", steps: ["wrote head"] },
      { type: "incident", day: null, code: "SOURCE_TENANT_MISMATCH", subject: "contoso" },
    ] as const;
    for (const act of acts) await ledger.append(act, "daybook");

    const entries = await storedEntries(nodeFiles, root);
    const own = entries.slice(1).map(({ seq: _seq, prev: _prev, time: _time, actor: _actor, ...act }) => act);

    expect(JSON.stringify(own)).toBe(JSON.stringify(acts));
    expect(ledger.index).toEqual(indexDays(entries));
  });

  it("lets concurrent calls take turns", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);

    const appended = await Promise.all(Array.from({ length: 9 }, () => ledger.append(LOST, "daybook")));

    expect(appended.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9]);
    expect((await readArchive(nodeFiles, root, NEVER)).ledger.lastHash).toBe(ledger.lastHash);
  });

  it("stops when its next number is taken, and stays stopped (fault 58)", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    await writeFile(join(root, entryPath(1)), "another writer's");

    const first = ledger.append(LOST, "daybook");
    const second = ledger.append(LOST, "daybook");

    await Promise.all([
      expect(first).rejects.toMatchObject({ code: "ARCHIVE_FORKED", kind: "integrity" }),
      expect(second).rejects.toMatchObject({ code: "ARCHIVE_FORKED" }),
    ]);
    expect(ledger.size).toBe(1);
    expect(await readFile(join(root, entryPath(1)), "utf8")).toBe("another writer's");
  });

  it("shows the second of two writers of one folder that it is not alone (fault 58)", async () => {
    const root = await temporaryFolder();
    const one = await openTestArchive(root);
    const other = await openTestArchive(root);
    await one.ledger.append(LOST, "daybook");

    await expect(other.ledger.append(LOST, "daybook")).rejects.toMatchObject({ code: "ARCHIVE_FORKED" });
  });

  it("goes on by itself after a full disk, and misses no head (fault 49)", async () => {
    for (let at = 1; at <= 10; at += 1) {
      const disk = new MemoryDisk();
      await openTestArchive("/archive", { files: disk.files });
      const failing = failingFiles(disk.files, {
        at,
        fault: "DISK_FULL",
        only: ["create", "write", "finish", "link", "rename"],
      });
      const { ledger } = await openTestArchive("/archive", { files: failing.files });

      const first: unknown = await ledger.append(LOST, "daybook").catch((error: unknown) => error);
      const isCommitted = ledger.size === 2;
      const next = await ledger.append(LOST, "daybook").catch((error: unknown) => error);
      if (next instanceof Error) await ledger.append(LOST, "daybook");

      const { headSize } = (await readArchive(disk.files, "/archive", NEVER)).ledger;
      const entries = await storedEntries(disk.files, "/archive");
      expect(isCommitted || first instanceof Error).toBe(true);
      expect(ledger.index).toEqual(indexDays(entries));
      expect(headSize).toBe(entries.length);
    }
  });

  it("never syncs a folder again after a failed sync (fault 50)", async () => {
    const disk = new MemoryDisk();
    await openTestArchive("/archive", { files: disk.files });
    const failing = failingFiles(disk.files, { at: 1, fault: "DISK_FAILED", only: ["syncFolder"] });
    const { ledger } = await openTestArchive("/archive", { files: failing.files });

    await expect(ledger.append(LOST, "daybook")).rejects.toMatchObject({ code: "DISK_FAILED" });
    await expect(ledger.append(LOST, "daybook")).rejects.toMatchObject({ code: "DISK_FAILED" });
    expect(failing.calls()).toBe(1);
  });

  it("keeps its numbers in order when the clock jumps back, and the time as the clock had it (fault 68)", async () => {
    const root = await temporaryFolder();
    let nowMs = fixedClock.now();
    const { ledger } = await openTestArchive(root, { clock: { ...fixedClock, now: () => nowMs } });
    await ledger.append(LOST, "daybook");
    nowMs -= 86_400_000;
    await ledger.append(LOST, "daybook");

    const entries = await storedEntries(nodeFiles, root);

    expect(entries.map(({ seq }) => seq)).toEqual([0, 1, 2]);
    expect(entries[2]?.time).toBe("2026-11-20T12:00:00.000Z");
  });

  it("gives the same bytes for the same acts, clock and key", async () => {
    const roots = [await temporaryFolder(), await temporaryFolder()];
    for (const root of roots) await (await openTestArchive(root)).ledger.append(LOST, "daybook");

    const [one, other] = await Promise.all(roots.map((root) => readFile(join(root, "head"), "utf8")));

    expect(one).toBe(other);
  });

  it("lets a reader read while the writer writes (fault 64)", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    const writing = (async () => {
      for (let count = 0; count < 140; count += 1) await ledger.append(LOST, "daybook");
    })();

    const sizes: number[] = [];
    while (ledger.size < 141) sizes.push((await readArchive(nodeFiles, root, NEVER)).ledger.size);
    await writing;

    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes).toEqual(sizes.toSorted((a, b) => a - b));
  });
});
