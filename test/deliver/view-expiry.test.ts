import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf, recordLines } from "daybook/plugin/contract";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pendingFor } from "../../src/deliver/sink-queue.js";
import { expireView } from "../../src/deliver/view-expiry.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { indexDays } from "../support/indexed.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import minimalSink from "../fixtures/minimal-sink/index.js";
import { testHost } from "../support/plugin-host.js";

const signal = new AbortController().signal;
const days = ["2026-11-01", "2026-11-02", "2026-11-03"].map(dayOf);
let root: string;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "daybook-expiry-"));
  await nodeFiles.makeFolder(join(root, "staging"));
});
afterEach(() => rm(root, { recursive: true }));

function dayOf(text: string): UtcDay {
  const day = parseUtcDay(text);
  if (day === undefined) throw new Error(text);
  return day;
}

/** A ledger in which every day was sealed and delivered to `lake`. */
function delivered() {
  const manifest_sha256 = "ab".repeat(32);
  const acts = days.flatMap((day): readonly Act[] => [
    { type: "day-sealed", day, revision: 1, manifest_sha256 },
    { type: "sink-delivered", sink: "lake", records: 2, day, revision: 1, manifest_sha256 },
  ]);
  return indexDays(
    acts.map((act, seq) => ({ seq, prev: "", time: "2026-11-20T00:00:00.000Z", actor: "daybook", ...act })),
  );
}

async function lake(isExpired: (day: UtcDay) => boolean) {
  const sink = minimalSink.open({ path: join(root, "lake") }, testHost());
  for (const day of days) await sink.write(batchOf(recordLines(2), { day }), signal);
  return { kind: "view" as const, name: "lake", sink, readBack: true, isExpired };
}

async function held(): Promise<readonly string[]> {
  return nodeFiles.list(join(root, "lake", "contoso"));
}

describe("expireView", () => {
  it("removes the days that the view's keep has passed, and no other", async () => {
    const target = await lake((day) => day < "2026-11-03");

    const removed = await expireView(target, delivered(), { files: nodeFiles, root }, signal);

    expect(removed).toBe(2);
    expect(await held()).toEqual(["2026-11-03.ndjson"]);
  });

  it("does not ask again for what it removed", async () => {
    const target = await lake((day) => day < "2026-11-03");
    await expireView(target, delivered(), { files: nodeFiles, root }, signal);

    expect(await expireView(target, delivered(), { files: nodeFiles, root }, signal)).toBe(0);
  });

  it("takes a day that is gone already as removed", async () => {
    const target = await lake(() => true);
    await target.sink.remove(dayOf("2026-11-02"), signal);

    expect(await expireView(target, delivered(), { files: nodeFiles, root }, signal)).toBe(3);
    expect(await held()).toEqual([]);
  });

  it("leaves expired days out of the queue of a view, never out of a record sink's", () => {
    const acts = days.map((day, seq) => ({
      seq,
      prev: "",
      time: "2026-11-20T00:00:00.000Z",
      actor: "daybook",
      ...({ type: "day-sealed", day, revision: 1, manifest_sha256: "ab".repeat(32) } as const),
    }));
    const index = indexDays(acts);

    expect(
      pendingFor({ kind: "view", name: "new", isExpired: (day) => day < "2026-11-03" }, index),
    ).toHaveLength(1);
    expect(pendingFor({ kind: "record", name: "new" }, index)).toHaveLength(3);
  });
});
