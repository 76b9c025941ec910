import type { SubjectOf } from "../archive/statement.js";
import { DaybookError } from "../model/errors.js";
import { utcDayOf } from "../model/utc-day.js";
import type { RetentionParts } from "./parts.js";
import { ruleInLedger } from "./schedules.js";
import type { SignedStatement, Statements } from "./statements.js";

/** Applying a shorter rule to days that were sealed under a longer one. */
export class Shortening {
  readonly #parts: RetentionParts;
  readonly #statements: Statements;

  constructor(parts: RetentionParts, statements: Statements) {
    this.#parts = parts;
    this.#statements = statements;
  }

  /** What a person signs: the rule in force. USAGE while the ledger has none. */
  subject(): SubjectOf<"schedule-shortened"> {
    return ruleInLedger(this.#parts.archive.ledger);
  }

  /** Applies the rule in force to every day. Locks of the stores stay. STATEMENT_INVALID when another rule was signed. */
  async shorten({ statement, sha256, files }: SignedStatement, actor: string): Promise<void> {
    const { ledger } = this.#parts.archive;
    const rule = this.subject();
    const signed = statement.statement === "schedule-shortened" ? statement.subject : undefined;
    if (JSON.stringify(signed) !== JSON.stringify(rule))
      throw new DaybookError("STATEMENT_INVALID", {
        message: `the statement is not about ${rule.schedule}, keep ${rule.keep}, the rule in force`,
      });
    const effective = utcDayOf(ledger.now());
    await ledger.append(
      { type: "schedule-set", ...rule, effective, applies: "all", statement_sha256: sha256 },
      actor,
      this.#statements.filing(files),
    );
  }
}
