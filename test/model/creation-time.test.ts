import { describe, expect, it } from "vitest";
import { creationTimeMicros } from "../../src/model/creation-time.js";

describe("the time of an event", () => {
  it.each([
    { text: "2026-11-20T07:55:15", iso: "2026-11-20T07:55:15.000Z", micros: 0 },
    { text: "2026-11-20T07:55:15Z", iso: "2026-11-20T07:55:15.000Z", micros: 0 },
    { text: "2026-11-20T07:55:15.1", iso: "2026-11-20T07:55:15.100Z", micros: 0 },
    { text: "2026-11-20T07:55:15.1234567", iso: "2026-11-20T07:55:15.123Z", micros: 456 },
    { text: "2026-11-20T07:55:15.9999999", iso: "2026-11-20T07:55:15.999Z", micros: 999 },
    { text: "2026-11-20T07:55:15+02:00", iso: "2026-11-20T05:55:15.000Z", micros: 0 },
    { text: "2024-02-29T00:00:00-01:30", iso: "2024-02-29T01:30:00.000Z", micros: 0 },
    { text: "0001-01-01T00:00:00", iso: "0001-01-01T00:00:00.000Z", micros: 0 },
  ])("is read from $text, whatever the zone of the machine", ({ text, iso, micros }) => {
    expect(creationTimeMicros(text)).toBe(Date.parse(iso) * 1000 + micros);
  });

  it.each([
    "",
    "2026-11-20",
    "2026-11-20 07:55:15",
    "2026-11-20T25:61:61Z",
    "2026-11-31T05:00:00Z",
    "2026-02-29T05:00:00+02:00",
    "2026-13-01T05:00:00Z",
    " 2026-11-20T07:55:15",
  ])("is none in %j", (text) => {
    expect(creationTimeMicros(text)).toBeUndefined();
  });
});
