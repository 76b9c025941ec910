import { describe, expect, it } from "vitest";
import { MAX_VALUE_BYTES } from "../../src/bytes/json-scanner.js";
import { MAX_PAGE_EVENTS, scanPage } from "../../src/bytes/page-scanner.js";
import type { ScannedPage } from "../../src/bytes/page-scanner.js";
import { SLICE_BYTES } from "../../src/bytes/yielding.js";

async function scanned(text: string): Promise<ScannedPage> {
  return scanPage(Buffer.from(text));
}

function pageOf(events: readonly string[]): string {
  return `{"activityEventEntities":[${events.join(",")}]}`;
}

describe("a page", () => {
  it("takes as many events as a page may have, and refuses one more", async () => {
    const events = Array.from({ length: MAX_PAGE_EVENTS }, () => "{}");

    expect((await scanned(pageOf(events))).count).toBe(MAX_PAGE_EVENTS);
    await expect(scanned(pageOf([...events, "{}"]))).rejects.toMatchObject({
      code: "SOURCE_PAGE_INVALID",
      message: expect.stringMatching(/expected at most 100000 events in a page$/),
    });
  });

  it.each([
    ["a text", `"${"x".repeat(MAX_VALUE_BYTES)}"`],
    ["a list", `[${"1,".repeat(MAX_VALUE_BYTES / 2)}1]`],
    ["a list of empty lists", `[${"[],".repeat(MAX_VALUE_BYTES / 3)}[]]`],
  ])("refuses a value that is too large to be worked on in one go: %s", async (_, text) => {
    const tooLarge = { message: expect.stringMatching(/expected a value of at most 2097152 bytes$/) };

    await expect(scanned(pageOf([`{"x":${text}}`]))).rejects.toMatchObject(tooLarge);
    await expect(scanned(`{"x":${text},"activityEventEntities":[]}`)).rejects.toMatchObject(tooLarge);
  });

  it("refuses an event that is too large as a whole", async () => {
    const members = Array.from({ length: 5 }, (_, at) => `"x${at}":"${"x".repeat(MAX_VALUE_BYTES / 4)}"`);

    await expect(scanned(pageOf([`{${members.join(",")}}`]))).rejects.toMatchObject({
      message: expect.stringMatching(/expected an event of at most 2097152 bytes$/),
    });
  });

  it("lets the event loop have a turn after each slice", async () => {
    const slices = 6;
    const event = `{"x":"${"x".repeat(SLICE_BYTES / 8)}"}`;
    const text = pageOf(Array.from({ length: slices * 8 }, () => event));
    let turns = 0;
    let next = setImmediate(function turn() {
      turns++;
      next = setImmediate(turn);
    });

    await scanned(text);
    clearImmediate(next);

    expect(turns).toBeGreaterThanOrEqual(slices - 1);
  });
});
