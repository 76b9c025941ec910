import { folderSource } from "../archive/folder-source.js";
import { allowedSigner, newRoster, sharedKey } from "../archive/roster.js";
import type { Roster } from "../archive/roster.js";
import { DaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";
import { stableJson } from "../model/stable-json.js";
import { agreedTime } from "./clocks.js";
import type { RetentionParts } from "./parts.js";
import { readRoster } from "./rosters.js";
import type { SignedStatement, Statements } from "./statements.js";

/** With more than one person, no roster is changed by one of them alone. */
const MIN_QUORUM = 2;

/** What the configuration proposes, beside what the ledger has. */
export interface Proposal {
  readonly roster: Roster;
  readonly bytes: Uint8Array;
  readonly sha256: string;
  /** The newest roster of the ledger; undefined before the first. */
  readonly former: Roster | undefined;
  /** Whether the former one says the same already. */
  readonly isSame: boolean;
}

/** The people of an archive: the configuration proposes them, the ledger has them. */
export class People {
  readonly #parts: RetentionParts;
  readonly #statements: Statements;

  constructor(parts: RetentionParts, statements: Statements) {
    this.#parts = parts;
    this.#statements = statements;
  }

  /** ROSTER_INVALID when two persons share a key, or fewer may approve than must. */
  async proposal(): Promise<Proposal> {
    const { archive, settings, files, root } = this.#parts;
    const last = archive.ledger.index.retention.rosters.at(-1);
    const former = last === undefined ? undefined : await readRoster(folderSource(files, root), last);
    const people = Object.entries(settings.people).map(([person, { key, may }]) => ({
      person,
      may: [...may],
      keys: key.map((line) => allowedSigner(person, line)),
    }));
    const terms = {
      quorum: people.length === 1 ? 1 : Math.max(MIN_QUORUM, Math.min(settings.approvers, people.length)),
      approvers: settings.approvers,
      separate_duties: settings.separateDuties,
      people,
    };
    const roster = newRoster({
      archive_id: archive.identity.archiveId,
      roster: (last?.roster ?? 0) + 1,
      previous_sha256: last?.sha256 ?? null,
      ...terms,
    });
    requireUsable(roster);
    const bytes = stableJson(roster);
    return { roster, bytes, sha256: sha256Hex(bytes), former, isSame: isSame(former, terms) };
  }

  /**
   * Records the proposal. The first is taken as it is; a later one needs the signatures of `quorum` persons of the roster in
   * force, or `breakGlass`: then it takes effect after 30 days. ROSTER_INVALID; CLOCKS_DISAGREE when no second clock confirms
   * the time from which they count.
   */
  async apply(
    proposal: Proposal,
    signed: readonly SignedStatement[],
    { breakGlass, actor }: { readonly breakGlass: boolean; readonly actor: string },
  ): Promise<number> {
    const { former, roster, sha256, bytes } = proposal;
    // Its 30 days begin with the time of its entry.
    if (breakGlass) await agreedTime(this.#parts, new AbortController().signal);
    const mode = former === undefined ? "first" : breakGlass ? "break-glass" : "quorum";
    // A former one that nobody signed may not be in force yet, and must not lower the bar.
    const inForce = await this.#statements.roster();
    if (inForce !== undefined && mode === "quorum") requireQuorum(inForce, proposal, signed);
    const contents = new Map<string, Uint8Array>([["roster.json", bytes]]);
    for (const [index, { files }] of signed.entries())
      for (const [name, content] of files) contents.set(numbered(name, index), content);
    await this.#parts.archive.ledger.append(
      { type: "roster-set", roster: roster.roster, roster_sha256: sha256, mode },
      actor,
      this.#statements.filing(contents),
    );
    return roster.roster;
  }
}

/** `statement.json`, then `statement-2.json`. */
function numbered(name: string, index: number): string {
  return index === 0 ? name : name.replace(/^(statement|allowed_signers)/, `$1-${index + 1}`);
}

function requireUsable(roster: Roster): void {
  if (roster.people.length === 0)
    throw new DaybookError("ROSTER_INVALID", { message: "people: found nobody in the configuration" });
  const shared = sharedKey(roster);
  if (shared !== undefined)
    throw new DaybookError("ROSTER_INVALID", {
      message: `people: expected a key of their own for each person, found ${shared} twice`,
    });
  const able = roster.people.filter(({ may }) => may.includes("approve")).length;
  if (able < roster.approvers)
    throw new DaybookError("ROSTER_INVALID", {
      message: `retention.approvers: expected at most the ${able} who may approve, found ${roster.approvers}`,
    });
}

function requireQuorum(
  inForce: Roster,
  { roster, sha256 }: Proposal,
  signed: readonly SignedStatement[],
): void {
  const persons = new Set(
    signed.flatMap(({ statement }) =>
      statement.statement === "roster" && statement.subject.roster_sha256 === sha256
        ? [statement.person]
        : [],
    ),
  );
  if (persons.size >= inForce.quorum) return;
  throw new DaybookError("ROSTER_INVALID", {
    message: `roster ${roster.roster}: found signatures of ${persons.size} persons over it, expected ${inForce.quorum} of roster ${inForce.roster}`,
  });
}

function isSame(former: Roster | undefined, terms: Pick<Roster, "quorum" | "approvers" | "people">): boolean {
  if (former === undefined) return false;
  const { quorum, approvers, separate_duties, people } = former;
  return JSON.stringify({ quorum, approvers, separate_duties, people }) === JSON.stringify(terms);
}
