import { z } from "zod";
import { count, day, hash, holdId, planId, role, text } from "../archive/strict-json.js";
import type { StatementKind } from "../archive/statement.js";
import { DaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import type { RetentionDesk } from "./desk.js";
import { producedForm } from "./exports.js";
import type { Reached } from "./copies.js";
import { summaryOf } from "./plan-summary.js";
import type { PlanSummary } from "./plan-summary.js";
import type { DayOutcome, DisposalNote } from "./run-disposal.js";
import type { SignedStatement } from "./statements.js";

const common = {
  /** Who types: the login name, with the host. */
  actor: text,
  /** The role that signs. */
  as: role.optional(),
  /** Statements with their signatures, base64. */
  signed: z.array(z.strictObject({ statement: z.base64(), signature: z.base64() })),
};

/** What a person asks of an archive: as JSON, because the daemon may be the one that has the archive. */
export const retentionRequest = z.discriminatedUnion("act", [
  z.strictObject({
    act: z.literal("hold-place"),
    from: day.nullable(),
    to: day.nullable(),
    future: z.boolean(),
    matter: text,
    reason: text,
    ...common,
  }),
  z.strictObject({ act: z.literal("hold-release"), hold: holdId, reason: text, ...common }),
  z.strictObject({ act: z.literal("shorten"), ...common }),
  z.strictObject({ act: z.literal("people-apply"), breakGlass: z.boolean(), ...common }),
  z.strictObject({ act: z.literal("dispose-plan"), until: day, ...common }),
  z.strictObject({ act: z.literal("dispose-approve"), plan: planId, ...common }),
  z.strictObject({ act: z.literal("dispose-refuse"), plan: planId, ...common }),
  z.strictObject({ act: z.literal("dispose-run"), plan: planId, ...common }),
  z.strictObject({ act: z.literal("export-produced"), produced: producedForm, ...common }),
  z.strictObject({
    act: z.literal("drill-ended"),
    sink: text,
    days: count,
    outcome: text,
    ...common,
  }),
  z.strictObject({ act: z.literal("audit-made"), from: day, to: day, sha256: hash, ...common }),
  z.strictObject({ act: z.literal("standing-approve"), until: day, ...common }),
  z.strictObject({ act: z.literal("standing-withdraw"), person: role, ...common }),
]);

export type RetentionRequest = z.output<typeof retentionRequest>;

/** What became of a request. */
export type RetentionAnswer =
  /** Nothing is done yet: a person has to sign these bytes (base64) first. */
  | { readonly kind: "to-sign"; readonly statement: string }
  | { readonly kind: "hold"; readonly hold: string; readonly reached: readonly Reached[] }
  | { readonly kind: "shortened"; readonly schedule: string; readonly keep: string }
  | { readonly kind: "roster"; readonly roster: number; readonly isSame: boolean }
  | { readonly kind: "plan"; readonly plan: PlanSummary | null }
  | { readonly kind: "export"; readonly number: string }
  | { readonly kind: "audit" }
  | { readonly kind: "drill" }
  | { readonly kind: "standing"; readonly approval: StandingSummary }
  | { readonly kind: "run"; readonly plan: PlanSummary; readonly days: readonly DayOutcome[] };

export interface StandingSummary {
  readonly person: string;
  readonly schedule: string;
  readonly keep: string;
  readonly until: UtcDay;
}

const noNote: DisposalNote = () => undefined;

/** Does what is asked of an open archive. Throws what refuses it; then nothing is changed but what the ledger says. */
export async function performRequest(
  desk: RetentionDesk,
  request: RetentionRequest,
  signal: AbortSignal,
  note: DisposalNote = noNote,
): Promise<RetentionAnswer> {
  const answer = await perform(desk, request, signal, note);
  if (answer.kind !== "to-sign") await desk.sync(signal);
  return answer;
}

async function perform(
  desk: RetentionDesk,
  request: RetentionRequest,
  signal: AbortSignal,
  note: DisposalNote,
): Promise<RetentionAnswer> {
  switch (request.act) {
    case "hold-place":
    case "hold-release":
      return holdAnswer(desk, request, signal);
    case "shorten":
      return shortenAnswer(desk, request, signal);
    case "people-apply":
      return peopleAnswer(desk, request);
    case "dispose-plan": {
      const plan = await desk.disposals.draw({ until: request.until }, request.actor, signal);
      return { kind: "plan", plan: plan === undefined ? null : await summaryOf(desk.disposals, plan) };
    }
    case "dispose-approve":
      return judgeAnswer(desk, request, "disposal-approved");
    case "dispose-refuse":
      return judgeAnswer(desk, request, "plan-refused");
    case "export-produced":
      return { kind: "export", number: await desk.exports.record(request.produced, request.actor) };
    case "drill-ended":
      await desk.exports.recordDrill(request, request.actor);
      return { kind: "drill" };
    case "audit-made":
      await desk.exports.recordAudit(request, request.actor);
      return { kind: "audit" };
    case "standing-approve":
      return standingAnswer(desk, request);
    case "standing-withdraw":
      return withdrawalAnswer(desk, request);
    case "dispose-run": {
      const days = await desk.run.run(request.plan, note, signal);
      const plan = await desk.disposals.find(request.plan);
      return { kind: "run", plan: await summaryOf(desk.disposals, plan), days };
    }
    default:
      return request satisfies never;
  }
}

type Of<Act extends RetentionRequest["act"]> = Extract<RetentionRequest, { readonly act: Act }>;

async function holdAnswer(
  { holds, copies, statements, disposals }: RetentionDesk,
  request: Of<"hold-place" | "hold-release">,
  signal: AbortSignal,
): Promise<RetentionAnswer> {
  const { actor, as } = request;
  const kind = request.act === "hold-place" ? "hold-placed" : "hold-released";
  const hasPeople = (await statements.roster()) !== undefined;
  const [signed] = await checked(statements, request, kind);
  let id: string;
  if (request.act === "hold-place") {
    const { from, to, future, matter: matterRef, reason } = request;
    const ask = { from, to, future, matterRef };
    if (signed !== undefined) ({ id } = await holds.placeSigned(signed, actor));
    else if (hasPeople) return toSign(await holds.draftPlacing(ask, reason, as));
    else ({ id } = await holds.placeUnsigned(ask, reason, actor));
  } else {
    const { hold, reason } = request;
    if (signed !== undefined) ({ id } = await holds.releaseSigned(hold, signed, actor));
    else if (hasPeople) return toSign(await holds.draftRelease(hold, reason, as));
    else ({ id } = await holds.releaseUnsigned(hold, reason, actor));
  }
  await disposals.refresh();
  await copies.settle(signal);
  return { kind: "hold", hold: id, reached: copies.reached(id) };
}

async function shortenAnswer(
  { statements, schedules, copies }: RetentionDesk,
  request: Of<"shorten">,
  signal: AbortSignal,
): Promise<RetentionAnswer> {
  const subject = schedules.subject();
  const [signed] = await checked(statements, request, "schedule-shortened");
  if (signed === undefined)
    return toSign(
      await statements.draft({
        kind: "schedule-shortened",
        subject,
        person: request.as,
        commitment: sha256Hex(""),
      }),
    );
  await schedules.shorten(signed, request.actor);
  await copies.settle(signal);
  return { kind: "shortened", schedule: subject.schedule, keep: subject.keep };
}

async function peopleAnswer(
  { people, statements }: RetentionDesk,
  request: Of<"people-apply">,
): Promise<RetentionAnswer> {
  const proposal = await people.proposal();
  const { former, roster, sha256, isSame } = proposal;
  if (former !== undefined && isSame) return { kind: "roster", roster: former.roster, isSame: true };
  const signed = await checked(statements, request, "roster");
  if (former !== undefined && !request.breakGlass && signed.length === 0) {
    const subject = { roster: roster.roster, roster_sha256: sha256 };
    const commitment = sha256Hex("");
    return toSign(await statements.draft({ kind: "roster", subject, person: request.as, commitment }));
  }
  const { breakGlass, actor } = request;
  return {
    kind: "roster",
    roster: await people.apply(proposal, signed, { breakGlass, actor }),
    isSame: false,
  };
}

async function judgeAnswer(
  { disposals, statements }: RetentionDesk,
  request: Of<"dispose-approve" | "dispose-refuse">,
  kind: "disposal-approved" | "plan-refused",
): Promise<RetentionAnswer> {
  const known = await disposals.requireOpen(request.plan, ["drawn", "approved"]);
  const [signed] = await checked(statements, request, kind);
  if (signed === undefined && (await statements.roster()) !== undefined)
    return toSign(await disposals.draft(known, kind, request.as));
  const judged = await disposals.judge(known, kind, { signed, actor: request.actor });
  return { kind: "plan", plan: await summaryOf(disposals, judged) };
}

async function standingAnswer(
  { standing, statements }: RetentionDesk,
  request: Of<"standing-approve">,
): Promise<RetentionAnswer> {
  const [signed] = await checked(statements, request, "standing-approval");
  if (signed === undefined) return toSign(await standing.draft(request.until, request.as));
  await standing.approve(signed, request.actor);
  return { kind: "standing", approval: standing.ofPerson(signed.statement.person) };
}

async function withdrawalAnswer(
  { standing, statements }: RetentionDesk,
  request: Of<"standing-withdraw">,
): Promise<RetentionAnswer> {
  const [signed] = await checked(statements, request, "standing-withdrawn");
  const approval = standing.ofPerson(request.person);
  if (signed === undefined) return toSign(await standing.draftWithdrawal(approval, request.as));
  await standing.withdraw(approval, signed, request.actor);
  return { kind: "standing", approval };
}

async function checked(
  statements: RetentionDesk["statements"],
  { signed }: Pick<RetentionRequest, "signed">,
  kind: StatementKind,
): Promise<readonly SignedStatement[]> {
  const found: SignedStatement[] = [];
  for (const { statement, signature } of signed)
    found.push(
      await statements.check(
        Buffer.from(statement, "base64"),
        Buffer.from(signature, "base64"),
        kind,
        "the statement",
      ),
    );
  return found;
}

function toSign(statement: Uint8Array): RetentionAnswer {
  return { kind: "to-sign", statement: Buffer.from(statement).toString("base64") };
}

/** A request as it lies in a file. USAGE for another form. */
export function parseRequest(value: unknown): RetentionRequest {
  const parsed = retentionRequest.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join(".") ?? "";
  throw new DaybookError("USAGE", { message: `request: ${where}: ${issue?.message ?? "another form"}` });
}
