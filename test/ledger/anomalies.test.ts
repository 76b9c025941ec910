import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { readWholeLedger } from "../../src/ledger/read-ledger.js";
import type { Act } from "../../src/model/ledger-entry.js";
import {
  NEVER,
  ARCHIVE_ID,
  day,
  fixedClock,
  openTestArchive,
  temporaryFolder,
} from "../support/archive-fixture.js";

const DAY = day("2026-11-20");
const HASH = "ab".repeat(32);
const CHECKPOINT_EVERY = 64;

const incident = (of: string | null, code: string): Act => ({
  type: "incident",
  day: of === null ? null : day(of),
  code,
  subject: "found 3 events, expected about 480",
});

const ACTS: readonly Act[] = [
  { type: "day-sealed", day: DAY, revision: 1, manifest_sha256: HASH },
  { type: "names-seen", day: DAY, revision: 1, activities: { ViewReport: 3 }, fields: { Id: 3 } },
  incident(DAY, "DAY_QUIET"),
  { type: "source-shrank", day: DAY, revision: 1, missing: 2 },
  { type: "names-seen", day: DAY, revision: 1, activities: {}, fields: { DomainId: 1, Id: 2 } },
  incident("2026-11-21", "SOURCE_TENANT_MISMATCH"),
  incident(null, "SOMETHING_ELSE"),
];

describe("the anomalies of a day", () => {
  it("are in the record of the day, and the names that the archive has seen in the index", async () => {
    const { ledger } = await openTestArchive(await temporaryFolder());
    for (const act of ACTS) await ledger.append(act, "daybook");

    const record = ledger.index.days.get(DAY);
    expect(record?.incidents).toEqual([
      { code: "DAY_QUIET", subject: "found 3 events, expected about 480", at: fixedClock.now() },
      { code: "NAMES_FIRST_SEEN", subject: "r0001: fields DomainId=1 Id=2", at: fixedClock.now() },
    ]);
    expect(record?.shrank).toEqual({ revision: 1, missing: 2, at: fixedClock.now() });
    expect(ledger.index.knownNames).toEqual({ activities: ["ViewReport"], fields: ["Id", "DomainId"] });
    expect(ledger.index.days.has(day("2026-11-21"))).toBe(false);
  });

  it("are the same from a checkpoint as from the entries", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    for (const act of ACTS) await ledger.append(act, "daybook");
    while (ledger.size < CHECKPOINT_EVERY)
      await ledger.append({ type: "config-changed", config_sha256: HASH }, "daybook");

    const { ledger: read } = await readArchive(nodeFiles, root, NEVER);

    const whole = await readWholeLedger({ files: nodeFiles, root, origin: `daybook/${ARCHIVE_ID}` }, NEVER);
    expect(read.since?.size).toBe(CHECKPOINT_EVERY);
    expect(read.index.knownNames).toEqual(whole.index.knownNames);
    expect(read.index.days.get(DAY)).toEqual(whole.index.days.get(DAY));
    expect(read.index.days.get(DAY)?.incidents).toHaveLength(2);
  });
});
