import { witnessesJson } from "./check-anchors.js";
import { NOT_PROVED } from "./report-evidence.js";
import type { CoveredDay } from "./coverage.js";
import type { DayProof, ReportInput } from "./report-input.js";
import { judgeReport } from "./report-verdict.js";
import { planState } from "../model/retention-record.js";
import { isoTime } from "../model/utc-day.js";

/** The report as JSON, `daybook.audit/1`: the page shows these facts and no others. */
export function auditJson(input: ReportInput): object {
  const { coverage, retention, proofs } = input;
  const { tone, headline, reasons } = judgeReport(input);
  return {
    format: "daybook.audit/1",
    made: { at: input.made, by: input.by, for: input.reader, software: `daybook ${input.version}` },
    asked: { from: coverage.from, to: coverage.to, level: input.level ?? null, place: input.place },
    archive: {
      tenant: input.tenant,
      archive_id: input.archiveId,
      tenant_id: input.tenantId,
      head:
        input.head === undefined
          ? null
          : { size: input.head.size, root: input.head.root, time: input.head.time },
      keys: input.keys.map(({ id, fingerprint }) => ({ key_id: id, fingerprint })),
      witnesses: witnessesJson(input.witnessed),
    },
    verdict: { word: tone, sentence: headline, reasons },
    counts: coverage.counts,
    days: coverage.days.map((day) => dayJson(day, proofs.get(day.day))),
    findings: input.findings,
    completeness_example: input.example ?? null,
    late: input.late,
    retention: retentionJson(retention),
    copies: input.copies.map(({ lastDelivered, readBack, now, ...copy }) => ({
      ...copy,
      last_delivered: lastDelivered,
      read_back: readBack,
      now,
    })),
    trail: input.trail,
    not_proved: NOT_PROVED,
  };
}

function dayJson(day: CoveredDay, proof: DayProof | undefined): object {
  const known = {
    day: day.day,
    state: day.state,
    why: day.explanation ?? null,
    revision: day.revision ?? null,
    events: day.events ?? null,
    oddities: day.oddities ?? [],
  };
  if (proof === undefined) return known;
  const { sealed, pages, requests, delivered, duplicates, late, eventSetSha256, manifestSha256 } = proof;
  return {
    ...known,
    sealed_at: sealed,
    pages,
    requests,
    delivered,
    duplicates,
    late,
    event_set_sha256: eventSetSha256,
    manifest_sha256: manifestSha256,
  };
}

function retentionJson({ record, overdue, disposed }: ReportInput["retention"]): object {
  const { schedules, holds, plans } = record;
  return {
    schedules: schedules.map(({ at, statementSha256, ...rule }) => ({
      ...rule,
      recorded_at: isoTime(at),
      statement_sha256: statementSha256,
    })),
    overdue,
    disposed,
    holds: holds.map((hold) => ({
      hold: hold.id,
      matter_ref: hold.matterRef,
      from: hold.from,
      to: hold.to,
      future: hold.future,
      placed_at: isoTime(hold.placedAt),
      released_at: hold.released === undefined ? null : isoTime(hold.released.at),
      statement_sha256: hold.statementSha256,
      applied: hold.applied,
    })),
    plans: plans.map((plan) => ({
      plan: plan.id,
      plan_sha256: plan.sha256,
      state: planState(plan, Number.POSITIVE_INFINITY),
      days: plan.days,
      destroyed: plan.done,
      drawn_by: plan.drawnBy,
      drawn_at: isoTime(plan.drawnAt),
      approvals: plan.approvals.map(({ person, at, statementSha256 }) => ({
        person,
        at: isoTime(at),
        statement_sha256: statementSha256,
      })),
      kept: plan.kept,
    })),
  };
}
