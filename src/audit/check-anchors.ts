import { parseAnchorPolicy, witnessNamed } from "../archive/anchor-policy.js";
import type { AnchorPolicy } from "../archive/anchor-policy.js";
import { findCosignature, parseCosignatures } from "../archive/cosignature.js";
import type { Head } from "../archive/head.js";
import { LIMITS, anchorPolicyPath, cosignaturePath } from "../archive/layout.js";
import { brokenAfterMs } from "../model/anchor-record.js";
import { entryPath } from "../model/ledger-entry.js";
import type { EntryOf } from "../model/ledger-entry.js";
import type { NoteKey } from "../model/note-key.js";
import { isoTime } from "../model/utc-day.js";
import type { AnchorFacts } from "./anchor-facts.js";
import { guard, readPinned } from "./audit.js";
import type { Audit } from "./audit.js";
import type { CheckedLedger, RootsBySize } from "./check-ledger.js";

/** What an auditor demands of witnesses, whatever the archive promises. */
export interface AnchorDemands {
  /** The witnesses that the auditor trusts; none: those that the archive names. */
  readonly witnesses: readonly NoteKey[];
  /** How many of them must have cosigned; undefined: all of those named, or as many as the archive promises. */
  readonly quorum: number | undefined;
  /** Every entry of before this time must be covered, milliseconds since the epoch; undefined: no demand. */
  readonly coveredBeforeMs: number | undefined;
}

/** The newest head of the ledger that a witness cosigned. */
export interface WitnessedHead {
  readonly name: string;
  /** Entries that it covers. */
  readonly size: number;
  /** By the witness's clock, milliseconds since the epoch. */
  readonly atMs: number;
}

/** As `witnesses` of every JSON answer has them. */
export function witnessesJson(
  witnessed: readonly WitnessedHead[],
): readonly { readonly name: string; readonly size: number; readonly time: string }[] {
  return witnessed.map(({ name, size, atMs }) => ({ name, size, time: isoTime(atMs) }));
}

/** Checks every cosignature against the keys that the archive names, then what the auditor demands. */
export async function checkAnchors(
  audit: Audit,
  origin: string,
  { facts, roots }: CheckedLedger,
  { anchors: demands }: { readonly anchors?: AnchorDemands },
): Promise<readonly WitnessedHead[]> {
  const { anchors, head } = facts;
  const check = new AnchorsCheck(audit, origin, roots);
  for (const policy of anchors.policies) await check.policy(policy);
  for (const act of anchors.anchored) await check.anchored(act);
  const trusted = demands?.witnesses ?? [];
  const witnessed = trusted.length === 0 ? check.byPolicy() : check.byKeys(trusted);
  if (demands !== undefined) judge(audit, anchors, witnessed, demands);
  else noteLateness(audit, anchors, { witnessed, headTime: facts.headTime, size: head.size });
  return witnessed;
}

/** The lines of a file of cosignatures, and the head that they speak of. */
interface Cosigned {
  readonly head: Head;
  readonly lines: readonly string[];
}

class AnchorsCheck {
  readonly #audit: Audit;
  readonly #origin: string;
  readonly #roots: RootsBySize;
  /** By number of the entry. */
  readonly #policies = new Map<number, AnchorPolicy>();
  /** By path. Several entries may name one file. */
  readonly #files = new Map<string, Cosigned | undefined>();
  readonly #newest = new Map<string, WitnessedHead>();

  constructor(audit: Audit, origin: string, roots: RootsBySize) {
    this.#audit = audit;
    this.#origin = origin;
    this.#roots = roots;
  }

  async policy({ seq, policy_sha256: expected }: EntryOf<"anchor-policy">): Promise<void> {
    const path = anchorPolicyPath(seq);
    const bytes = await readPinned(this.#audit, path, LIMITS.ledgerEntry, expected);
    if (bytes === undefined) return;
    const parse = async (): Promise<AnchorPolicy> => parseAnchorPolicy(bytes, path);
    const policy = await guard(this.#audit, path, undefined, parse, "FILE_MALFORMED");
    if (policy !== undefined) this.#policies.set(seq, policy);
  }

  async anchored(act: EntryOf<"anchored">): Promise<void> {
    const path = cosignaturePath(act.size);
    if (!this.#files.has(path)) this.#files.set(path, await this.#read(act, path));
    const cosigned = this.#files.get(path);
    if (cosigned === undefined) return;
    const key = this.#keyOf(act);
    const found = key && findCosignature(cosigned.lines, cosigned.head, key);
    if (found === undefined)
      return this.#audit.found.add("ANCHOR_WRONG", {
        subject: path,
        found: key === undefined ? `a witness ${act.name} of no policy` : `none of ${act.name} that holds`,
        expected: `a cosignature of the head of ${act.size} entries by a witness of the policy before entry ${act.seq}`,
      });
    this.#newest.set(act.name, { name: act.name, size: act.size, atMs: found.atMs });
  }

  /** By the keys that the archive itself names. */
  byPolicy(): readonly WitnessedHead[] {
    return [...this.#newest.values()];
  }

  /** By keys that somebody else vouches for. */
  byKeys(keys: readonly NoteKey[]): readonly WitnessedHead[] {
    const newestFirst = [...this.#files.values()]
      .filter((one) => one !== undefined)
      .toSorted((a, b) => b.head.size - a.head.size);
    return keys.flatMap((key) => {
      for (const { head, lines } of newestFirst) {
        const found = findCosignature(lines, head, key);
        if (found !== undefined) return [{ name: key.name, size: head.size, atMs: found.atMs }];
      }
      return [];
    });
  }

  async #read(
    { size, token_sha256: expected }: EntryOf<"anchored">,
    path: string,
  ): Promise<Cosigned | undefined> {
    const bytes = await readPinned(this.#audit, path, LIMITS.smallFile, expected);
    if (bytes === undefined) return undefined;
    const root = this.#roots.get(size);
    // Where the ledger itself is broken before that size there is nothing to hold a cosignature against.
    if (root === undefined) return undefined;
    const lines = parseCosignatures(bytes) ?? [];
    return { head: { origin: this.#origin, size, root }, lines };
  }

  #keyOf({ seq, name }: EntryOf<"anchored">): NoteKey | undefined {
    const inForce = [...this.#policies].findLast(([number]) => number < seq)?.[1];
    return inForce && witnessNamed(inForce, name);
  }
}

/** How many entries at least so many witnesses have confirmed. */
function coveredBy(witnessed: readonly WitnessedHead[], quorum: number): number {
  const sizes = witnessed.map(({ size }) => size).toSorted((a, b) => b - a);
  return sizes[Math.max(1, quorum) - 1] ?? 0;
}

function judge(
  audit: Audit,
  { uncoveredSince, policies }: AnchorFacts,
  witnessed: readonly WitnessedHead[],
  { witnesses, quorum: demanded, coveredBeforeMs }: AnchorDemands,
): void {
  const promised = witnesses.length === 0 ? (policies.at(-1)?.witness_quorum ?? 0) : witnesses.length;
  const quorum = demanded ?? Math.max(1, promised);
  const covered = coveredBy(witnessed, quorum);
  if (covered === 0)
    return audit.found.add("WITNESS_MISSING", {
      subject: "anchors/",
      found: `cosignatures of ${witnessed.length} witnesses`,
      expected: `${quorum} of ${witnesses.length === 0 ? "those that the archive names" : witnesses.map(({ name }) => name).join(", ")}`,
    });
  const since = uncoveredSince.get(covered);
  if (coveredBeforeMs === undefined || since === undefined || Date.parse(since) >= coveredBeforeMs) return;
  audit.found.add("ANCHOR_MISSING", {
    subject: entryPath(covered),
    found: `${covered} entries that ${quorum} witnesses confirmed, and one of ${since} after them`,
    expected: `every entry of before ${isoTime(coveredBeforeMs)}`,
  });
}

/** What the archive promised and did not keep, by its own clock. */
function noteLateness(
  audit: Audit,
  { policies, uncoveredSince }: AnchorFacts,
  ledger: {
    readonly witnessed: readonly WitnessedHead[];
    readonly headTime: string | null;
    readonly size: number;
  },
): void {
  const policy = policies.at(-1);
  if (policy === undefined || policy.witness_quorum === 0 || ledger.headTime === null) return;
  const covered = coveredBy(ledger.witnessed, policy.witness_quorum);
  const since = Math.max(Date.parse(uncoveredSince.get(covered) ?? ledger.headTime), Date.parse(policy.time));
  if (Date.parse(ledger.headTime) - since <= brokenAfterMs(policy.every)) return;
  audit.found.add("ANCHOR_LATE", {
    subject: "anchors/",
    found: `${covered} of ${ledger.size} entries confirmed by ${policy.witness_quorum} witnesses`,
    expected: `a newer head confirmed every ${policy.every}`,
  });
}
