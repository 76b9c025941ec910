import { randomBytes } from "node:crypto";
import { basename, join } from "node:path";
import { folderSource } from "../archive/folder-source.js";
import { actFolder } from "../archive/layout.js";
import { fingerprintOf } from "../archive/roster.js";
import type { May, Roster } from "../archive/roster.js";
import { parseStatement, statementBytes } from "../archive/statement.js";
import type { Statement, StatementKind } from "../archive/statement.js";
import { readSmall } from "../archive/source.js";
import { LIMITS } from "../archive/layout.js";
import { fileAct } from "../ledger/file-act.js";
import { DaybookError } from "../model/errors.js";
import { openHead } from "../archive/head.js";
import { headPath } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { DAY_MS, isoTime } from "../model/utc-day.js";
import { agreedTime } from "./clocks.js";
import type { RetentionParts } from "./parts.js";
import { rosterInForce, rosterSetAt } from "./rosters.js";

/** A statement may be used for a week after it was written. */
const VALID_MS = 7 * DAY_MS;
/** Clocks of two machines may differ by this much. */
const CLOCK_TOLERANCE_MS = 300_000;
const MAX_SIGNATURE_BYTES = 1 << 16;

const RIGHT: Readonly<Record<StatementKind, May | undefined>> = {
  "hold-placed": "hold",
  "hold-released": "hold",
  "schedule-shortened": "approve",
  "disposal-approved": "approve",
  "plan-refused": "approve",
  "standing-approval": "approve",
  "standing-withdrawn": "approve",
  // Everybody in the roster may sign the next one.
  roster: undefined,
};

const STATEMENT_FILES = ["statement.json", "statement.json.sig", "allowed_signers"] as const;

/** A statement whose signature counts. */
export interface SignedStatement {
  readonly statement: Statement;
  readonly sha256: string;
  readonly files: ReadonlyMap<string, Uint8Array>;
}

export interface Draft {
  readonly kind: StatementKind;
  readonly subject: object;
  /** The role that will sign; the only one with the right when absent. */
  readonly person?: string | undefined;
  readonly commitment: string;
  /** How long it counts, milliseconds since the epoch; a week when absent. */
  readonly notAfterMs?: number;
}

/** Writes statements for people to sign, and takes them back signed. */
export class Statements {
  readonly #parts: RetentionParts;

  constructor(parts: RetentionParts) {
    this.#parts = parts;
  }

  /**
   * The roster in force; undefined while acts stand by login alone. CLOCKS_DISAGREE when it is one that nobody signed, and no
   * second clock confirms that its 30 days have passed: whoever sets this machine's clock must not end them.
   */
  async roster(): Promise<Roster | undefined> {
    const { files, root, archive, clock } = this.#parts;
    const { retention } = archive.ledger.index;
    if (rosterSetAt(retention, clock.now())?.mode === "break-glass")
      await agreedTime(this.#parts, new AbortController().signal);
    return rosterInForce(folderSource(files, root), retention, clock.now());
  }

  /** A new statement's bytes. USAGE when it is not clear who is to sign; STATEMENT_INVALID for a person without the right. */
  async draft({ kind, subject, person, commitment, notAfterMs }: Draft): Promise<Uint8Array> {
    const { archive, clock } = this.#parts;
    const roster = await this.#requiredRoster();
    const signer = signerOf(roster, kind, person);
    const { size, root } = archive.ledger;
    const now = clock.now();
    return statementBytes(
      {
        archive_id: archive.identity.archiveId,
        head: { size, root },
        person: signer.person,
        key_fingerprint: fingerprintOf(signer.keys[0] ?? ""),
        text_commitment: commitment,
        nonce: randomBytes(16).toString("hex"),
        not_after: isoTime(notAfterMs ?? now + VALID_MS),
        time: isoTime(now),
      },
      kind,
      subject,
    );
  }

  /** The statement beside its signature `path`. STATEMENT_INVALID with what was found. */
  async accept(path: string, kind: StatementKind): Promise<SignedStatement> {
    const { files } = this.#parts;
    if (!path.endsWith(".sig")) throw invalid(path, "another name", "the .sig file that ssh-keygen wrote");
    const statement = await files.read(path.slice(0, -".sig".length), MAX_SIGNATURE_BYTES);
    const signature = await files.read(path, MAX_SIGNATURE_BYTES);
    return this.check(statement, signature, kind, basename(path));
  }

  /** The statement, once everything about it is right; `subject` names it in errors. */
  async check(
    bytes: Uint8Array,
    signature: Uint8Array,
    kind: StatementKind,
    subject: string,
  ): Promise<SignedStatement> {
    const { clock } = this.#parts;
    const statement = await this.#readStatement(bytes, subject);
    if (statement.statement !== kind) throw invalid(subject, `a statement ${statement.statement}`, kind);
    await this.#requireFitting(statement, sha256Hex(bytes), subject);
    const roster = await this.#requiredRoster();
    const signer = signerOf(roster, kind, statement.person);
    const key = signer.keys.find((line) => fingerprintOf(line) === statement.key_fingerprint);
    if (key === undefined)
      throw invalid(subject, `key ${statement.key_fingerprint}`, `a key of ${signer.person}`);
    const who = { person: statement.person, allowedSigner: key, atMs: clock.now() };
    const problem = await this.#parts.signatureProblem({ statement: bytes, signature, ...who });
    if (problem !== undefined) throw invalid(subject, problem, `a signature of ${signer.person}`);
    const contents = new Map<string, Uint8Array>([
      ["statement.json", bytes],
      ["statement.json.sig", signature],
      ["allowed_signers", Buffer.from(`${key}\n`)],
    ]);
    return { statement, sha256: sha256Hex(bytes), files: contents };
  }

  /** The statement in the folder of an entry. */
  async filed(seq: number): Promise<Statement> {
    const bytes = (await this.filedFiles(seq)).get("statement.json") ?? new Uint8Array();
    return parseStatement(bytes, `${actFolder(seq)}/statement.json`);
  }

  /** The statement of an entry with its signature and signers, for another entry that rests on it too. */
  async filedFiles(seq: number): Promise<SignedStatement["files"]> {
    const { files, root } = this.#parts;
    const found = new Map<string, Uint8Array>();
    for (const name of STATEMENT_FILES)
      found.set(name, await files.read(join(root, actFolder(seq), name), MAX_SIGNATURE_BYTES));
    return found;
  }

  /** Writes the files that an entry names into its folder `acts/…`: to be passed to `Ledger.append`. */
  filing(contents: ReadonlyMap<string, Uint8Array>): (seq: number) => Promise<void> {
    return fileAct(this.#parts, contents);
  }

  async #readStatement(bytes: Uint8Array, subject: string): Promise<Statement> {
    try {
      return parseStatement(bytes, subject);
    } catch (cause) {
      throw new DaybookError("STATEMENT_INVALID", {
        message: `${subject}: it was changed, or is none`,
        cause,
      });
    }
  }

  async #requireFitting(statement: Statement, sha256: string, subject: string): Promise<void> {
    const { archive, clock } = this.#parts;
    const { archiveId } = archive.identity;
    if (statement.archive_id !== archiveId)
      throw invalid(subject, `archive ${statement.archive_id}`, `archive ${archiveId}`);
    const now = clock.now();
    if (Date.parse(statement.not_after) < now)
      throw invalid(subject, `valid until ${statement.not_after}`, "one that is still valid");
    if (Date.parse(statement.time) > now + CLOCK_TOLERANCE_MS)
      throw invalid(subject, `written at ${statement.time}`, "no time in the future");
    if (!(await this.#isHead(statement.head)))
      throw invalid(subject, `head ${statement.head.size}`, "a head of this ledger");
    const { holds, plans, schedules, standing } = archive.ledger.index.retention;
    const acts = plans.flatMap(({ approvals, refused }) => [...approvals, ...(refused ? [refused] : [])]);
    const withdrawn = standing.flatMap((one) => one.withdrawn ?? []);
    const all = [...holds, ...schedules, ...acts, ...standing, ...withdrawn];
    const used = all.some((act) => act.statementSha256 === sha256);
    if (used) throw invalid(subject, "a statement that was used", "a new one");
  }

  async #isHead({ size, root: stated }: Statement["head"]): Promise<boolean> {
    const { files, root, archive } = this.#parts;
    const { ledger, identity } = archive;
    if (size === ledger.size) return stated === ledger.root;
    if (size === 0 || size > ledger.size) return false;
    const path = headPath(size);
    const never = new AbortController().signal;
    const bytes = await readSmall(folderSource(files, root), path, LIMITS.head, never);
    return bytes !== undefined && openHead(bytes, path, identity.origin, ledger.keys).root === stated;
  }

  async #requiredRoster(): Promise<Roster> {
    const roster = await this.roster();
    if (roster !== undefined) return roster;
    throw new DaybookError("ROSTER_INVALID", {
      message: "the archive has no people yet, so nobody can sign",
      hint: "declare `people` in the configuration and run `daybook people apply`",
    });
  }
}

function signerOf(roster: Roster, kind: StatementKind, person: string | undefined): Roster["people"][number] {
  const right = RIGHT[kind];
  const able = roster.people.filter(({ may }) => right === undefined || may.includes(right));
  const names = able.map((one) => one.person).join(", ");
  if (person === undefined) {
    const [only, ...others] = able;
    if (only !== undefined && others.length === 0) return only;
    throw new DaybookError("USAGE", { message: `--as: expected who signs, one of ${names}, found nothing` });
  }
  const signer = able.find((one) => one.person === person);
  if (signer !== undefined) return signer;
  throw new DaybookError("STATEMENT_INVALID", {
    message: `${person}: expected one who may ${right ?? "sign"}, which are ${names === "" ? "none" : names}`,
  });
}

function invalid(subject: string, found: string, expected: string): DaybookError {
  return new DaybookError("STATEMENT_INVALID", {
    message: `${subject}: found ${found}, expected ${expected}`,
  });
}
