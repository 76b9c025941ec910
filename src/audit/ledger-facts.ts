import type { Head } from "../archive/head.js";
import { entryPath } from "../model/ledger-entry.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { AnchorFactsBuilder } from "./anchor-facts.js";
import type { AnchorFacts } from "./anchor-facts.js";
import { isRetentionAct, retentionFacts } from "./retention-facts.js";
import type { RetentionFacts } from "./retention-facts.js";
import type { FindingList } from "./finding-list.js";

/** A `day-sealed` entry with what the ledger as a whole says of that revision. */
export interface SealedPackage {
  readonly seq: number;
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
  /** Of the manifest sealed before it in the archive; null for the first. */
  readonly previous: string | null;
  /** Of the revision before it of the same day; null for the first. */
  readonly supersedes: string | null;
}

/** What a ledger says, every entry of it authenticated. */
export interface LedgerFacts {
  readonly head: Head;
  /** Of the newest entry that the head covers: when the head was due, by the writer's clock. Null where that entry cannot be read. */
  readonly headTime: string | null;
  /** SHA-256 (hex) of that entry's bytes; undefined where there is none. */
  readonly lastHash: string | undefined;
  /** In ledger order, by `days/…/rNNNN`. */
  readonly packages: ReadonlyMap<string, SealedPackage>;
  /** Path → SHA-256 of the files that the ledger itself fixes: archive.json, the documents, the keys. */
  readonly pinned: ReadonlyMap<string, string>;
  readonly lost: ReadonlyMap<UtcDay, string>;
  readonly retention: RetentionFacts;
  readonly anchors: AnchorFacts;
}

type Sealed = Extract<LedgerEntry, { readonly type: "day-sealed" }>;
type Lost = Extract<LedgerEntry, { readonly type: "day-lost" }>;

/** Collects the facts from entries given newest first. */
export class LedgerFactsBuilder {
  readonly #head: Head;
  readonly #sealed: Sealed[] = [];
  readonly #lost: Lost[] = [];
  readonly #acts: LedgerEntry[] = [];
  readonly #anchors = new AnchorFactsBuilder();
  readonly #pinned = new Map<string, string>();
  #newest: { readonly time: string; readonly hash: string } | undefined;

  constructor(head: Head) {
    this.#head = head;
  }

  /** `hash` is of its bytes. */
  add(entry: LedgerEntry, hash: string): void {
    if (entry.seq === this.#head.size - 1) this.#newest = { time: entry.time, hash };
    this.#anchors.add(entry);
    if (isRetentionAct(entry)) this.#acts.push(entry);
    if (entry.type === "day-sealed") this.#sealed.push(entry);
    if (entry.type === "day-lost") this.#lost.push(entry);
    if (entry.type === "archive-created") {
      for (const [path, sha256] of Object.entries(entry.files)) this.#pinned.set(path, sha256);
    }
  }

  /** Links the entries to one another and reports what does not fit. */
  finish(found: FindingList): LedgerFacts {
    const packages = linkRevisions(this.#sealed.toReversed(), found);
    return {
      head: this.#head,
      headTime: this.#newest?.time ?? null,
      lastHash: this.#newest?.hash,
      packages,
      pinned: this.#pinned,
      lost: this.#lostDays(packages, found),
      retention: retentionFacts(this.#acts.toReversed(), found),
      anchors: this.#anchors.finish(),
    };
  }

  #lostDays(packages: ReadonlyMap<string, SealedPackage>, found: FindingList): ReadonlyMap<UtcDay, string> {
    const lost = new Map<UtcDay, string>();
    for (const { seq, day, reason } of this.#lost) {
      const first = packages.get(packagePath(day, 1));
      if (first === undefined) lost.set(day, reason);
      else if (first.seq < seq) {
        found.add("LOST_AFTER_SEALED", {
          subject: entryPath(seq),
          found: `${day} lost`,
          expected: "held since it was sealed",
          day,
        });
      }
    }
    return lost;
  }
}

function linkRevisions(sealed: readonly Sealed[], found: FindingList): Map<string, SealedPackage> {
  const packages = new Map<string, SealedPackage>();
  const newest = new Map<UtcDay, { readonly revision: number; readonly manifestSha256: string }>();
  let previous: string | null = null;
  for (const { seq, day, revision, manifest_sha256: manifestSha256 } of sealed) {
    const before = newest.get(day);
    const expected = (before?.revision ?? 0) + 1;
    found.expect("REVISION_HOLE", {
      subject: entryPath(seq),
      found: `revision ${revision}`,
      expected: `revision ${expected}`,
      day,
    });
    const supersedes = before?.manifestSha256 ?? null;
    packages.set(packagePath(day, revision), { seq, day, revision, manifestSha256, previous, supersedes });
    newest.set(day, { revision, manifestSha256 });
    previous = manifestSha256;
  }
  return packages;
}
