import { describe, expect, it } from "vitest";
import type { Outcome, SourceContact } from "../../src/source/last-outcome.js";
import { HOUR_MS } from "../../src/model/utc-day.js";
import { sourceTrouble } from "../../src/view/source-trouble.js";

const NOW_MS = Date.parse("2026-11-22T12:00:00Z");
const hoursAgo = (hours: number): number => NOW_MS - hours * HOUR_MS;

function ok(hours: number): Outcome {
  return { atMs: hoursAgo(hours), okMs: hoursAgo(hours), failure: undefined };
}

function failed(hours: number, okHours?: number): Outcome {
  const failure = {
    code: "NETWORK_TIMEOUT",
    message: "no answer",
    hint: "try later",
    kind: "outage",
  } as const;
  return { atMs: hoursAgo(hours), okMs: okHours === undefined ? undefined : hoursAgo(okHours), failure };
}

const NEVER: SourceContact = { signIn: undefined, request: undefined, preflight: undefined };

const NOTHING = /^$/;

describe("a source", () => {
  it.each<[string, SourceContact, RegExp]>([
    ["that nobody asked yet", NEVER, NOTHING],
    [
      "whose preflight failed",
      { ...NEVER, preflight: failed(2, 30) },
      /^the preflight at 2026-11-22T10:00:00.000Z failed: no answer; try later \(NETWORK_TIMEOUT\)$/,
    ],
    [
      "that answered a request after the preflight failed",
      { ...NEVER, preflight: failed(2), request: ok(1) },
      NOTHING,
    ],
    ["that answered for 25 hours by nothing but failures", { ...NEVER, request: failed(1, 25) }, NOTHING],
    [
      "that answered for 27 hours by nothing but failures",
      { ...NEVER, request: failed(1, 27) },
      /^the source last answered at 2026-11-21T09:00:00.000Z; since then: no answer/,
    ],
    [
      "whose sign-in fails since its last answer",
      { ...NEVER, signIn: failed(1, 27), request: ok(27) },
      /since then: no answer/,
    ],
    ["that nobody asked for three days", { signIn: ok(72), request: ok(72), preflight: ok(72) }, NOTHING],
    [
      "whose sign-in failed before its last answer",
      { ...NEVER, signIn: failed(80), request: ok(72) },
      NOTHING,
    ],
  ])("%s", (_what, contact, text) => {
    expect(sourceTrouble(contact, NOW_MS)?.text ?? "").toMatch(text);
  });
});
