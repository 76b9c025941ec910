import type { DayProof, ReportInput } from "../audit/report-input.js";
import type { Coverage } from "../audit/coverage.js";
import type { AuditResult } from "../audit/verify-archive.js";
import type { HeldTenant } from "../compose/read-only-tenant.js";
import { VERSION } from "../io/version.js";
import type { Compression } from "../model/compression.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

export interface ReportParts {
  readonly tenant: string;
  readonly held: HeldTenant;
  readonly place: string;
  readonly coverage: Coverage;
  readonly audited: AuditResult;
  readonly compression: Compression;
  readonly nowMs: number;
}

/** What the report of a range says, out of what is held and what an audit found. */
export async function reportInput(parts: ReportParts): Promise<ReportInput> {
  const { tenant, held, place, coverage, audited, compression, nowMs } = parts;
  const proofs = new Map<UtcDay, DayProof>();
  for (const { day, revision } of coverage.days) {
    if (revision !== undefined) proofs.set(day, await proofOf(held, day, revision));
  }
  return {
    tenant,
    tenantId: held.identity.tenantId,
    archiveId: held.identity.archiveId,
    place,
    made: isoTime(nowMs),
    version: VERSION,
    coverage,
    proofs,
    level: audited.level,
    findings: audited.findings,
    keys: audited.keys,
    head: audited.facts?.head,
    compression,
  };
}

async function proofOf(held: HeldTenant, day: UtcDay, newest: number): Promise<DayProof> {
  const { completeness, reading, event_set_sha256: eventSetSha256 } = await held.manifest(day, newest);
  let late = 0;
  for (let revision = 2; revision <= newest; revision += 1)
    late += (await held.manifest(day, revision)).diff.added;
  const sealed = held.record(day)?.revisions[newest - 1];
  return {
    manifestSha256: sealed?.manifestSha256 ?? "",
    eventSetSha256,
    sealed: isoTime(sealed?.sealedAt ?? 0),
    pages: completeness.pages,
    requests: reading.requests,
    delivered: completeness.delivered,
    duplicates: completeness.exact_duplicates,
    late,
  };
}
