import type { EntryOf, LedgerEntry } from "../model/ledger-entry.js";

/** What a ledger says about witnesses. */
export interface AnchorFacts {
  /** Oldest first. */
  readonly policies: readonly EntryOf<"anchor-policy">[];
  /** Oldest first. */
  readonly anchored: readonly EntryOf<"anchored">[];
  /** By size of a head that was cosigned, and by 0: the time of the first entry that the head does not cover. */
  readonly uncoveredSince: ReadonlyMap<number, string>;
}

/** Collects them from entries given newest first. */
export class AnchorFactsBuilder {
  readonly #policies: EntryOf<"anchor-policy">[] = [];
  readonly #anchored: EntryOf<"anchored">[] = [];
  readonly #sizes = new Set([0]);
  readonly #uncoveredSince = new Map<number, string>();

  add(entry: LedgerEntry): void {
    if (entry.type === "anchor-policy") this.#policies.push(entry);
    if (entry.type === "anchored") {
      this.#anchored.push(entry);
      // The entry comes after the head that it speaks of, so the first one beyond that head is still to come.
      this.#sizes.add(entry.size);
    }
    if (this.#sizes.has(entry.seq)) this.#uncoveredSince.set(entry.seq, entry.time);
  }

  finish(): AnchorFacts {
    return {
      policies: this.#policies.toReversed(),
      anchored: this.#anchored.toReversed(),
      uncoveredSince: this.#uncoveredSince,
    };
  }
}
