import { rm } from "node:fs/promises";
import { zstdDecompressSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import type { Completeness } from "../../src/model/manifest.js";
import type { Reading } from "../../src/model/reading.js";
import type { Verdict } from "../../src/model/verdict.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import { TENANT_ID, eventText, spoolReading, tempArchive } from "../support/spooled-reading.js";

let folder: string;
let work: string;

beforeEach(async () => {
  ({ folder, work } = await tempArchive());
});

afterEach(() => rm(folder, { recursive: true }));

function verify(reading: Reading): Promise<Verdict> {
  const signal = new AbortController().signal;
  return verifyReading({ files: nodeFiles, reading, tenantId: TENANT_ID, workFolder: work, signal });
}

/** Verifies a day whose only events are these; gives the counts, the lines written and the notices. */
async function transcribe(
  ...events: readonly string[]
): Promise<{ counts: Completeness; lines: readonly string[]; notices: readonly string[] }> {
  const verdict = await verify(await spoolReading(folder, { hours: { 23: [events] } }));
  if (verdict.outcome === "incomplete") throw new Error(JSON.stringify(verdict.findings));
  const text = zstdDecompressSync(await nodeFiles.read(verdict.transcript.path)).toString("utf8");
  const notices = verdict.notices.map((notice) => notice.code);
  return { counts: verdict.completeness, lines: text.split("\n").slice(0, -1), notices };
}

describe("events as the source may send them", () => {
  it("keeps unknown fields and event types as they are (fault 12)", async () => {
    const event = eventText("a", { Activity: "NeverSeen", New: { deep: [1, null] } });

    expect((await transcribe(event)).lines).toEqual([event]);
  });

  it("keeps events without an Id and counts them (fault 13)", async () => {
    const events = ['{"Activity":"x"}', '{"Id":7}', '{"Id":"","Activity":"y"}', '{"Activity":"x"}'];

    const { counts, lines, notices } = await transcribe(...events);

    expect(lines).toEqual(events.slice(0, 3));
    expect(counts).toMatchObject({ missing_ids: 3, exact_duplicates: 1, conflicting_ids: 0 });
    expect(notices).toContain("MISSING_IDS");
  });

  it("writes an exact duplicate once and counts it (fault 14)", async () => {
    const { counts, lines } = await transcribe(eventText("a"), eventText("b"), eventText("a"));

    expect(lines).toEqual([eventText("a"), eventText("b")]);
    expect(counts).toMatchObject({ delivered: 3, distinct: 2, exact_duplicates: 1 });
  });

  it("keeps every record of an Id that stands for several, and counts the Id once (fault 15)", async () => {
    const events = [1, 2, 3].map((n) => eventText("a", { n }));
    const escaped = eventText("b").replace('"b"', String.raw`"\u0062"`);

    const { counts, lines, notices } = await transcribe(...events, eventText("b"), escaped);

    expect(lines).toEqual([...events, eventText("b"), escaped]);
    expect(counts.conflicting_ids).toBe(2);
    expect(notices).toEqual(["CONFLICTING_IDS"]);
  });

  it("stays fast when a whole day has one Id (fault 15)", async () => {
    const events = Array.from({ length: 20_000 }, (_, n) => `{"Id":"0","n":${n}}`);

    expect((await transcribe(...events)).counts).toMatchObject({ distinct: 20_000, conflicting_ids: 1 });
  });

  it.each([
    ["2026-11-20T00:00:00", 0],
    ["2026-11-20T23:59:59Z", 0],
    ["2026-11-20T23:59:59.999", 0],
    ["2026-11-20T23:59:59.9999999Z", 0],
    ["2026-11-21T00:30:00+01:00", 0],
    ["2026-11-21T00:00:00", 1],
    ["2026-11-19T23:59:59.999Z", 1],
    ["2026-11-20T23:30:00-01:00", 1],
  ])("keeps CreationTime %s and counts whether it lies outside the day (fault 16)", async (time, outside) => {
    const event = eventText("a", { CreationTime: time });

    const { counts, lines } = await transcribe(event);

    expect(lines).toEqual([event]);
    expect(counts.outside_window).toBe(outside);
  });

  it.each([undefined, null, 5, "", "soon", "2026-11-20", "2026-11-20T25:00:00", "2026-11-20T07:6x:00"])(
    "keeps an event whose CreationTime is %j and counts it (fault 17)",
    async (time) => {
      const { counts, lines, notices } = await transcribe(eventText("a", { CreationTime: time }));

      expect(lines).toHaveLength(1);
      expect(notices).toEqual(["OUTSIDE_WINDOW"]);
      expect(counts).toMatchObject({
        outside_window: 1,
        first_creation_time: null,
        last_creation_time: null,
      });
    },
  );

  it("keeps the spelling of numbers, strings and repeated keys (faults 18 and 20)", async () => {
    const events = [
      '{"Id":"a","n":9007199254740993,"m":1e999,"z":-0,"q":1.0}',
      String.raw`{"Id":"b","s":"\ud800\u0000\/","s":"` + '\u2028é"}',
    ];

    expect((await transcribe(...events)).lines).toEqual(events);
  });

  it("puts a space for a line break between tokens and leaves the rest alone", async () => {
    const { lines } = await transcribe('{\r\n  "Id":\n"a",\r\t"s":"\\n"\n}');

    expect(lines).toEqual(['{   "Id": "a", \t"s":"\\n" }']);
  });

  it("remarks on lastResultSet beside a token, and follows the token (fault 4)", async () => {
    const reading = await spoolReading(folder, { hours: { 7: [[eventText("a")], [eventText("b")]] } });
    const pages = reading.pages.map((page) => ({ ...page, last_result_set: true }));

    const verdict = await verify({ ...reading, pages });

    expect(verdict).toMatchObject({
      outcome: "complete",
      completeness: { distinct: 2 },
      notices: [{ code: "LAST_RESULT_SET_TOO_EARLY", found: "1" }],
    });
  });

  it("stops at an event of another tenant and leaves nothing (fault 29)", async () => {
    const foreign = eventText("b", { OrganizationId: "c3d76ad3-667a-58b3-bcdf-889469a15ebe" });
    const reading = await spoolReading(folder, { hours: { 7: [[eventText("a"), foreign]] } });

    await expect(verify(reading)).rejects.toMatchObject({ code: "SOURCE_TENANT_MISMATCH" });
    expect(await nodeFiles.list(work)).toEqual([]);
  });

  it("takes the tenant's id in any case, and an event that names no tenant", async () => {
    const upper = eventText("a", { OrganizationId: TENANT_ID.toUpperCase() });

    expect((await transcribe(upper, '{"Id":"b"}')).counts.distinct).toBe(2);
  });
});
