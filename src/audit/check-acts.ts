import { LIMITS, actFolder, planPath } from "../archive/layout.js";
import { parsePlan } from "../archive/plan.js";
import type { Plan } from "../archive/plan.js";
import { BREAK_GLASS_MS, fingerprintOf, parseRoster } from "../archive/roster.js";
import type { Roster } from "../archive/roster.js";
import type { SignatureCheck, SshSignature } from "../archive/ssh-signature.js";
import { parseStatement } from "../archive/statement.js";
import type { Statement } from "../archive/statement.js";
import { isDaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { mismatch, rightOf, standingMismatch } from "./act-statement.js";
import { guard, readExpected, readPinned } from "./audit.js";
import type { Audit } from "./audit.js";
import type { DisposalFacts, FiledAct, RetentionFacts } from "./retention-facts.js";

/** A roster with the time from which it counts. */
interface DatedRoster {
  readonly roster: Roster;
  /** Of its entry. */
  readonly seq: number;
  /** Earlier entries are not judged by it. */
  readonly fromMs: number;
}

/** A statement that counts, and the key that signed it. */
interface ValidStatement {
  readonly statement: Statement;
  readonly key: string;
}

/** Checks rosters, statements, plans and approvals against one another and against the ledger. */
export class ActsCheck {
  readonly #audit: Audit;
  readonly #facts: RetentionFacts;
  readonly #archiveId: string;
  readonly #problemOf: SignatureCheck;
  readonly #rosters: DatedRoster[] = [];
  /** By number of the entry. */
  readonly #valid = new Map<number, ValidStatement>();
  readonly #planById = new Map<string, Plan>();
  #isUnchecked = false;

  constructor(audit: Audit, facts: RetentionFacts, archiveId: string, problemOf: SignatureCheck) {
    this.#audit = audit;
    this.#facts = facts;
    this.#archiveId = archiveId;
    this.#problemOf = problemOf;
  }

  async run(): Promise<void> {
    await this.#readPlans();
    for (const act of [...this.#facts.filed.values()].toSorted((a, b) => a.seq - b.seq)) {
      if (act.type === "roster-set") await this.#roster(act);
      else await this.#act(act);
    }
    this.#disposals();
    if (this.#isUnchecked)
      this.#audit.found.add("STATEMENT_UNCHECKED", {
        subject: "acts/",
        found: "no ssh-keygen on this machine",
        expected: "ssh-keygen of OpenSSH",
      });
  }

  async #roster(act: Extract<FiledAct, { readonly type: "roster-set" }>): Promise<void> {
    const folder = actFolder(act.seq);
    const path = `${folder}/roster.json`;
    const bytes = await readPinned(this.#audit, path, LIMITS.ledgerEntry, act.roster_sha256);
    if (bytes === undefined) return;
    const parse = async (): Promise<Roster> => parseRoster(bytes, path);
    const roster = await guard(this.#audit, path, undefined, parse, "ROSTER_WRONG");
    if (roster === undefined) return;
    const former = this.#facts.record.rosters.find(({ roster: number }) => number === act.roster - 1);
    const found = [roster.archive_id, roster.roster, roster.previous_sha256, act.mode === "first"].join(", ");
    const expected = [this.#archiveId, act.roster, former?.sha256 ?? null, former === undefined].join(", ");
    this.#audit.found.expect("ROSTER_WRONG", { subject: path, found, expected });
    if (act.mode === "quorum") await this.#quorum(act, folder);
    if (act.mode === "break-glass")
      this.#audit.found.add("ROSTER_UNSIGNED", {
        subject: entryPath(act.seq),
        found: `roster ${act.roster} by ${act.actor}`,
        expected: "signatures",
      });
    // A signed one counts from its entry on, whatever became of the clock.
    const fromMs = act.mode === "break-glass" ? Date.parse(act.time) + BREAK_GLASS_MS : -Infinity;
    this.#rosters.push({ roster, seq: act.seq, fromMs });
  }

  async #quorum(act: Extract<FiledAct, { readonly type: "roster-set" }>, folder: string): Promise<void> {
    const former = this.#rosterAt(act);
    const persons = new Set<string>();
    for (let number = 1; number <= (former?.people.length ?? 0); number++) {
      const suffix = number === 1 ? "" : `-${number}`;
      const path = `${folder}/statement${suffix}.json`;
      const isThere = (await this.#audit.reader.stat(path, this.#audit.signal)) !== undefined;
      const valid = isThere ? await this.#statement(act, suffix) : undefined;
      const { statement } = valid ?? {};
      if (statement?.statement === "roster" && statement.subject.roster_sha256 === act.roster_sha256)
        persons.add(statement.person);
    }
    if (former !== undefined && persons.size >= former.quorum) return;
    this.#audit.found.add("ROSTER_WRONG", {
      subject: entryPath(act.seq),
      found: `signatures of ${persons.size} persons`,
      expected: `${former?.quorum ?? 1} of roster ${act.roster - 1}`,
    });
  }

  async #act(act: Exclude<FiledAct, { readonly type: "roster-set" }>): Promise<void> {
    const subject = entryPath(act.seq);
    const roster = this.#rosterAt(act);
    if (act.statement_sha256 === null) {
      const found = `${act.type} by ${act.actor}`;
      this.#audit.found.add(roster === undefined ? "ACT_UNSIGNED" : "STATEMENT_WRONG", {
        subject,
        found,
        expected: "a signed statement",
      });
      return;
    }
    const valid = await this.#statement(act, "");
    if (valid === undefined) return;
    const { statement } = valid;
    const wrong =
      act.type === "disposal-approved" && statement.statement === "standing-approval"
        ? standingMismatch(act, statement, this.#planById.get(act.plan), this.#facts.record.standing)
        : mismatch(act, statement);
    if (wrong !== undefined) return this.#wrong(act, wrong.found, wrong.expected);
    this.#valid.set(act.seq, valid);
  }

  /** Undefined after a finding. */
  async #statement(act: FiledAct, suffix: string): Promise<ValidStatement | undefined> {
    const folder = actFolder(act.seq);
    const path = `${folder}/statement${suffix}.json`;
    const bytes = await readExpected(this.#audit, path, LIMITS.ledgerEntry);
    const signature = await readExpected(this.#audit, `${path}.sig`, LIMITS.smallFile);
    const signers = await readExpected(this.#audit, `${folder}/allowed_signers${suffix}`, LIMITS.smallFile);
    if (bytes === undefined || signature === undefined || signers === undefined) return undefined;
    const isNamed = act.type === "roster-set" || act.statement_sha256 === sha256Hex(bytes);
    if (!isNamed) return this.#wrong(act, "another statement", "the one that the entry names by hash");
    const parse = async (): Promise<Statement> => parseStatement(bytes, path);
    const statement = await guard(this.#audit, path, undefined, parse, "STATEMENT_WRONG");
    if (statement === undefined) return undefined;
    const atMs = Date.parse(act.time);
    const key = this.#keyOf(statement, act);
    if (
      key === undefined ||
      statement.archive_id !== this.#archiveId ||
      Date.parse(statement.not_after) < atMs
    )
      return this.#wrong(
        act,
        `a statement of ${statement.person}, valid until ${statement.not_after}`,
        "one of a person who may",
      );
    if (Buffer.from(signers).toString() !== `${key}\n`)
      return this.#wrong(act, "other signers", "the line of the roster");
    const problem = await this.#problem({
      statement: bytes,
      signature,
      person: statement.person,
      allowedSigner: key,
      atMs,
    });
    if (problem !== undefined) return this.#wrong(act, problem, `a signature of ${statement.person}`);
    return { statement, key: statement.key_fingerprint };
  }

  #keyOf(statement: Statement, act: FiledAct): string | undefined {
    const person = this.#rosterAt(act)?.people.find((one) => one.person === statement.person);
    const right = rightOf(act);
    if (person === undefined || (right !== undefined && !person.may.includes(right))) return undefined;
    return person.keys.find((line) => fingerprintOf(line) === statement.key_fingerprint);
  }

  async #problem(signature: SshSignature): Promise<string | undefined> {
    try {
      return await this.#problemOf(signature);
    } catch (error) {
      if (!isDaybookError(error, "SSH_KEYGEN_MISSING")) throw error;
      this.#isUnchecked = true;
      return undefined;
    }
  }

  /** The roster in force at an entry. */
  #rosterAt({ seq, time }: Pick<LedgerEntry, "seq" | "time">): Roster | undefined {
    const atMs = Date.parse(time);
    return this.#rosters.findLast((one) => one.seq < seq && one.fromMs <= atMs)?.roster;
  }

  async #readPlans(): Promise<void> {
    for (const { id, sha256 } of this.#facts.record.plans) {
      const path = planPath(id);
      const bytes = await readPinned(this.#audit, path, LIMITS.manifest, sha256);
      if (bytes === undefined) continue;
      const parse = async (): Promise<Plan> => parsePlan(bytes, path);
      const plan = await guard(this.#audit, path, undefined, parse, "PLAN_WRONG");
      if (plan !== undefined) this.#planById.set(id, plan);
    }
  }

  #disposals(): void {
    const plans = this.#planById;
    for (const disposal of this.#facts.disposals.values()) {
      const { day, seq, plan: id } = disposal.begun;
      const planned = plans.get(id)?.days.find((one) => one.day === day);
      if (planned?.revisions.length !== disposal.revisions)
        this.#audit.found.add("PLAN_WRONG", {
          subject: entryPath(seq),
          found: `${day} with ${disposal.revisions} revisions`,
          expected:
            planned === undefined ? `a day of ${id}` : `${planned.revisions.length} revisions, as in ${id}`,
          day,
        });
      this.#approvals(disposal, plans.get(id)?.approvers ?? 1);
    }
  }

  /** As many persons, with as many keys, as the roster in force required when the disposal began. */
  #approvals({ begun, plan }: DisposalFacts, planned: number): void {
    const approvals = plan?.approvals ?? [];
    const roster = this.#rosterAt(begun);
    const required = Math.max(roster?.approvers ?? 1, planned);
    const valid = approvals.flatMap(({ seq }) => this.#valid.get(seq) ?? []);
    const persons = new Set(valid.map(({ statement }) => statement.person)).size;
    const keys = new Set(valid.map(({ key }) => key)).size;
    const logins = roster === undefined ? new Set(approvals.map(({ person }) => person)).size : 0;
    const counted = Math.max(Math.min(persons, keys), logins);
    if (counted >= required) return;
    this.#audit.found.add("DISPOSED_UNAPPROVED", {
      subject: entryPath(begun.seq),
      found: `approvals of ${counted}`,
      expected: `${required} different persons`,
    });
  }

  #wrong(act: FiledAct, found: string, expected: string): undefined {
    this.#audit.found.add("STATEMENT_WRONG", { subject: actFolder(act.seq), found, expected });
    return undefined;
  }
}
