import { describe, expect, it } from "vitest";
import { daysOfInstants, instantRange } from "../../src/cli/instants.js";
import type { RangeOptions } from "../../src/cli/days.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");

function range(options: RangeOptions): string {
  const { fromMicros, toMicros } = instantRange(options, NOW_MS);
  return [fromMicros, toMicros].map(text).join(" ");
}

function text(micros: number): string {
  const whole = new Date(Math.floor(micros / 1000)).toISOString().slice(0, 19);
  return `${whole}.${String(micros % 1_000_000).padStart(6, "0")}`;
}

describe("the instants of an export", () => {
  it.each([
    [{ day: "2026-11-20" }, "2026-11-20T00:00:00.000000 2026-11-20T23:59:59.999999"],
    [{ day: "yesterday" }, "2026-11-21T00:00:00.000000 2026-11-21T23:59:59.999999"],
    [{ day: "2026-02" }, "2026-02-01T00:00:00.000000 2026-02-28T23:59:59.999999"],
    [{ from: "2026-11-20" }, "2026-11-20T00:00:00.000000 2026-11-20T23:59:59.999999"],
    [{ from: "2026-11-20T08:00" }, "2026-11-20T08:00:00.000000 2026-11-20T23:59:59.999999"],
    [
      { from: "2026-11-20T08:00:00Z", to: "2026-11-20T18:25:50" },
      "2026-11-20T08:00:00.000000 2026-11-20T18:25:50.999999",
    ],
    [
      { from: "2026-11-20T08:00", to: "2026-11-21T10:00" },
      "2026-11-20T08:00:00.000000 2026-11-21T10:00:59.999999",
    ],
    [
      { from: "2026-11-20T01:00+02:00", to: "2026-11-20T00:00:00.5Z" },
      "2026-11-19T23:00:00.000000 2026-11-20T00:00:00.599999",
    ],
    [{ from: "2026-02", to: "2026-03" }, "2026-02-01T00:00:00.000000 2026-03-31T23:59:59.999999"],
  ])("%j are %s", (options, expected) => {
    expect(range(options)).toBe(expected);
  });

  it.each([
    [{}, "--from: expected a UTC day"],
    [{ from: "20.11.2026" }, "--from: expected a UTC day, a month, or a time such as"],
    [{ from: "2026-02-30T08:00" }, "--from"],
    [{ from: "2026-11-20T25:00" }, "--from"],
    [{ from: "2026-11-20", to: "2026-11-19" }, "--from 2026-11-20 lies after --to 2026-11-19"],
    [{ day: "2026-11-20", to: "2026-11-21" }, "--day stands alone"],
  ])("%j are refused", (options, message) => {
    expect(() => range(options)).toThrow(message);
  });

  it("lie on UTC days", () => {
    expect(daysOfInstants(instantRange({ from: "2026-11-20T01:00+02:00" }, NOW_MS))).toEqual({
      from: "2026-11-19",
      to: "2026-11-19",
    });
  });
});
