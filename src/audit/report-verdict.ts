import type { ReportInput } from "./report-input.js";

export interface ReportVerdict {
  /** *Consistent* is what fits together, signed by a key for which nobody but the archive itself vouches. */
  readonly tone: "whole" | "consistent" | "missing" | "damaged";
  readonly headline: string;
  readonly reasons: readonly string[];
}

const LEVEL_WORDS = {
  structure: "Signatures, the ledger's chain, names and sizes were checked; the contents were not read.",
  content: "Every signature and every byte was checked, and the events were counted and hashed again.",
  deep: "Every signature and every byte was checked, and every event was derived again from the pages as received.",
} as const;

type Judged = Pick<ReportInput, "coverage" | "findings" | "level" | "isVouched">;

/** The report's headline in words. Damage weighs more than a missing day, and a missing day more than what is held. */
export function judgeReport(input: Judged): ReportVerdict {
  const checked = checkedReasons(input);
  const damages = input.findings.filter(({ severity }) => severity !== "notice").length;
  const missing = missingReasons(input);
  if (damages > 0) {
    const headline = `This archive is damaged: ${plural(damages, "finding")}.`;
    return { tone: "damaged", headline, reasons: [...checked, ...missing, ...oddReasons(input)] };
  }
  const { days, counts } = input.coverage;
  const absent = counts.due + counts.gap + counts.lost;
  if (absent > 0) {
    const unaltered = isEveryByteRead(input)
      ? ` What is held is ${input.isVouched ? "unaltered" : "consistent with its own signatures"}.`
      : "";
    const headline = `${plural(absent, "day")} of ${days.length} ${absent === 1 ? "is" : "are"} missing.${unaltered}`;
    return { tone: "missing", headline, reasons: [...missing, ...oddReasons(input), ...checked] };
  }
  return {
    tone: input.isVouched ? "whole" : "consistent",
    headline: wholeHeadline(input),
    reasons: [...oddReasons(input), ...otherReasons(input), ...checked],
  };
}

function checkedReasons({ level, isVouched }: Judged): readonly string[] {
  if (level === undefined) return ["The archive was not verified for this report."];
  if (isVouched) return [LEVEL_WORDS[level]];
  return [
    LEVEL_WORDS[level],
    "Nobody vouched for the key that signed it: compare its fingerprint with the one that the operator of the archive gives, or name the key with --key.",
  ];
}

function wholeHeadline({ coverage, level, isVouched }: Judged): string {
  const held = coverage.counts.sealed + coverage.counts.closed;
  if (held === 0) return "No day of this range is held.";
  const which = held === coverage.days.length ? `All ${plural(held, "day")}` : plural(held, "day");
  const verb = held === 1 ? "is" : "are";
  const seal = isVouched ? ", and nothing was altered" : ", and consistent with their own signatures";
  return `${which} ${verb} held and complete${isEveryByteRead({ level }) ? seal : ""}.`;
}

/** Only then may a report say that nothing was altered. */
function isEveryByteRead({ level }: Pick<ReportInput, "level">): boolean {
  return level === "content" || level === "deep";
}

function missingReasons({ coverage }: Pick<ReportInput, "coverage">): readonly string[] {
  const { lost, gap, due } = coverage.counts;
  return [
    ...(lost > 0
      ? [`${plural(lost, "day")} lost: the source no longer serves ${lost === 1 ? "it" : "them"}.`]
      : []),
    ...(gap > 0 ? [`${plural(gap, "day")} overdue, and can still be read.`] : []),
    ...(due > 0 ? [`${plural(due, "day")} due to be read now.`] : []),
  ];
}

/** Not missing and not damage, but never left out: an empty working day is one. */
function oddReasons({ coverage }: Pick<ReportInput, "coverage">): readonly string[] {
  const odd = coverage.days.flatMap(({ day, oddities = [] }) => oddities.map((code) => `${day} ${code}`));
  return odd.length === 0 ? [] : [`Unusual: ${odd.join("; ")}.`];
}

function otherReasons({ coverage }: Pick<ReportInput, "coverage">): readonly string[] {
  const { before, open, disposed } = coverage.counts;
  return [
    ...(disposed > 0
      ? [`${plural(disposed, "day")} destroyed under the retention schedule, with approval.`]
      : []),
    ...(before > 0 ? [`${plural(before, "day")} before the archive began.`] : []),
    ...(open > 0 ? [`${plural(open, "day")} not over yet, or too young to be read.`] : []),
  ];
}

function plural(count: number, word: string): string {
  return `${count} ${word}${count === 1 ? "" : "s"}`;
}
