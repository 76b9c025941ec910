import { join } from "node:path";
import type { HeldDay } from "../audit/coverage.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { Files } from "../io/files.js";
import type { DayRecord } from "../ledger/day-index.js";
import type { LedgerIndex } from "../ledger/ledger-index.js";
import type { ArchiveIdentity } from "../ledger/archive-tree.js";
import { readArchive } from "../ledger/open-archive.js";
import type { LedgerContent } from "../ledger/read-ledger.js";
import type { DayState } from "../model/day-state.js";
import type { Manifest } from "../model/manifest.js";
import { packagePath } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import type { ReadingRules } from "../plan/day-state.js";
import { folderSource } from "../archive/folder-source.js";
import { firstSourceWith } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { heldDay } from "./held-day.js";
import { dayStates } from "../view/tenant-view.js";
import { readManifest } from "../archive/sealed-package.js";

export interface HeldTenantParts {
  readonly tenant: string;
  readonly root: string;
  readonly files: Files;
  readonly rules: ReadingRules;
  readonly nowMs: number;
  readonly signal: AbortSignal;
  readonly openSinks: () => OpenedSinks;
}

/** What an archive holds, for looking at: read from the state folder's ledger, without a lock and without changing anything. */
export class HeldTenant {
  readonly identity: ArchiveIdentity;
  readonly ledger: LedgerContent;
  readonly index: LedgerIndex;
  readonly stateOf: (day: UtcDay) => DayState;
  readonly #parts: HeldTenantParts;
  readonly #sinks: OpenedSinks;
  readonly #sources: readonly ArchiveSource[];

  private constructor(parts: HeldTenantParts, identity: ArchiveIdentity, ledger: LedgerContent) {
    const { files, root, tenant } = parts;
    this.#parts = parts;
    this.identity = identity;
    this.ledger = ledger;
    this.index = ledger.index;
    this.stateOf = dayStates({ index: ledger.index, rules: parts.rules }, parts.nowMs);
    this.#sinks = parts.openSinks();
    // A package that was pruned from the state folder is read from a record sink.
    this.#sources = [folderSource(files, root), ...this.#sinks.sources(tenant)];
  }

  /** Undefined when nothing was ever archived. */
  static async open(parts: HeldTenantParts): Promise<HeldTenant | undefined> {
    if ((await parts.files.stat(join(parts.root, "archive.json"))) === undefined) return undefined;
    const { identity, ledger } = await readArchive(parts.files, parts.root, parts.signal);
    return new HeldTenant(parts, identity, ledger);
  }

  /** The state folder's own files. */
  get tree(): ArchiveSource {
    return folderSource(this.#parts.files, this.#parts.root);
  }

  record(day: UtcDay): DayRecord | undefined {
    return this.index.days.get(day);
  }

  async heldDay(day: UtcDay): Promise<HeldDay | undefined> {
    return heldDay(this.record(day), this.stateOf(day), (revision) => this.manifest(day, revision));
  }

  /** ARCHIVE_DAMAGED when neither the state folder nor a record sink has it as the ledger names it. */
  async manifest(day: UtcDay, revision: number): Promise<Manifest> {
    const { signal } = this.#parts;
    const manifestSha256 = this.record(day)?.revisions[revision - 1]?.manifestSha256 ?? "";
    return readManifest(await this.packageSource(day, revision), { day, revision, manifestSha256 }, signal);
  }

  /** Where the package of a revision can be read. */
  async packageSource(day: UtcDay, revision: number): Promise<ArchiveSource> {
    const path = `${packagePath(day, revision)}/manifest.json`;
    const { files, root, signal } = this.#parts;
    return (await firstSourceWith(path, this.#sources, signal)) ?? folderSource(files, root);
  }

  async close(): Promise<void> {
    await this.#sinks[Symbol.asyncDispose]();
  }
}
