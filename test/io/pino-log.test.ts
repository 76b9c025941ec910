import { describe, expect, it } from "vitest";
import { createPinoLog } from "../../src/io/pino-log.js";

function logInto(lines: string[]) {
  return createPinoLog({
    level: "info",
    redact: (line) => line.replaceAll("canary-41", "[redacted]"),
    now: () => Date.parse("2026-03-15T09:00:00Z"),
    write: (line) => void lines.push(line),
  });
}

describe("createPinoLog", () => {
  it("writes one JSON object a line with the level's name and the clock's time", () => {
    const lines: string[] = [];

    logInto(lines).warn({ day: "2026-03-01", attempt: 2 }, "page retried");

    expect(JSON.parse(lines[0] ?? "")).toEqual({
      level: "warn",
      time: "2026-03-15T09:00:00.000Z",
      day: "2026-03-01",
      attempt: 2,
      msg: "page retried",
    });
  });

  it("takes secrets out by field name and by value (fault 47)", () => {
    const lines: string[] = [];

    logInto(lines).error(
      { auth: { secret: "another" }, err: new Error("at https://x/?k=canary-41") },
      "sign-in refused",
    );

    expect(lines.join("")).not.toMatch(/another|canary-41/);
    expect(lines.join("")).toContain("[redacted]");
  });

  it("leaves out what lies below its level", () => {
    const lines: string[] = [];

    logInto(lines).debug({}, "nothing");

    expect(lines).toEqual([]);
  });
});
