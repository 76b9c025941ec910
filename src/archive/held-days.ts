import type { Head } from "./head.js";
import type { DayState } from "../model/day-state.js";
import type { Manifest } from "../model/manifest.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { PackageFiles } from "./package-files.js";
import type { SealedDay } from "./sealed-package.js";
import type { ArchiveSource } from "./source.js";

/** A sealed revision that can be read: its manifest is the one that the ledger names. */
export interface HeldRevision {
  readonly manifest: Manifest;
  readonly files: PackageFiles;
}

/** What the ledger says of a day beside its revisions. */
export interface DayNotes {
  /** Codes of what was unusual about it, each once. */
  readonly oddities: readonly string[];
  /** Why it is lost, or by which plan it was destroyed. */
  readonly explanation?: string;
}

/** The current view of an archive: of each day its newest revision, in one form for an own archive, a sink and a folder. */
export interface HeldDays {
  readonly identity: { readonly archiveId: string; readonly tenantId: string };
  readonly head: Head;
  /** From the first to the last day that the ledger names, in a bag of those that it has; undefined when there is none. */
  readonly range: DayRange | undefined;
  readonly stateOf: (day: UtcDay) => DayState;
  readonly notesOf: (day: UtcDay) => DayNotes;
  /** The newest revision of each day that has content, by day, oldest first. */
  readonly newest: ReadonlyMap<UtcDay, SealedDay>;
  /** Every revision that the ledger names, also where its content was destroyed; by day, then revision. */
  readonly revisions: readonly SealedDay[];
  /** Where the archive's files lie that belong to no day. */
  readonly tree: ArchiveSource;
  /** Where the files of a revision lie. */
  readonly sourceOf: (sealed: SealedDay) => Promise<ArchiveSource>;
  /** ARCHIVE_DAMAGED when the revision is not as the ledger names it. */
  readonly read: (sealed: SealedDay) => Promise<HeldRevision>;
}
