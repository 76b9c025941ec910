import type { SubjectOf } from "../archive/statement.js";
import { DaybookError } from "../model/errors.js";
import { MAX_STANDING_DAYS, approves } from "../model/retention-record.js";
import type { StandingApproval } from "../model/retention-record.js";
import { sha256Hex } from "../model/sha256.js";
import { addDays, dayEndMs, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { RetentionParts } from "./parts.js";
import { ruleInLedger } from "./schedules.js";
import type { SignedStatement, Statements } from "./statements.js";

/** What an approval in advance is about. */
export type ApprovedRule = Pick<StandingApproval, "schedule" | "keep" | "authority">;

/** Approvals that people give in advance, for plans that the daemon draws. */
export class Standing {
  readonly #parts: RetentionParts;
  readonly #statements: Statements;

  constructor(parts: RetentionParts, statements: Statements) {
    this.#parts = parts;
    this.#statements = statements;
  }

  /** The statement to sign: the rule in force, until a day. USAGE for a day that is past, or more than a year away. */
  async draft(until: UtcDay, person: string | undefined): Promise<Uint8Array> {
    const today = utcDayOf(this.#parts.clock.now());
    const last = addDays(today, MAX_STANDING_DAYS);
    if (until < today || until > last)
      throw new DaybookError("USAGE", {
        message: `--until: expected a day from ${today} to ${last}, found ${until}`,
      });
    const { schedule, keep, authority } = ruleInLedger(this.#parts.archive.ledger);
    const subject: SubjectOf<"standing-approval"> = { schedule, keep, authority, until };
    return this.#statements.draft({
      kind: "standing-approval",
      subject,
      person,
      commitment: sha256Hex(""),
      notAfterMs: dayEndMs(until) - 1,
    });
  }

  /** Records the approval. STATEMENT_INVALID when it is for longer than a year. */
  async approve({ statement, sha256, files }: SignedStatement, actor: string): Promise<void> {
    if (statement.statement !== "standing-approval") return;
    const { subject, person, time } = statement;
    const last = addDays(utcDayOf(Date.parse(time)), MAX_STANDING_DAYS);
    if (subject.until > last)
      throw new DaybookError("STATEMENT_INVALID", {
        message: `the statement counts until ${subject.until}, expected ${last} at the latest`,
      });
    await this.#parts.archive.ledger.append(
      { type: "standing-approved", ...subject, person, statement_sha256: sha256 },
      actor,
      this.#statements.filing(files),
    );
  }

  /** The approval of that person that counts now. USAGE when there is none. */
  ofPerson(person: string): StandingApproval {
    const today = utcDayOf(this.#parts.clock.now());
    const found = this.#all().findLast(
      (one) => one.person === person && one.withdrawn === undefined && today <= one.until,
    );
    if (found !== undefined) return found;
    throw new DaybookError("USAGE", { message: `${person}: expected a person with a standing approval` });
  }

  /** The statement that takes an approval back; anybody who may approve can sign it. */
  draftWithdrawal({ statementSha256 }: StandingApproval, person: string | undefined): Promise<Uint8Array> {
    const subject: SubjectOf<"standing-withdrawn"> = { approval_sha256: statementSha256 };
    return this.#statements.draft({
      kind: "standing-withdrawn",
      subject,
      person,
      commitment: sha256Hex(""),
    });
  }

  /** STATEMENT_INVALID when the statement is about another approval. */
  async withdraw(
    { statementSha256 }: StandingApproval,
    { statement, sha256, files }: SignedStatement,
    actor: string,
  ): Promise<void> {
    const isIt =
      statement.statement === "standing-withdrawn" && statement.subject.approval_sha256 === statementSha256;
    if (!isIt)
      throw new DaybookError("STATEMENT_INVALID", { message: "the statement is about another approval" });
    await this.#parts.archive.ledger.append(
      {
        type: "standing-withdrawn",
        approval_sha256: statementSha256,
        person: statement.person,
        statement_sha256: sha256,
      },
      actor,
      this.#statements.filing(files),
    );
  }

  /** The approvals that count today for days kept by the rule: one of each person who may still approve. */
  async counting(rule: ApprovedRule): Promise<readonly StandingApproval[]> {
    const roster = await this.#statements.roster();
    const today = utcDayOf(this.#parts.clock.now());
    const able = new Set(
      roster?.people.filter(({ may }) => may.includes("approve")).map(({ person }) => person),
    );
    const newest = new Map<string, StandingApproval>();
    for (const one of this.#all())
      if (able.has(one.person) && approves(one, rule, today)) newest.set(one.person, one);
    return [...newest.values()];
  }

  #all(): readonly StandingApproval[] {
    return this.#parts.archive.ledger.index.retention.standing;
  }
}
