import type { May } from "../archive/roster.js";
import type { Plan } from "../archive/plan.js";
import type { Statement } from "../archive/statement.js";
import { addDays, utcDayOf } from "../model/utc-day.js";
import { MAX_STANDING_DAYS } from "../model/retention-record.js";
import type { StandingApproval } from "../model/retention-record.js";
import type { FiledAct } from "./retention-facts.js";

export type PersonalAct = Exclude<FiledAct, { readonly type: "roster-set" }>;

/** A difference between an act and the statement on which it rests. */
export interface Mismatch {
  readonly found: string;
  readonly expected: string;
}

/** What the person must be allowed; undefined for what everybody in the roster may. */
export function rightOf(act: FiledAct): May | undefined {
  switch (act.type) {
    case "hold-placed":
    case "hold-released":
      return "hold";
    case "roster-set":
      return undefined;
    default:
      return "approve";
  }
}

/** How a statement differs from its act; undefined when both say the same. */
export function mismatch(act: PersonalAct, statement: Statement): Mismatch | undefined {
  const found = [statement.statement, JSON.stringify(statement.subject), commitmentOf(act, statement)];
  const expected = [kindOf(act), JSON.stringify(subjectOf(act)), statement.text_commitment];
  if (found.join() === expected.join()) {
    const isTooLong = act.type === "standing-approved" && act.until > lastStandingDay(statement);
    return isTooLong
      ? { found: `an approval until ${act.until}`, expected: `${lastStandingDay(statement)} at the latest` }
      : undefined;
  }
  return { found: `a statement about ${found.join(" ")}`, expected: expected.join(" ") };
}

/** How an approval in advance differs from what the plan needs; undefined when it covers every day of the plan. */
export function standingMismatch(
  act: PersonalAct,
  statement: Extract<Statement, { readonly statement: "standing-approval" }>,
  plan: Plan | undefined,
  approvals: readonly StandingApproval[],
): Mismatch | undefined {
  const { schedule, keep, authority } = statement.subject;
  const other = plan?.days.find(
    (day) => day.schedule !== schedule || day.keep !== keep || day.authority !== authority,
  );
  if (plan === undefined || other !== undefined)
    return { found: `an approval for ${schedule}, ${keep}`, expected: "one for every day of the plan" };
  const approval = approvals.find(
    ({ statementSha256, seq }) =>
      "statement_sha256" in act && statementSha256 === act.statement_sha256 && seq < act.seq,
  );
  if (approval === undefined)
    return { found: "an approval that is not in the ledger", expected: "one that is" };
  const isWithdrawn = approval.withdrawn !== undefined && approval.withdrawn.seq < act.seq;
  return isWithdrawn
    ? { found: `an approval that entry ${approval.withdrawn.seq} withdrew`, expected: "one that counts" }
    : undefined;
}

function lastStandingDay({ time }: Statement): string {
  return addDays(utcDayOf(Date.parse(time)), MAX_STANDING_DAYS);
}

function kindOf(act: PersonalAct): Statement["statement"] {
  switch (act.type) {
    case "schedule-set":
      return "schedule-shortened";
    case "standing-approved":
      return "standing-approval";
    default:
      return act.type;
  }
}

/** What the statement must say, by the entry. */
function subjectOf(act: PersonalAct): object {
  switch (act.type) {
    case "hold-placed":
      return { from: act.from, to: act.to, future: act.future, matter_ref: act.matter_ref };
    case "hold-released":
      return { hold: act.hold };
    case "schedule-set":
      return { schedule: act.schedule, keep: act.keep, authority: act.authority };
    case "standing-approved":
      return { schedule: act.schedule, keep: act.keep, authority: act.authority, until: act.until };
    case "standing-withdrawn":
      return { approval_sha256: act.approval_sha256 };
    default:
      return { plan: act.plan, plan_sha256: act.plan_sha256 };
  }
}

/** The commitment that the entry states; acts without one rest on the statement's. */
function commitmentOf(act: PersonalAct, statement: Statement): string {
  return "text_commitment" in act ? act.text_commitment : statement.text_commitment;
}
