import { describe, expect, it } from "vitest";
import { dayText, renderTime, spanText } from "../../src/serve/format-time.js";

describe("spanText", () => {
  it.each([
    [-5_000, "0 s"],
    [999, "0 s"],
    [59_999, "59 s"],
    [60_000, "1 min"],
    [61_500, "1 min 1 s"],
    [3_599_999, "59 min 59 s"],
    [7_260_000, "2 h 1 min"],
    [86_400_000, "1 d"],
    [25 * 86_400_000 + 5 * 3_600_000 + 59 * 60_000, "25 d 5 h"],
  ])("tells %i ms as %s", (ms, text) => {
    expect(spanText(ms)).toBe(text);
  });
});

describe("renderTime", () => {
  it("shows minutes and keeps the whole moment for machines", () => {
    expect(renderTime(Date.parse("2026-11-22T18:07:31.250Z")).toString()).toBe(
      `<time datetime="2026-11-22T18:07:31.250Z">2026-11-22 18:07 UTC</time>`,
    );
  });
});

describe("dayText", () => {
  it("writes a day as it is read aloud", () => {
    expect(dayText("2026-01-05")).toBe("5 January 2026");
  });
});
