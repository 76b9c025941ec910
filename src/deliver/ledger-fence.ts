import type { ArchiveKeys } from "../archive/keys.js";
import { isSignedEntry } from "../ledger/entry-format.js";
import { parseIdentity } from "../ledger/archive-tree.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { DaybookError } from "../model/errors.js";
import { entryPath } from "../model/ledger-entry.js";
import { sha256Hex } from "../model/sha256.js";
import { LIMITS } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { readWhole } from "../plugin/expected-body.js";
import { sinkLost } from "./sink-inventory.js";
import type { ObjectStore } from "../plugin/types.js";

export interface FenceOptions {
  /** The sink's name in the configuration, for messages. */
  readonly name: string;
  readonly store: ObjectStore;
  /** The tenant's name in the configuration: the prefix of every key. */
  readonly tenant: string;
  /** The state folder of the tenant. */
  readonly archive: ArchiveSource;
  /** The current number of entries in the state folder's ledger. */
  readonly ledgerSize: () => number;
  /** The archive's public keys. */
  readonly keys: ArchiveKeys;
}

/**
 * Checks that the ledger in a store is ours. Each entry holds the hash of the one before it, so comparing the newest entry is
 * enough: it must equal ours, and the store must hold no entry beyond ours. Otherwise another writer has added to the archive,
 * and both methods throw ARCHIVE_FORKED; SINK_TAKEN when the store holds another archive.
 */
export class LedgerFence {
  readonly #options: FenceOptions;
  /** How many of our entries the store is known to hold. */
  #held: number | undefined;

  constructor(options: FenceOptions) {
    this.#options = options;
  }

  /** A full check, which takes three requests, and more when the store is behind. Returns how many of our entries it holds. */
  async check(signal: AbortSignal): Promise<number> {
    this.#held = undefined;
    const held = await this.#newestHeld(signal);
    if (held > 0) await this.#compare(held - 1, signal);
    else await this.#requireOurArchive(signal);
    return this.#climb(held, signal);
  }

  /** Checks what has changed since: two requests when nothing has. SINK_LOST when the newest entry has disappeared. */
  async recheck(signal: AbortSignal): Promise<void> {
    const held = this.#held;
    if (held === undefined) return void (await this.check(signal));
    if (held > 0 && !(await this.#has(held - 1, signal)))
      throw sinkLost(this.#options.name, `no ${this.#key(entryPath(held - 1))}`, "the entry that was there");
    await this.#climb(held, signal);
  }

  /** To be called when the first `held` entries were just found in the store, or written to it. */
  advance(held: number): void {
    this.#held = held;
  }

  /** How many of our entries the store has. Searches from the newest down in growing steps: a store is rarely far behind. */
  async #newestHeld(signal: AbortSignal): Promise<number> {
    let absent = this.#options.ledgerSize();
    let present = -1;
    for (let step = 1; present < 0 && absent > 0; step *= 2) {
      const seq = Math.max(0, absent - step);
      if (await this.#has(seq, signal)) present = seq;
      else absent = seq;
    }
    while (absent - present > 1) {
      const middle = Math.floor((absent + present) / 2);
      if (await this.#has(middle, signal)) present = middle;
      else absent = middle;
    }
    return present + 1;
  }

  /** Entries from `held` on are ours, written by a request whose answer was lost, or another writer's. */
  async #climb(held: number, signal: AbortSignal): Promise<number> {
    let next = held;
    while (await this.#has(next, signal)) {
      await this.#compare(next, signal);
      next += 1;
    }
    this.#held = next;
    return next;
  }

  async #has(seq: number, signal: AbortSignal): Promise<boolean> {
    return (await this.#options.store.stat(this.#key(entryPath(seq)), signal)) !== undefined;
  }

  async #compare(seq: number, signal: AbortSignal): Promise<void> {
    const path = entryPath(seq);
    const [ours, theirs] = [await this.#own(path, signal), await this.#stored(path, signal)];
    if (ours !== undefined && Buffer.compare(ours, theirs) === 0) return;
    await this.#requireOurArchive(signal);
    const found = `sha256 ${sha256Hex(theirs)}`;
    // Another writer of the archive has its key. What no key has signed is damage of this sink alone.
    if (!isSignedEntry(theirs, this.#options.keys)) throw this.#damaged(path, found);
    throw this.#forked(path, found, ours === undefined ? undefined : `sha256 ${sha256Hex(ours)}`);
  }

  async #requireOurArchive(signal: AbortSignal): Promise<void> {
    const path = "archive.json";
    if ((await this.#options.store.stat(this.#key(path), signal)) === undefined) return;
    const [ours, theirs] = [await this.#own(path, signal), await this.#stored(path, signal)];
    if (ours === undefined || Buffer.compare(ours, theirs) === 0) return;
    const { name, tenant } = this.#options;
    const subject = `${name}: ${this.#key(path)}`;
    const [found, expected] = [parseIdentity(theirs, subject), parseIdentity(ours, path)];
    throw sinkTaken(subject, { name, tenant }, found, identityText(expected));
  }

  async #own(path: string, signal: AbortSignal): Promise<Uint8Array | undefined> {
    return readSmall(this.#options.archive, path, LIMITS.ledgerEntry, signal);
  }

  async #stored(path: string, signal: AbortSignal): Promise<Uint8Array> {
    return readWhole(await this.#options.store.get(this.#key(path), signal), LIMITS.ledgerEntry);
  }

  #key(path: string): string {
    return `${this.#options.tenant}/${path}`;
  }

  #damaged(path: string, found: string): DaybookError {
    return new DaybookError("SINK_MISMATCH", {
      message: `${this.#options.name}: ${this.#key(path)}: found ${found}, which no key of this archive has signed, expected an entry of this archive`,
    });
  }

  #forked(path: string, found: string, expected: string | undefined): DaybookError {
    const { name, tenant, ledgerSize } = this.#options;
    const beyond = `nothing beyond the ${ledgerSize()} entries of this state folder`;
    return new DaybookError("ARCHIVE_FORKED", {
      message: `${name}: ${this.#key(path)}: an archive has one writer: found ${found}, expected ${expected ?? beyond}`,
      hint: `another host, or a newer copy of this state folder, has added to the archive: stop one of the two for good; to continue from what ${name} holds, move the folder ${tenant} out of the state folder, then run \`daybook restore --from ${name} --tenant ${tenant}\``,
    });
  }
}

/** SINK_TAKEN: the sink holds another archive under the tenant's name. */
export function sinkTaken(
  subject: string,
  { name, tenant }: { readonly name: string; readonly tenant: string },
  found: ArchiveIdentity,
  expected: string,
): DaybookError {
  return new DaybookError("SINK_TAKEN", {
    message: `${subject}: a sink holds one archive under a tenant's name: found ${identityText(found)}, expected ${expected}`,
    hint: `to continue that archive, \`daybook restore --from ${name} --tenant ${tenant}\` brings it into an empty state folder; otherwise give the tenant another name or the sink another place`,
  });
}

function identityText({ archiveId, tenantId }: ArchiveIdentity): string {
  return `archive ${archiveId} of tenant ${tenantId}`;
}
