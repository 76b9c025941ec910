import { expect, it } from "vitest";
import { TerminalProgress } from "../../src/cli/progress.js";
import { parseUtcDay } from "../../src/model/utc-day.js";
import type { UtcDay } from "../../src/model/utc-day.js";
import { VirtualClock } from "../support/virtual-clock.js";

const DAY = parseUtcDay("2026-11-20") as UtcDay;
const NOW = "2026-11-22T12:00:00.000Z";

interface Shown {
  readonly tenant?: string;
  readonly columns: number;
  readonly days?: number;
  /** How long the first six of 24 windows took. */
  readonly elapsedMs?: number;
}

/** What stands on the line after six of 24 windows. */
function lineAt({ tenant = "contoso", columns, days = 1, elapsedMs = 60_000 }: Shown): string {
  const said: string[] = [];
  const at = Date.parse(NOW);
  let nowMs = at;
  const clock = Object.assign(new VirtualClock(NOW), { now: () => nowMs });
  const terminal = { isTTY: true, columns, write: (text: string) => void said.push(text) };
  const progress = new TerminalProgress(terminal, clock);
  const task = { day: DAY, reason: "gap", deadlineMs: at } as const;
  progress.planned(
    tenant,
    Array.from({ length: days }, () => task),
  );
  nowMs += elapsedMs;
  progress.reading(tenant, DAY, { windowsDone: 6, pages: 6, events: 12_345, requestsLeft: 194 });
  return (said.at(-1) ?? "").split("\u001b[2K")[1] ?? "";
}

it.each([
  [98, "about 3 min to go  2026-11-20  day 1 of 1  contoso  6/24 windows  12,345 events"],
  [99, "about 3 min to go  2026-11-20  day 1 of 1  contoso  6/24 windows  12,345 events  194 requests left"],
  [80, "about 3 min to go  2026-11-20  day 1 of 1  contoso  6/24 windows  12,345 events"],
  [79, "about 3 min to go  2026-11-20  day 1 of 1  contoso  6/24 windows"],
  [40, "about 3 min to go  2026-11-20  contoso"],
])("at %i columns the time to go comes first, and no part is cut", (columns, line) => {
  expect(lineAt({ columns })).toBe(line);
});

it.each([
  [40, "about 3 min to go  2026-11-20"],
  [80, "about 3 min to go  2026-11-20  day 1 of 1  6/24 windows  12,345 events"],
])("at %i columns the longest name of a tenant moves nothing", (columns, line) => {
  expect(lineAt({ columns, tenant: "t".repeat(40) })).toBe(line);
});

it("says hours where minutes would be a long number", () => {
  expect(lineAt({ columns: 60, days: 50 })).toBe("about 3 h to go  2026-11-20  day 1 of 50  contoso");
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
