import { DAY_STATES } from "../model/day-state.js";
import type { DayState } from "../model/day-state.js";
import { monthsOf, oddDays } from "./coverage.js";
import type { Coverage, CoveredDay, Month, Week } from "./coverage.js";

/** A state's sign and meaning, the same on a terminal and in a report: colour is never the only difference. */
export const STATE_SIGNS = {
  before: { sign: " ", meaning: "before the archive began" },
  open: { sign: "·", meaning: "not over, or too young to be read" },
  due: { sign: "○", meaning: "to be read now" },
  gap: { sign: "!", meaning: "missing, and can still be read" },
  sealed: { sign: "◆", meaning: "archived; will be read again for late events" },
  closed: { sign: "■", meaning: "archived; all re-readings done" },
  lost: { sign: "×", meaning: "lost: the source no longer served it" },
  disposing: { sign: "‡", meaning: "being destroyed; some copy is still there" },
  disposed: { sign: "†", meaning: "destroyed under its retention schedule" },
} as const satisfies Record<DayState, { readonly sign: string; readonly meaning: string }>;

/** Beside or below the sign of a day that is unusual, such as an empty working day. */
export const ODD_SIGN = "?";

export const ODD_MEANING = "archived, but not as such days normally are";

/** SGR colours (ECMA-48), chosen to be told apart on dark and light terminals. */
const COLOURS: Readonly<Record<DayState, string>> = {
  before: "2",
  open: "2",
  due: "33",
  gap: "1;31",
  sealed: "36",
  closed: "32",
  lost: "1;35",
  disposing: "33",
  disposed: "2",
};

// Longer ranges are drawn with a line for each month, so that seven years fit on two screens.
const MAX_DAYS_AS_WEEKS = 100;

export interface CalendarOptions {
  readonly colour: boolean;
}

/** The coverage as text for a terminal, with a legend of the states that occur. Ends with a line feed. */
export function renderCalendar(coverage: Coverage, options: CalendarOptions): string {
  const paint = options.colour ? painted : plain;
  const lines =
    coverage.days.length > MAX_DAYS_AS_WEEKS ? monthLines(coverage, paint) : weekLines(coverage, paint);
  return [...lines, "", ...legendLines(coverage, paint), ""].join("\n");
}

type Paint = (state: DayState) => string;

const plain: Paint = (state) => STATE_SIGNS[state].sign;
const painted: Paint = (state) => `\u001b[${COLOURS[state]}m${STATE_SIGNS[state].sign}\u001b[0m`;

function weekLines(coverage: Coverage, paint: Paint): readonly string[] {
  const rows = monthsOf(coverage.days).flatMap((month) =>
    month.weeks.map((week, row) => weekLine(month, week, row, paint)),
  );
  return [`${" ".repeat(9)}Mo Tu We Th Fr Sa Su`, ...rows];
}

function weekLine(month: Month<CoveredDay>, week: Week<CoveredDay>, row: number, paint: Paint): string {
  const label = row === 0 ? month.name : "";
  const cells = week.map((day) =>
    day === undefined ? "   " : ` ${paint(day.state)}${day.oddities === undefined ? " " : ODD_SIGN}`,
  );
  return `${label.padEnd(9)}${cells.join("")}`.trimEnd();
}

function monthLines(coverage: Coverage, paint: Paint): readonly string[] {
  const scale = "1        10        20        30";
  return [`${" ".repeat(9)}${scale}`, ...monthsOf(coverage.days).flatMap((month) => linesOf(month, paint))];
}

/** A line with a sign for each day, and below it, where there is any, one that marks the unusual days. */
function linesOf(month: Month<CoveredDay>, paint: Paint): readonly string[] {
  const days = month.weeks.flat().filter((day) => day !== undefined);
  const before = " ".repeat(Number(days[0]?.day.slice(8) ?? 1) - 1);
  const marks = days.map(({ oddities }) => (oddities === undefined ? " " : ODD_SIGN)).join("");
  const line = `${month.name.padEnd(9)}${before}${days.map(({ state }) => paint(state)).join("")}`;
  return marks.trim() === "" ? [line] : [line, `${" ".repeat(9)}${before}${marks}`.trimEnd()];
}

function legendLines(coverage: Coverage, paint: Paint): readonly string[] {
  const present = DAY_STATES.filter((state) => coverage.counts[state] > 0);
  const width = Math.max(...present.map((state) => String(coverage.counts[state]).length));
  const lines = present.map((state) => {
    const count = String(coverage.counts[state]).padStart(width);
    return `${paint(state)} ${count} ${state.padEnd(9)}${STATE_SIGNS[state].meaning}`;
  });
  const odd = oddDays(coverage);
  const oddLine = `${ODD_SIGN} ${String(odd).padStart(width)} ${"unusual".padEnd(9)}${ODD_MEANING}`;
  return odd === 0 ? lines : [...lines, oddLine];
}
