import { rm } from "node:fs/promises";
import { zstdDecompressSync, gunzipSync } from "node:zlib";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { nodeFiles } from "../../src/io/node-files.js";
import type { PageRecord } from "../../src/model/page-record.js";
import type { Reading } from "../../src/model/reading.js";
import type { Verdict } from "../../src/model/verdict.js";
import { verifyReading } from "../../src/verify/verify-reading.js";
import {
  DAY,
  TENANT_ID,
  eventText,
  pageBody,
  spoolReading,
  tempArchive,
  writePage,
} from "../support/spooled-reading.js";

let folder: string;
let work: string;

beforeEach(async () => {
  ({ folder, work } = await tempArchive());
});

afterEach(() => rm(folder, { recursive: true }));

function verify(reading: Reading, signal = new AbortController().signal): Promise<Verdict> {
  return verifyReading({
    files: nodeFiles,
    reading,
    tenantId: TENANT_ID,
    workFolder: work,
    signal,
  });
}

async function complete(reading: Reading): Promise<Extract<Verdict, { outcome: "complete" }>> {
  const verdict = await verify(reading);
  if (verdict.outcome === "incomplete") throw new Error(JSON.stringify(verdict.findings));
  return verdict;
}

/** The codes of the findings, each once; nothing may be left behind. */
async function codesOf(reading: Reading): Promise<readonly string[]> {
  const verdict = await verify(reading);
  if (verdict.outcome === "complete") throw new Error("expected findings");
  expect(await nodeFiles.list(work)).toEqual([]);
  return [...new Set(verdict.findings.map((finding) => finding.code))];
}

function withPage(reading: Reading, index: number, change: Partial<PageRecord>): Reading {
  const pages = reading.pages.map((page, at) => (at === index ? { ...page, ...change } : page));
  return { ...reading, pages };
}

describe("a complete reading", () => {
  it("is transcribed once a record, in source order, and counted", async () => {
    const [a, b, c] = [eventText("a"), eventText("b", { Activity: "Ünïcode" }), eventText("c")];
    const reading = await spoolReading(folder, { hours: { 7: [[a, b], [], [b, c]], 8: [[a]] } });

    const { completeness, transcript, notices } = await complete(reading);

    const lines = zstdDecompressSync(await nodeFiles.read(transcript.path)).toString("utf8");
    expect(lines).toBe(`${a}\n${b}\n${c}\n`);
    expect(completeness).toMatchObject({
      pages: 26,
      empty_pages: 23,
      delivered: 5,
      distinct: 3,
      exact_duplicates: 2,
    });
    expect(completeness.by_hour).toMatchObject({ T07: 4, T08: 1, T09: 0 });
    expect(completeness.by_activity).toEqual({ ViewReport: 2, "*": 1 });
    expect(completeness.first_creation_time).toBe(`${DAY}T07:55:15.000Z`);
    expect(notices).toEqual([]);
  });

  it("may be compressed with gzip", async () => {
    const reading = await spoolReading(folder, { hours: { 0: [[eventText("a")]] }, compression: "gzip" });

    const { transcript } = await complete(reading);

    expect(gunzipSync(await nodeFiles.read(transcript.path)).toString()).toBe(`${eventText("a")}\n`);
  });

  it("stays complete without any event (fault 27)", async () => {
    const quiet = await complete(await spoolReading(folder));

    expect(quiet).toMatchObject({ completeness: { delivered: 0, first_creation_time: null }, notices: [] });
  });
});

describe("an incomplete reading", () => {
  const hours = { 7: [[eventText("a")], [eventText("b")], [eventText("c")]] };

  it("is found when the source's clock has not reached the end of the day (fault 67)", async () => {
    const reading = await spoolReading(folder);

    const early = { ...reading, clock: { ...reading.clock, api: "Fri, 20 Nov 2026 23:59:59 GMT" } };
    const over = { ...reading, clock: { ...reading.clock, api: "Sat, 21 Nov 2026 00:00:00 GMT" } };

    expect(await codesOf(early)).toEqual(["DAY_NOT_OVER"]);
    expect(await verify(over)).toMatchObject({ outcome: "complete" });
  });

  it("is found when a window is missing or comes twice", async () => {
    const reading = await spoolReading(folder);

    const without = { ...reading, pages: reading.pages.filter((page) => page.window !== "T05") };

    expect(await codesOf(without)).toEqual(["WINDOW_MISSING"]);
    expect(await codesOf({ ...reading, pages: [] })).toEqual(["WINDOW_MISSING"]);
  });

  it.each([
    ["PAGE_MISSING", 8, { number: 3 }],
    ["CHAIN_START_MISSING", 7, { token_in_sha256: "0".repeat(64) }],
    ["CHAIN_END_MISSING", 9, { token_out_sha256: "0".repeat(64) }],
    ["CHAIN_BROKEN", 8, { token_in_sha256: "0".repeat(64) }],
    ["CHAIN_BROKEN", 8, { token_out_sha256: null }],
    ["PAGE_STATUS", 8, { status: 206 }],
  ] as const)("is found by the page ledger: %s", async (code, index, change) => {
    const reading = await spoolReading(folder, { hours });

    expect(await codesOf(withPage(reading, index, change))).toContain(code);
  });

  it("is found when a token comes twice in a chain (fault 6)", async () => {
    const reading = await spoolReading(folder, { hours });
    const token = reading.pages[7]?.token_out_sha256 ?? null;

    const looped = withPage(withPage(reading, 8, { token_out_sha256: token }), 9, { token_in_sha256: token });

    expect(await codesOf(looped)).toEqual(["TOKEN_REPEATED"]);
  });

  it.each([
    ["PAGE_BODY_DIFFERS", { body_sha256: "0".repeat(64) }],
    ["PAGE_EVENTS_DIFFER", { events: 2 }],
    ["PAGE_UNUSABLE", { body_bytes: 5 }],
  ] as const)("is found when the ledger and the page on disk differ: %s", async (code, change) => {
    const reading = await spoolReading(folder, { hours });

    expect(await codesOf(withPage(reading, 8, change))).toEqual([code]);
  });

  it("is found when a body gives another token than the ledger says", async () => {
    const reading = await spoolReading(folder, { hours: { 7: [[eventText("a")], [eventText("b")]] } });
    const other = "f".repeat(64);

    const altered = withPage(withPage(reading, 7, { token_out_sha256: other }), 8, {
      token_in_sha256: other,
    });

    expect(await codesOf(altered)).toEqual(["PAGE_TOKEN_DIFFERS"]);
  });

  it("is found when a page file is gone, altered or followed by other bytes", async () => {
    const reading = await spoolReading(folder, { hours });
    const path = `${reading.folder}/h07-0002.json.zst`;
    const frame = await nodeFiles.read(path);

    await nodeFiles.append(path, frame);
    const doubled = await codesOf(reading);
    await rm(path);
    const gone = await codesOf(reading);
    await nodeFiles.writeNew(path, frame.subarray(0, -1));
    const short = await codesOf(reading);

    expect([doubled, gone, short]).toEqual([["PAGE_UNUSABLE"], ["PAGE_UNUSABLE"], ["PAGE_UNUSABLE"]]);
  });

  it("is found when a page holds an event less than was received", async () => {
    const reading = await spoolReading(folder, { hours });
    const [record] = reading.pages.slice(9);
    if (record === undefined) throw new Error("no page");

    await writePage(reading.folder, record, pageBody([], null));

    expect(await codesOf(reading)).toEqual(["PAGE_BODY_DIFFERS"]);
  });
});

it("stops at once when it is told to, and leaves nothing", async () => {
  const reading = await spoolReading(folder, { hours: { 3: [[eventText("a")]] } });

  const stopped = verify(reading, AbortSignal.abort(new Error("stop")));

  await expect(stopped).rejects.toThrow("stop");
  expect(await nodeFiles.list(work)).toEqual([]);
});
