import { DaybookError } from "../model/errors.js";
import { holdsOn } from "../model/retention-record.js";
import type { HoldRecord } from "../model/retention-record.js";
import type { UtcDay } from "../model/utc-day.js";
import type { RetentionParts } from "./parts.js";
import { Register } from "./register.js";
import { numberedId } from "./numbered-id.js";
import type { SignedStatement, Statements } from "./statements.js";

/** What a hold covers. */
export interface HoldRange {
  /** Null: from the first day on. */
  readonly from: UtcDay | null;
  /** Null: every later day; then `future` is true. */
  readonly to: UtcDay | null;
  /** Whether it also binds days that are sealed later. */
  readonly future: boolean;
}

export interface HoldAsk extends HoldRange {
  /** The matter's number or code: no name, it stands in the ledger for ever. */
  readonly matterRef: string;
}

/** Legal holds: a held day is destroyed in no copy. */
export class Holds {
  readonly #parts: RetentionParts;
  readonly #statements: Statements;
  readonly #register: Register;

  constructor(parts: RetentionParts, statements: Statements) {
    this.#parts = parts;
    this.#statements = statements;
    this.#register = new Register(parts.files, parts.root);
  }

  /** The statement to sign; the reason is written into the register. */
  async draftPlacing(ask: HoldAsk, reason: string, person: string | undefined): Promise<Uint8Array> {
    const { from, to, future, matterRef } = ask;
    const subject = { from, to, future, matter_ref: matterRef };
    const commitment = await this.#register.commit(reason);
    return this.#statements.draft({ kind: "hold-placed", subject, person, commitment });
  }

  async draftRelease(id: string, reason: string, person: string | undefined): Promise<Uint8Array> {
    this.#standing(id);
    const commitment = await this.#register.commit(reason);
    return this.#statements.draft({ kind: "hold-released", subject: { hold: id }, person, commitment });
  }

  /** Places a hold that a person has signed for. It binds from its entry in the ledger on. */
  async placeSigned({ statement, sha256, files }: SignedStatement, actor: string): Promise<HoldRecord> {
    if (statement.statement !== "hold-placed") throw new Error("another kind of statement");
    const { from, to, future, matter_ref: matterRef } = statement.subject;
    return this.#place(
      { from, to, future, matterRef },
      { actor, commitment: statement.text_commitment, sha256, files },
    );
  }

  /** Places a hold by login, in an archive without people. ROSTER_INVALID in one with. */
  async placeUnsigned(ask: HoldAsk, reason: string, actor: string): Promise<HoldRecord> {
    await this.#requireNoPeople();
    return this.#place(ask, {
      actor,
      commitment: await this.#register.commit(reason),
      sha256: null,
      files: new Map(),
    });
  }

  /** Releases a hold that a person has signed for. STATEMENT_INVALID when the statement is about another hold. */
  async releaseSigned(
    id: string,
    { statement, sha256, files }: SignedStatement,
    actor: string,
  ): Promise<HoldRecord> {
    if (statement.statement !== "hold-released") throw new Error("another kind of statement");
    if (statement.subject.hold !== id)
      throw new DaybookError("STATEMENT_INVALID", {
        message: `the statement is about ${statement.subject.hold}, expected ${id}`,
      });
    const act = { actor, commitment: statement.text_commitment, sha256, files };
    return this.#release(id, act);
  }

  async releaseUnsigned(id: string, reason: string, actor: string): Promise<HoldRecord> {
    await this.#requireNoPeople();
    this.#standing(id);
    return this.#release(id, {
      actor,
      commitment: await this.#register.commit(reason),
      sha256: null,
      files: new Map(),
    });
  }

  /** The text behind a hold's commitment; undefined when it was erased. */
  reasonOf({ commitment }: Pick<HoldRecord, "commitment">): Promise<string | undefined> {
    return this.#register.textOf(commitment);
  }

  async #place(ask: HoldAsk, { actor, commitment, sha256, files }: SignedAct): Promise<HoldRecord> {
    const { archive } = this.#parts;
    const id = numberedId("H", archive.ledger.index.retention.holds.length + 1);
    const { from, to, future, matterRef } = ask;
    await archive.ledger.append(
      {
        type: "hold-placed",
        hold: id,
        from,
        to,
        future,
        matter_ref: matterRef,
        statement_sha256: sha256,
        text_commitment: commitment,
      },
      actor,
      this.#statements.filing(files),
    );
    return this.#standing(id);
  }

  async #release(id: string, { actor, commitment, sha256, files }: SignedAct): Promise<HoldRecord> {
    const hold = this.#standing(id);
    await this.#parts.archive.ledger.append(
      { type: "hold-released", hold: id, statement_sha256: sha256, text_commitment: commitment },
      actor,
      this.#statements.filing(files),
    );
    return hold;
  }

  #standing(id: string): HoldRecord {
    const { holds } = this.#parts.archive.ledger.index.retention;
    const hold = holds.find((one) => one.id === id);
    if (hold !== undefined && hold.released === undefined) return hold;
    const found = hold === undefined ? "none of this name" : "released already";
    throw new DaybookError("HOLD_UNKNOWN", { message: `${id}: expected a hold that stands, found ${found}` });
  }

  async #requireNoPeople(): Promise<void> {
    if ((await this.#statements.roster()) === undefined) return;
    throw new DaybookError("STATEMENT_INVALID", {
      message: "the archive has people: found no signature, expected a signed statement",
    });
  }
}

interface SignedAct {
  readonly actor: string;
  readonly commitment: string;
  readonly sha256: string | null;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

/** The ids of the holds on a day. */
export function holdIds(record: Parameters<typeof holdsOn>[0], day: UtcDay): readonly string[] {
  return holdsOn(record, day).map(({ id }) => id);
}
