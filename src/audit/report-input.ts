import type { Compression } from "../model/compression.js";
import type { Finding } from "../model/finding.js";
import type { Coverage } from "./coverage.js";
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
  readonly head: { readonly size: number; readonly lastHash: string; readonly time: string } | undefined;
  readonly compression: Compression;
}
