import { rm } from "node:fs/promises";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import type { SpoolSpec } from "../support/spooled-reading.js";
import { DAY, TENANT_ID, eventText, spoolReading, tempArchive } from "../support/spooled-reading.js";

let folder: string;
let work: string;

beforeEach(async () => {
  ({ folder, work } = await tempArchive());
});

afterEach(() => rm(folder, { recursive: true }));

/** What stops a day with these pages from being sealed, one line a finding; none when it is complete. */
async function findingsOf(hours: SpoolSpec["hours"]): Promise<readonly string[]> {
  const reading = await spoolReading(folder, hours === undefined ? {} : { hours });
  const { signal } = new AbortController();
  const options = { files: nodeFiles, reading, tenantId: TENANT_ID, workFolder: work, signal };
  const verdict = await verifyReading(options);
  if (verdict.outcome === "complete") return [];
  expect(await nodeFiles.list(work)).toEqual([]);
  return verdict.findings.map(({ code, subject, found }) => `${code} ${subject}: ${found}`);
}

/** `count` events of an hour, given as two digits; `name` makes them differ from others of that hour. */
function eventsOf(hour: string, count: number, name = "e"): readonly string[] {
  return Array.from({ length: count }, (_, n) =>
    eventText(`${name}-${hour}-${n}`, { CreationTime: `${DAY}T${hour}:30:00` }),
  );
}

describe("pages of different windows", () => {
  it("may all be empty", async () => {
    expect(await findingsOf({})).toEqual([]);
  });

  it("must not be equal where they hold events", async () => {
    const page = eventsOf("07", 2);

    expect(await findingsOf({ 7: [page], 8: [page], 15: [page], 16: [eventsOf("16", 2)] })).toEqual([
      "WINDOWS_EQUAL T07 T08 T15: one page of 2 events in 3 windows",
    ]);
  });

  it("must not be equal where their events have no time", async () => {
    const page = ['{"Id":"a"}', '{"Id":"b"}'];

    expect(await findingsOf({ 3: [page], 4: [page] })).toHaveLength(1);
  });

  it("may be equal where a lone event was delivered twice", async () => {
    const page = eventsOf("02", 1);

    expect(await findingsOf({ 2: [page], 3: [page] })).toEqual([]);
  });

  it("must not be equal where a lone event was delivered three times", async () => {
    const page = eventsOf("02", 1);

    expect(await findingsOf({ 2: [page], 3: [page], 4: [page] })).toHaveLength(1);
  });
});

describe("the events of a window", () => {
  it("must not come from another hour, also where they repeat others", async () => {
    const hours = { 7: [eventsOf("07", 6)], 8: [eventsOf("07", 6).toReversed()] };

    expect(await findingsOf(hours)).toEqual(["WINDOW_FOREIGN T08: 6 of 6 events from another hour"]);
  });

  it("must not come from another day", async () => {
    const yesterday = eventsOf("08", 6).map((event) => event.replaceAll(DAY, "2026-11-19"));

    expect(await findingsOf({ 8: [yesterday] })).toHaveLength(1);
  });

  it("are named window by window where a source ignores the times", async () => {
    const whole = [...eventsOf("05", 6), ...eventsOf("06", 6), ...eventsOf("07", 6)];
    const hours = { 5: [whole], 6: [whole.toReversed()], 7: [[...whole.slice(6), ...whole.slice(0, 6)]] };

    expect(await findingsOf(hours)).toEqual(
      ["T05", "T06", "T07"].map((window) => `WINDOW_FOREIGN ${window}: 12 of 18 events from another hour`),
    );
  });

  it("are counted over all pages of the window", async () => {
    const [first, second] = [eventsOf("09", 3, "a"), eventsOf("09", 3, "b")];

    expect(await findingsOf({ 10: [first, second] })).toEqual([
      "WINDOW_FOREIGN T10: 6 of 6 events from another hour",
    ]);
  });

  it.each([
    ["all five of a quiet hour", 5, 0],
    ["a quarter of a busy hour", 6, 18],
  ])("may stray: %s", async (_name, strays, own) => {
    expect(await findingsOf({ 8: [[...eventsOf("07", strays), ...eventsOf("08", own)]] })).toEqual([]);
  });

  it("must not be those of the next hour too", async () => {
    const hours = { 7: [eventsOf("07", 53)], 8: [[...eventsOf("08", 53), ...eventsOf("09", 18)]] };

    expect(await findingsOf(hours)).toEqual(["WINDOW_FOREIGN T08: 18 of 71 events from another hour"]);
  });

  it("may lie at both edges of the hour, or have no time", async () => {
    const edges = ["08:00:00", "08:59:59.999", "08:59:59.9999999Z", "09:00:00+01:00"];
    const times = [...edges.map((time) => `${DAY}T${time}`), undefined, null, "soon", ""];
    const events = times.flatMap((time, n) =>
      [0, 1].map((m) => eventText(`${n}-${m}`, { CreationTime: time })),
    );

    expect(await findingsOf({ 8: [events] })).toEqual([]);
  });
});
