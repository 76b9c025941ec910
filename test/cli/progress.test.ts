import { expect, it } from "vitest";
import { TerminalProgress } from "../../src/cli/progress.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { VirtualClock } from "../support/virtual-clock.js";

const DAY = parseUtcDay("2026-11-20") as UtcDay;
const NOW = "2026-11-22T12:00:00.000Z";

/** What stands on the line after six of 24 windows in a minute, at this width. */
function lineAt(columns: number): string {
  const said: string[] = [];
  const at = Date.parse(NOW);
  let nowMs = at;
  const clock = Object.assign(new VirtualClock(NOW), { now: () => nowMs });
  const terminal = { isTTY: true, columns, write: (text: string) => void said.push(text) };
  const progress = new TerminalProgress(terminal, clock);
  progress.planned("contoso", [{ day: DAY, reason: "gap", deadlineMs: at }]);
  nowMs += 60_000;
  progress.reading("contoso", DAY, { windowsDone: 6, pages: 6, events: 12_345, requestsLeft: 194 });
  return (said.at(-1) ?? "").split("\u001b[2K")[1] ?? "";
}

it.each([
  [100, "contoso 2026-11-20 (1 of 1)  about 3 minutes to go  6/24 windows  12,345 events  194 requests left"],
  [80, "contoso 2026-11-20 (1 of 1)  about 3 minutes to go  6/24 windows  12,345 events"],
  [79, "contoso 2026-11-20 (1 of 1)  about 3 minutes to go  6/24 windows"],
  [60, "contoso 2026-11-20 (1 of 1)  about 3 minutes to go"],
])("at %i columns the time to go is there, and no part is cut", (columns, line) => {
  expect(lineAt(columns)).toBe(line);
});

it("draws notes on the same line again", () => {
  const said: string[] = [];
  const terminal = { isTTY: true, columns: 80, write: (text: string) => void said.push(text) };
  const progress = new TerminalProgress(terminal, new VirtualClock(NOW));

  progress.note("contoso", "reading days/2026/11/2026-11-19");
  progress.note("contoso", "reading days/2026/11/2026-11-20");
  progress.close();

  expect(said.join("")).not.toContain("\n");
});
