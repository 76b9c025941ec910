import { join, resolve } from "node:path";
import { LIMITS, TOMBSTONE, actFolder, planPath } from "../archive/layout.js";
import { parsePlan } from "../archive/plan.js";
import type { Plan } from "../archive/plan.js";
import { parseStatement } from "../archive/statement.js";
import { parseTombstone } from "../archive/tombstone.js";
import type { Tombstone } from "../archive/tombstone.js";
import { keptDays, renderCertificate } from "../audit/certificate.js";
import type { Certificate } from "../audit/certificate.js";
import type { HeldTenant } from "../compose/read-only-tenant.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import { keptWords } from "../model/kept-words.js";
import { packagePath } from "../model/manifest.js";
import { planState } from "../model/retention-record.js";
import type { PlanRecord } from "../model/retention-record.js";
import { isoTime, utcDayOf } from "../model/utc-day.js";
import type { DisposalNote } from "../retention/run-disposal.js";
import type { PlanSummary } from "../retention/plan-summary.js";
import type { Command, CommandResult, CommonOptions, Surroundings } from "./command.js";
import { dayArgument } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { lookAt, lookAtTenants } from "./held.js";
import type { LookedAt } from "./held.js";
import { never } from "./hold.js";
import { keysOf } from "./keys-list.js";
import { count, redraw } from "./progress.js";
import { askArchive, oneTenant, toSignResult } from "./retention-request.js";
import type { SigningOptions } from "./retention-request.js";

export interface PlanOptions extends SigningOptions {
  readonly arguments: readonly (string | undefined)[];
}

export interface DisposePlanOptions extends CommonOptions {
  readonly until?: string;
}

export interface DisposeReportOptions extends CommonOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly format?: string;
  readonly out?: string;
}

/** Draws a plan of what is due; changes nothing else. */
export const disposePlan: Command<DisposePlanOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const nowMs = surroundings.clock.now();
  const until = options.until === undefined ? utcDayOf(nowMs) : dayArgument("--until", options.until, nowMs);
  const answer = await askArchive(tenant, { act: "dispose-plan", until }, options, surroundings);
  if (!("kind" in answer) || answer.kind !== "plan") return never();
  if (answer.plan === null)
    return {
      exit: EXIT.ok,
      text: `${tenant.name}: nothing can be destroyed: no day is past its retention on ${until} without a hold`,
      json: planJson(tenant.name, null),
    };
  return planResult(tenant.name, answer.plan, [
    `read plans/${answer.plan.plan}.json in the archive, then: daybook dispose approve ${answer.plan.plan}`,
  ]);
};

export const disposeApprove: Command<PlanOptions> = (options, surroundings) =>
  judge("dispose-approve", options, surroundings);

export const disposeRefuse: Command<PlanOptions> = (options, surroundings) =>
  judge("dispose-refuse", options, surroundings);

async function judge(
  act: "dispose-approve" | "dispose-refuse",
  options: PlanOptions,
  surroundings: Surroundings,
): Promise<CommandResult> {
  const tenant = await oneTenant(options, surroundings);
  const plan = planArgument(options.arguments[0]);
  const answer = await askArchive(tenant, { act, plan }, options, surroundings);
  if (!("kind" in answer)) return toSignResult(tenant.name, answer);
  if (answer.kind !== "plan" || answer.plan === null) return never();
  const next = answer.plan.state === "approved" ? [`daybook dispose run ${plan} destroys the days`] : [];
  return planResult(tenant.name, answer.plan, next);
}

/** Destroys the days of an approved plan; 68 when a hold, a lock or another reason keeps one of them. */
export const disposeRun: Command<PlanOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const plan = planArgument(options.arguments[0]);
  const { stderr } = surroundings;
  const note: DisposalNote = (done, total, one) => {
    redraw(stderr, `${plan}: ${one.day} ${one.outcome} (${done} of ${total})`);
  };
  const answer = await askArchive(tenant, { act: "dispose-run", plan }, { ...options, note }, surroundings);
  redraw(stderr);
  if (!("kind" in answer) || answer.kind !== "run") return never();
  const kept = answer.days.filter(({ outcome }) => outcome === "kept");
  const lines = kept.map(({ day, reason = "" }) => `  ${day}  kept: ${keptWords(reason)}`);
  const destroyed = answer.days.length - kept.length;
  const text = [
    `${tenant.name}: ${plan} is ${answer.plan.state}; ${count(destroyed, "day")} destroyed, ${count(kept.length, "day")} kept`,
    ...lines,
    ...(destroyed === 0 ? [] : [`  certificate: daybook dispose report ${plan} --out ${plan}.html`]),
  ];
  return {
    exit: kept.length === 0 ? EXIT.ok : EXIT.refusedByRetention,
    text: text.join("\n"),
    json: { ...planJson(tenant.name, answer.plan), format: "daybook.disposal/1", days: answer.days },
  };
};

/** The plans and their states. */
export const disposeList: Command<CommonOptions> = async (options, surroundings) => {
  const found = await lookAtTenants(options, surroundings, async (looked) => ({
    tenant: looked.tenant.name,
    plans: await Promise.all(
      (looked.held?.index.retention.plans ?? []).map((record) => listedPlan(looked, record)),
    ),
    standing: (looked.held?.index.retention.standing ?? []).filter(
      ({ withdrawn }) => withdrawn === undefined,
    ),
  }));
  const text = found.flatMap(({ tenant, plans, standing }) => [
    ...(plans.length === 0 ? [`${tenant}: no plan was drawn`] : []),
    ...plans.map((plan) => `${tenant}  ${planLine(plan)}`),
    ...standing.map(
      ({ person, schedule, keep, until }) =>
        `${tenant}  approved in advance by ${person} until ${until}: ${schedule}, keep ${keep}`,
    ),
  ]);
  return { exit: EXIT.ok, text: text.join("\n"), json: { format: "daybook.plans/1", tenants: found } };
};

/** The certificate of destruction. */
export const disposeReport: Command<DisposeReportOptions> = async (options, surroundings) => {
  const tenant = await oneTenant(options, surroundings);
  const plan = planArgument(options.arguments[0]);
  const certificate = await lookAt(tenant, surroundings, (looked) => certificateOf(looked, plan));
  const text =
    options.format === "json" ? `${JSON.stringify(certificate, null, 2)}\n` : renderCertificate(certificate);
  if (options.out === undefined) return { exit: EXIT.ok, text, json: certificate };
  const path = resolve(surroundings.cwd, options.out);
  await surroundings.files.writeNew(path, Buffer.from(text), 0o644);
  return { exit: EXIT.ok, text: `certificate of ${plan}: ${path}`, json: certificate };
};

async function certificateOf({ held, tenant, signal }: LookedAt, id: string): Promise<Certificate> {
  const record = held?.index.retention.plans.find((one) => one.id === id);
  if (held === undefined || record === undefined)
    throw new DaybookError("PLAN_UNKNOWN", {
      message: `${id}: found no such plan in the archive of ${tenant.name}`,
    });
  const plan = await readPlan({ tenant }, id);
  const destroyed = await tombstonesOf({ held, tenant }, plan);
  if (destroyed.length === 0) throw nothingDestroyed(record, planState(record, plan.approvers));
  const { index, ledger, identity } = held;
  const people = tenant.loaded.config.people ?? {};
  const keys = await keysOf({ held, tenant, signal });
  return {
    format: "daybook.certificate/1",
    plan: id,
    plan_sha256: record.sha256,
    made: isoTime(tenant.clock.now()),
    software: `daybook ${VERSION}`,
    tenant: tenant.name,
    archive_id: identity.archiveId,
    tenant_id: identity.tenantId,
    keys: keys.map(({ id: key_id, fingerprint }) => ({ key_id, fingerprint })),
    head: { size: ledger.size, root: ledger.tree.root(), time: isoTime(tenant.clock.now()) },
    drawn: { by: record.drawnBy, at: isoTime(record.drawnAt), until: plan.until },
    approvers: plan.approvers,
    approvals: await Promise.all(
      record.approvals.map(async ({ person, at, seq, statementSha256 }) => ({
        person,
        name: people[person]?.name ?? null,
        key_fingerprint: statementSha256 === null ? null : await fingerprintIn({ tenant }, seq),
        statement_sha256: statementSha256,
        at: isoTime(at),
        entry: seq,
      })),
    ),
    destroyed,
    kept: keptDays(plan, destroyed, record.kept),
    holds: index.retention.holds.filter(({ released }) => released === undefined).map(({ id: hold }) => hold),
  };
}

/** There is nothing to certify. */
function nothingDestroyed({ id, kept }: PlanRecord, state: string): DaybookError {
  const days = Object.entries(kept).map(([day, reason]) => `${day} ${keptWords(reason)}`);
  const why = [`it is ${state}, and no day of it is destroyed`, ...days].join("; ");
  return new DaybookError("DISPOSAL_REFUSED", { message: `${id}: ${why}` });
}

async function readPlan({ tenant: { files, root } }: Pick<LookedAt, "tenant">, id: string): Promise<Plan> {
  const path = planPath(id);
  return parsePlan(await files.read(join(root, path), LIMITS.manifest), path);
}

/** The tombstones of a plan's days, in the state folder. Days oldest first, each with its revisions. */
async function tombstonesOf(
  { held, tenant: { files, root } }: { readonly held: HeldTenant; readonly tenant: LookedAt["tenant"] },
  plan: Plan,
): Promise<readonly Tombstone[]> {
  const found: Tombstone[] = [];
  for (const { day } of plan.days) {
    const disposed = (held.record(day)?.disposed ?? []).filter((one) => one.plan === plan.plan);
    for (const { revision } of disposed.toSorted((a, b) => a.revision - b.revision)) {
      const path = `${packagePath(day, revision)}/${TOMBSTONE}`;
      found.push(parseTombstone(await files.read(join(root, path), LIMITS.manifest), path));
    }
  }
  return found;
}

async function fingerprintIn(
  { tenant: { files, root } }: Pick<LookedAt, "tenant">,
  seq: number,
): Promise<string> {
  const path = `${actFolder(seq)}/statement.json`;
  return parseStatement(await files.read(join(root, path), LIMITS.ledgerEntry), path).key_fingerprint;
}

interface ListedPlan {
  readonly plan: string;
  readonly state: string;
  readonly days: number;
  readonly approvals: readonly string[];
  readonly approvers: number;
  readonly drawn: string;
  readonly kept: Readonly<Record<string, string>>;
  readonly superseded: string | null;
}

async function listedPlan(looked: LookedAt, record: PlanRecord): Promise<ListedPlan> {
  const { approvers } = await readPlan(looked, record.id);
  const { superseded } = record;
  return {
    plan: record.id,
    state: planState(record, approvers),
    days: record.days,
    approvals: record.approvals.map(({ person }) => person),
    approvers,
    drawn: isoTime(record.drawnAt),
    kept: record.kept,
    superseded: superseded === undefined ? null : `${superseded.by} (${superseded.reason})`,
  };
}

function planLine({ plan, state, days, approvals, approvers, drawn, kept, superseded }: ListedPlan): string {
  const by = superseded === null ? [] : [`by ${superseded}`];
  const stays = Object.entries(kept).map(([day, reason]) => `${day} ${keptWords(reason)}`);
  const approved = `${approvals.length} of ${approvers} approvals`;
  return [plan, [state, ...by].join(" "), count(days, "day"), approved, `drawn ${drawn}`, ...stays].join(
    "  ",
  );
}

function planResult(tenant: string, plan: PlanSummary, next: readonly string[]): CommandResult {
  const { plan: id, state, days, revisions, bytes, approvals, approvers, mayApprove, inTheWay } = plan;
  const names = approvals.length === 0 ? "" : ` (${approvals.join(", ")})`;
  const left = mayApprove.length === 0 ? "" : `; may still approve: ${mayApprove.join(", ")}`;
  const lines = [
    `${tenant}: ${id} is ${state}: ${count(days, "day")}, ${count(revisions, "revision")}, ${count(bytes, "byte")}`,
    `  approvals: ${approvals.length} of ${approvers}${names}${left}`,
    ...inTheWay.map(({ day, reason }) => `  ${day} is due and stays: ${keptWords(reason)}`),
    ...next.map((line) => `  ${line}`),
  ];
  return { exit: EXIT.ok, text: lines.join("\n"), json: planJson(tenant, plan) };
}

function planJson(tenant: string, plan: PlanSummary | null): object {
  if (plan === null) return { format: "daybook.plan/1", tenant, plan };
  const { inTheWay, mayApprove, ...same } = plan;
  const named = { ...same, may_approve: mayApprove, in_the_way: inTheWay };
  return { format: "daybook.plan/1", tenant, plan: named };
}

function planArgument(text: string | undefined): string {
  if (text !== undefined && /^P\d{4,}$/.test(text)) return text;
  throw new DaybookError("USAGE", {
    message: `PLAN: expected the name of a plan such as P0001, found ${text ?? "none"}`,
  });
}
