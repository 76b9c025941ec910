import type { ArchiveSource } from "../archive/source.js";
import type { SignatureCheck } from "../archive/ssh-signature.js";
import type { Target } from "../deliver/deliver-day.js";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import type { OpenArchive } from "../ledger/open-archive.js";
import type { Log } from "../model/log.js";
import type { UtcDay } from "../model/utc-day.js";
import type { May } from "../archive/roster.js";
import type { RetentionRules } from "./schedules.js";

/** A person of the configuration. */
export interface ProposedPerson {
  readonly name: string;
  readonly key: readonly string[];
  readonly may: readonly May[];
}

/** What the configuration says of retention and people. */
export interface RetentionSettings extends RetentionRules {
  readonly approvers: number;
  readonly separateDuties: boolean;
  /** Whether the daemon disposes of days that standing approvals cover. */
  readonly isAutomatic: boolean;
  readonly people: Readonly<Record<string, ProposedPerson>>;
}

/** A clock that is not this machine's. */
export interface OtherClock {
  readonly name: string;
  /** Milliseconds since the epoch; undefined when it does not answer. */
  readonly read: (signal: AbortSignal) => Promise<number | undefined>;
}

/** What the acts of retention work with: one tenant's open archive. */
export interface RetentionParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
  readonly archive: OpenArchive;
  readonly targets: readonly Target[];
  /** Where day packages can be read: the state folder, then the record sinks. */
  readonly sources: readonly ArchiveSource[];
  readonly settings: RetentionSettings;
  /** Whether the source no longer serves the day. */
  readonly isPastHorizon: (day: UtcDay) => boolean;
  readonly otherClock: OtherClock;
  /** Has OpenSSH check the signature of a statement. */
  readonly signatureProblem: SignatureCheck;
  /** Brings the ledger of every record sink up to date. */
  readonly syncLedgers: (signal: AbortSignal) => Promise<void>;
}
