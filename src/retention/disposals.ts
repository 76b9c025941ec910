import { join } from "node:path";
import { folderSource } from "../archive/folder-source.js";
import { planPath } from "../archive/layout.js";
import { parsePlan } from "../archive/plan.js";
import type { Plan } from "../archive/plan.js";
import type { Tombstone } from "../archive/tombstone.js";
import { readHashed } from "../archive/read-hashed.js";
import { replaceFile } from "../io/publish-file.js";
import { DaybookError } from "../model/errors.js";
import { covers, planState } from "../model/retention-record.js";
import type { PlanRecord, PlanState, StandingApproval } from "../model/retention-record.js";
import { sha256Hex } from "../model/sha256.js";
import { DAY_MS, isoTime } from "../model/utc-day.js";
import { drawPlan } from "./draw-plan.js";
import type { PlanScope } from "./draw-plan.js";
import type { Policy } from "./policy.js";
import type { RetentionParts } from "./parts.js";
import type { SignedStatement, Statements } from "./statements.js";

/** A plan nobody approved in this time is drawn anew. */
const VALID_MS = 30 * DAY_MS;

/** A plan as the ledger and its file have it. */
export interface KnownPlan {
  readonly record: PlanRecord;
  readonly plan: Plan;
  readonly state: PlanState;
}

/** Plans of disposal and their approvals. Nothing here destroys anything. */
export class Disposals {
  readonly #parts: RetentionParts;
  readonly #statements: Statements;

  constructor(parts: RetentionParts, statements: Statements) {
    this.#parts = parts;
    this.#statements = statements;
  }

  /** Draws a plan of everything that is due in the scope; undefined when nothing is. DISPOSAL_REFUSED while a plan runs. */
  async draw(scope: PlanScope, actor: string, signal: AbortSignal): Promise<KnownPlan | undefined> {
    await this.refresh();
    const policy = await this.policy();
    // A plan that waits for a lock does not stand in the way: its days are in no other plan.
    const running = this.#records().find((plan) => planState(plan, policy.approvers) === "running");
    if (running !== undefined)
      throw new DaybookError("DISPOSAL_REFUSED", {
        message: `${running.id} is not finished: run it to its end before another plan is drawn`,
      });
    const drawn = await drawPlan(this.#parts, policy, scope, signal);
    if (drawn === undefined) return undefined;
    for (const { id } of this.#notBegun()) await this.#supersede(id, drawn.plan.plan, "redrawn");
    const { files, root, archive } = this.#parts;
    const { plan, bytes } = drawn;
    const revisions = plan.days.flatMap((day) => day.revisions);
    await archive.ledger.append(
      {
        type: "plan-drawn",
        plan: plan.plan,
        plan_sha256: sha256Hex(bytes),
        days: plan.days.length,
        revisions: revisions.length,
        bytes: revisions.reduce((sum, one) => sum + one.bytes, 0),
      },
      actor,
      async () => {
        await files.makeFolder(join(root, "plans"));
        await replaceFile(files, {
          path: join(root, planPath(plan.plan)),
          bytes,
          staging: join(root, "staging"),
        });
        await files.syncFolder(root);
      },
    );
    return this.find(plan.plan);
  }

  /** PLAN_UNKNOWN; ARCHIVE_DAMAGED when the file is not the one that the ledger names. */
  async find(id: string): Promise<KnownPlan> {
    const record = this.#records().find((plan) => plan.id === id);
    if (record === undefined) {
      const names = this.#records().map((plan) => plan.id);
      throw new DaybookError("PLAN_UNKNOWN", {
        message: `${id}: expected ${names.length === 0 ? "a plan, and none was drawn" : `one of ${names.join(", ")}`}`,
      });
    }
    return this.#known(record);
  }

  /** The statement to sign for an approval or a refusal. */
  async draft(
    { record }: KnownPlan,
    kind: "disposal-approved" | "plan-refused",
    person: string | undefined,
  ): Promise<Uint8Array> {
    const subject = { plan: record.id, plan_sha256: record.sha256 };
    // A plan says everything itself: nothing is committed beside it.
    return this.#statements.draft({ kind, subject, person, commitment: sha256Hex("") });
  }

  /** Records an approval or a refusal. DISPOSAL_REFUSED for a plan that is stale, or a person who has approved already. */
  async judge(
    known: KnownPlan,
    kind: "disposal-approved" | "plan-refused",
    by: { readonly signed: SignedStatement | undefined; readonly actor: string },
  ): Promise<KnownPlan> {
    const { record } = known;
    const policy = await this.policy();
    await this.requireOpen(record.id, ["drawn", "approved"]);
    const person = by.signed?.statement.person ?? by.actor;
    if (kind === "disposal-approved") this.#requireApprover(record, policy, person, by.actor);
    if (by.signed === undefined) requireUnsigned(policy);
    else requireSubject(by.signed, record);
    await this.#parts.archive.ledger.append(
      {
        type: kind,
        plan: record.id,
        plan_sha256: record.sha256,
        person,
        statement_sha256: by.signed?.sha256 ?? null,
      },
      by.actor,
      this.#statements.filing(by.signed?.files ?? new Map()),
    );
    return this.find(record.id);
  }

  /** Records approvals that people gave in advance. The plan then rests on copies of their statements. */
  async approveByStanding({ record }: KnownPlan, standing: readonly StandingApproval[]): Promise<KnownPlan> {
    for (const { seq, person, statementSha256 } of standing) {
      const files = await this.#statements.filedFiles(seq);
      await this.#parts.archive.ledger.append(
        {
          type: "disposal-approved",
          plan: record.id,
          plan_sha256: record.sha256,
          person,
          statement_sha256: statementSha256,
        },
        "daybook",
        this.#statements.filing(files),
      );
    }
    return this.find(record.id);
  }

  /** The plans of the ledger with their states, oldest first. */
  async all(): Promise<readonly KnownPlan[]> {
    const known = [];
    for (const record of this.#records()) known.push(await this.#known(record));
    return known;
  }

  /** DISPOSAL_REFUSED unless the plan is fresh and in one of these states. */
  async requireOpen(id: string, states: readonly PlanState[]): Promise<KnownPlan> {
    await this.refresh();
    const known = await this.find(id);
    if (states.includes(known.state)) return known;
    throw new DaybookError("DISPOSAL_REFUSED", { message: `${id}: ${await this.#whyNot(known)}` });
  }

  async #whyNot({ state, record }: KnownPlan): Promise<string> {
    const { superseded, approvals, refused } = record;
    if (refused !== undefined)
      return `${refused.person} refused it at ${isoTime(refused.at)}; draw a new plan`;
    if (superseded !== undefined)
      return `it is superseded by ${superseded.by} (${superseded.reason}); draw a new plan`;
    if (state !== "drawn") return `it is ${state}`;
    const { approvers } = await this.policy();
    const by = approvals.length === 0 ? "" : `, by ${approvals.map(({ person }) => person).join(", ")}`;
    const left = await this.mayApprove(record);
    const who = left.length === 0 ? "different people" : left.join(" or ");
    const missing = approvers - approvals.length;
    return `found ${approvals.length} of ${approvers} approvals${by}; expected ${missing} more, by ${who}`;
  }

  /** Who may approve the plan and has not; empty in an archive without people. */
  async mayApprove({ approvals, drawnBy }: PlanRecord): Promise<readonly string[]> {
    const roster = await this.#statements.roster();
    const done = new Set(approvals.map(({ person }) => person));
    return (roster?.people ?? [])
      .filter(({ person, may }) => may.includes("approve") && !done.has(person))
      .filter(({ person }) => roster?.separate_duties !== true || person !== drawnBy)
      .map(({ person }) => person);
  }

  /** Who approved the plan, with the key of each. */
  async approvalsOf({ record }: KnownPlan): Promise<Tombstone["approvals"]> {
    const approvals = [];
    for (const { person, statementSha256, seq } of record.approvals) {
      const key = statementSha256 === null ? null : (await this.#statements.filed(seq)).key_fingerprint;
      approvals.push({ person, key_fingerprint: key, statement_sha256: statementSha256 });
    }
    return approvals;
  }

  async policy(): Promise<Policy> {
    const roster = await this.#statements.roster();
    const { approvers, separateDuties } = this.#parts.settings;
    if (roster === undefined) return { roster: 0, approvers, separateDuties };
    return { roster: roster.roster, approvers: roster.approvers, separateDuties: roster.separate_duties };
  }

  /** Supersedes every plan that is not running and whose days have changed since it was drawn. */
  async refresh(): Promise<void> {
    for (const record of this.#notBegun()) {
      const stale = await this.#staleBy(record);
      if (stale !== undefined) await this.#supersede(record.id, stale.by, stale.reason);
    }
  }

  async #staleBy(record: PlanRecord): Promise<{ readonly by: string; readonly reason: string } | undefined> {
    const { archive, clock } = this.#parts;
    const { retention, days } = archive.ledger.index;
    const { plan } = await this.#known(record);
    const hold = retention.holds.find(
      (one) => one.placedSeq > record.drawnSeq && plan.days.some(({ day }) => covers(one, day)),
    );
    if (hold !== undefined) return { by: hold.id, reason: "hold" };
    const rule = retention.schedules.find(({ seq, applies }) => seq > record.drawnSeq && applies === "all");
    if (rule !== undefined) return { by: `entry ${rule.seq}`, reason: "schedule" };
    const roster = retention.rosters.find(({ seq }) => seq > record.drawnSeq);
    if (roster !== undefined) return { by: `roster ${roster.roster}`, reason: "roster" };
    const changed = plan.days.find(
      ({ day, revisions }) => days.get(day)?.revisions.length !== revisions.length,
    );
    if (changed !== undefined) return { by: changed.day, reason: "revision" };
    return clock.now() > record.drawnAt + VALID_MS ? { by: record.id, reason: "age" } : undefined;
  }

  #requireApprover(record: PlanRecord, policy: Policy, person: string, actor: string): void {
    const refuse = (message: string): never => {
      throw new DaybookError("DISPOSAL_REFUSED", { message: `${record.id}: ${message}` });
    };
    if (record.approvals.some((one) => one.person === person))
      refuse(`${person} has approved it already and counts once`);
    if (policy.separateDuties && [person, actor].includes(record.drawnBy))
      refuse(`${record.drawnBy} drew it and may not approve it`);
  }

  async #supersede(plan: string, by: string, reason: string): Promise<void> {
    await this.#parts.archive.ledger.append({ type: "plan-superseded", plan, by, reason }, "daybook");
  }

  async #known(record: PlanRecord): Promise<KnownPlan> {
    const { files, root } = this.#parts;
    const path = planPath(record.id);
    const never = new AbortController().signal;
    const bytes = await readHashed(folderSource(files, root), { path, sha256: record.sha256 }, never);
    const plan = parsePlan(bytes, path);
    return { record, plan, state: planState(record, plan.approvers) };
  }

  /** The plans that can still be superseded. */
  #notBegun(): readonly PlanRecord[] {
    return this.#records().filter(
      ({ refused, superseded, begun }) => refused === undefined && superseded === undefined && begun === 0,
    );
  }

  #records(): readonly PlanRecord[] {
    return this.#parts.archive.ledger.index.retention.plans;
  }
}

function requireUnsigned({ roster, approvers }: Policy): void {
  if (roster === 0 && approvers === 1) return;
  const why = roster > 0 ? "the archive has people" : `retention.approvers is ${approvers}`;
  throw new DaybookError("STATEMENT_INVALID", {
    message: `${why}: found no signature, expected a signed statement`,
  });
}

function requireSubject({ statement }: SignedStatement, { id, sha256 }: PlanRecord): void {
  const isPlan = statement.statement === "disposal-approved" || statement.statement === "plan-refused";
  if (isPlan && statement.subject.plan === id && statement.subject.plan_sha256 === sha256) return;
  throw new DaybookError("STATEMENT_INVALID", {
    message: `the statement is not about ${id} as it was drawn`,
  });
}
