import { describe, expect, it } from "vitest";
import { quietDay } from "../../src/plan/quiet-day.js";

describe("quietDay", () => {
  it.each([
    [0, 480, "DAY_EMPTY"],
    [0, 3, "DAY_EMPTY"],
    [119, 480, "DAY_QUIET"],
    [120, 480, undefined],
    [2_000, 480, undefined],
    [1, 19, undefined],
    [0, 0, undefined],
    [7, 0, undefined],
  ])("says of %d events where %d are usual: %s", (events, usual, code) => {
    expect(quietDay(events, usual)).toEqual(code === undefined ? undefined : { code, events, usual });
  });
});
