import type { Head } from "../archive/head.js";
import type { Compression } from "../model/compression.js";
import type { Finding } from "../model/finding.js";
import type { WitnessedHead } from "./check-anchors.js";
import type { Coverage } from "./coverage.js";
import type { PageRecord } from "../model/page-record.js";
import type { RetentionRecord } from "../model/retention-record.js";
import type { UtcDay } from "../model/utc-day.js";
import type { TrailLine } from "./trail.js";
import type { AuditLevel } from "./verify-archive.js";

/** What a report says of one sealed day beside its coverage. */
export interface DayProof {
  readonly manifestSha256: string;
  readonly eventSetSha256: string;
  readonly sealed: string;
  readonly pages: number;
  readonly requests: number;
  readonly delivered: number;
  readonly duplicates: number;
  /** Record lines that re-readings found and the first reading had not. */
  readonly late: number;
}

/** A copy of the archive, by the ledger. */
export interface CopySummary {
  readonly sink: string;
  /** Days whose newest revision it confirmed. */
  readonly days: number;
  readonly newest: UtcDay | null;
  readonly lastDelivered: string | null;
  readonly readBack: { readonly at: string; readonly revisions: number; readonly findings: number } | null;
  /** What a look at it found when the report was made: `whole, structure`, `damaged: 3 findings`, `not looked at`. */
  readonly now: string;
}

/** Events that a re-reading found and the reading before had not. */
export interface LateArrival {
  readonly day: UtcDay;
  readonly revision: number;
  /** From the end of the day to the reading. */
  readonly hours: number;
  readonly events: number;
}

/** One day with every page of its reading. */
export interface ProofExample {
  readonly day: UtcDay;
  readonly revision: number;
  readonly pages: readonly PageRecord[];
}

export interface ReportInput {
  /** The tenant's name in the configuration. */
  readonly tenant: string;
  readonly tenantId: string;
  readonly archiveId: string;
  /** What was looked at: a sink's name, or a path. */
  readonly place: string;
  readonly made: string;
  readonly version: string;
  readonly coverage: Coverage;
  /** By day. */
  readonly proofs: ReadonlyMap<string, DayProof>;
  /** Undefined when the archive was not verified for this report. */
  readonly level: AuditLevel | undefined;
  readonly findings: readonly Finding[];
  readonly keys: readonly { readonly id: string; readonly fingerprint: string }[];
  /** Whether somebody beside the archive vouches for its keys. */
  readonly isVouched: boolean;
  readonly head:
    | (Head & {
        /** When the newest entry that it covers was written; null where that cannot be read. */
        readonly time: string | null;
      })
    | undefined;
  /** The newest head that each witness confirmed. */
  readonly witnessed: readonly WitnessedHead[];
  readonly compression: Compression;
  /** Who made it: a login name. */
  readonly by: string;
  /** Whom it was made for, in the words of the maker; null when nobody was named. */
  readonly reader: string | null;
  readonly retention: {
    readonly record: RetentionRecord;
    readonly overdue: readonly UtcDay[];
    /** Days of the range that were destroyed. */
    readonly disposed: readonly UtcDay[];
  };
  readonly copies: readonly CopySummary[];
  readonly late: readonly LateArrival[];
  readonly example: ProofExample | undefined;
  readonly trail: readonly TrailLine[];
}
