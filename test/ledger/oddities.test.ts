import { describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { readArchive } from "../../src/ledger/open-archive.js";
import { readWholeLedger } from "../../src/ledger/read-ledger.js";
import type { Act } from "../../src/model/ledger-entry.js";
import { ARCHIVE_ID, day, fixedClock, openTestArchive, temporaryFolder } from "../support/archive-fixture.js";

const DAY = day("2026-11-20");
const HASH = "ab".repeat(32);
const CHECKPOINT_EVERY = 64;

const incident = (code: string, subject: string): Act => ({ type: "incident", code, subject });

const ACTS: readonly Act[] = [
  { type: "day-sealed", day: DAY, revision: 1, manifest_sha256: HASH },
  incident("NAMES_BASELINE", "2026-11-20 r0001: activities ViewReport=3; fields Id=3"),
  incident("DAY_QUIET", "2026-11-20: found 3 events, expected about 480"),
  { type: "source-shrank", day: DAY, revision: 1, missing: 2 },
  incident("FIELD_FIRST_SEEN", "2026-11-20 r0001: fields DomainId=1"),
  incident("SOURCE_TENANT_MISMATCH", "2026-11-21"),
  incident("SOMETHING_ELSE", "no day at all"),
];

describe("what was odd", () => {
  it("is known of each day that is held, and of the names that the archive has seen", async () => {
    const { ledger } = await openTestArchive(await temporaryFolder());
    for (const act of ACTS) await ledger.append(act, "daybook");

    const record = ledger.index.days.get(DAY);
    expect(record?.incidents?.map(({ code }) => code)).toEqual(["DAY_QUIET", "FIELD_FIRST_SEEN"]);
    expect(record?.incidents?.[0]).toEqual({
      code: "DAY_QUIET",
      subject: "2026-11-20: found 3 events, expected about 480",
      at: fixedClock.now(),
    });
    expect(record?.shrank).toEqual({ revision: 1, missing: 2, at: fixedClock.now() });
    expect(ledger.index.seenNames).toEqual({ activities: ["ViewReport"], fields: ["Id", "DomainId"] });
    expect(ledger.index.days.has(day("2026-11-21"))).toBe(false);
  });

  it("is the same from a checkpoint as from the entries", async () => {
    const root = await temporaryFolder();
    const { ledger } = await openTestArchive(root);
    for (const act of ACTS) await ledger.append(act, "daybook");
    while (ledger.size < CHECKPOINT_EVERY)
      await ledger.append({ type: "config-changed", config_sha256: HASH }, "daybook");

    const { ledger: read } = await readArchive(nodeFiles, root);

    const whole = await readWholeLedger(nodeFiles, root, `daybook/${ARCHIVE_ID}`);
    expect(read.since?.size).toBe(CHECKPOINT_EVERY);
    expect(read.index.seenNames).toEqual(whole.index.seenNames);
    expect(read.index.days.get(DAY)).toEqual(whole.index.days.get(DAY));
    expect(read.index.days.get(DAY)?.incidents).toHaveLength(2);
  });
});
