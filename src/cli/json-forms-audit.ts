import { z } from "zod";
import {
  act,
  count,
  day,
  days,
  finding,
  fingerprint,
  hash,
  head,
  hold,
  keyId,
  plan,
  signingKeys,
  state,
  texts,
  time,
  witnesses,
} from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";

const reasons = z.record(z.string(), z.string()).describe("day to reason");

const auditedDay = z.object({
  day,
  state,
  why: z.string().nullable(),
  revision: count.nullable(),
  events: count.nullable(),
  oddities: texts,
  sealed_at: time.optional(),
  pages: count.optional(),
  requests: count.optional(),
  delivered: count.optional(),
  duplicates: count.optional(),
  late: count.optional(),
  event_set_sha256: hash.optional(),
  manifest_sha256: hash.optional(),
});

const retention = z.object({
  schedules: z.array(
    z.object({
      seq: count,
      schedule: z.string(),
      keep: z.string(),
      authority: z.string(),
      effective: day,
      applies: z.enum(["later", "all"]),
      recorded_at: time,
      statement_sha256: hash.nullable(),
    }),
  ),
  overdue: days,
  disposed: days,
  holds: z.array(
    z.object({
      hold,
      matter_ref: z.string(),
      from: day.nullable(),
      to: day.nullable(),
      future: z.boolean(),
      placed_at: time,
      released_at: time.nullable(),
      statement_sha256: hash.nullable(),
      applied: z.record(z.string(), z.string()).describe("sink to outcome"),
    }),
  ),
  plans: z.array(
    z.object({
      plan,
      plan_sha256: hash,
      state: z.string(),
      days: count,
      destroyed: count,
      drawn_by: z.string(),
      drawn_at: time,
      approvals: z.array(z.object({ person: z.string(), at: time, statement_sha256: hash.nullable() })),
      kept: reasons,
    }),
  ),
});

const audited = z.object({
  format: z.literal("daybook.audit/1"),
  made: z.object({ at: time, by: z.string(), for: z.string().nullable(), software: z.string() }),
  asked: z.object({
    from: day,
    to: day,
    level: z.enum(["structure", "content", "deep"]).nullable(),
    place: z.string(),
  }),
  archive: z.object({
    tenant: z.string(),
    archive_id: z.string(),
    tenant_id: z.string(),
    head: head.nullable(),
    keys: signingKeys,
    witnesses: witnesses.describe("the newest head that each witness confirmed, by its own clock"),
  }),
  verdict: z.object({
    word: z.enum(["whole", "consistent", "missing", "damaged"]),
    sentence: z.string(),
    reasons: texts,
  }),
  counts: z.record(state, count),
  days: z.array(auditedDay),
  findings: z.array(finding),
  completeness_example: z
    .object({ day, revision: count, pages: z.array(z.looseObject({ window: z.string(), number: count })) })
    .nullable()
    .describe("one day with its page ledger, as in pages.jsonl"),
  late: z.array(z.object({ day, revision: count, hours: z.number(), events: count })),
  retention,
  copies: z.array(
    z.object({
      sink: z.string(),
      days: count,
      newest: day.nullable(),
      last_delivered: time.nullable(),
      read_back: z.object({ at: time, revisions: count, findings: count }).nullable(),
      now: z.string(),
    }),
  ),
  trail: z.array(act),
  not_proved: texts,
});

const certified = z.object({
  format: z.literal("daybook.certificate/1"),
  plan,
  plan_sha256: hash,
  made: time,
  software: z.string(),
  tenant: z.string(),
  archive_id: z.string(),
  tenant_id: z.string(),
  keys: z.array(z.object({ key_id: keyId, fingerprint: z.string() })),
  head,
  drawn: z.object({ by: z.string(), at: time, until: day }),
  approvers: count,
  approvals: z.array(
    z.object({
      person: z.string(),
      name: z.string().nullable(),
      key_fingerprint: fingerprint.nullable(),
      statement_sha256: hash.nullable(),
      at: time,
      entry: count,
    }),
  ),
  destroyed: z.array(z.looseObject({ day, revision: count, manifest_sha256: hash })).describe("tombstones"),
  kept: z.array(z.object({ day, reason: z.string() })),
  holds: texts,
});

const overdue = z.object({
  format: z.literal("daybook.overdue/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      days: z.array(
        z.object({
          day,
          schedule: z.string(),
          keep: z.string(),
          retain_until: day,
          holds: texts,
          state: z.literal("overdue"),
        }),
      ),
    }),
  ),
});

const holds = z.object({
  format: z.literal("daybook.holds/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      holds: z.array(
        z.object({
          hold,
          from: day.nullable(),
          to: day.nullable(),
          future: z.boolean(),
          matter: z.string(),
          placed: time,
          released: time.nullable(),
          signed: z.boolean(),
          sinks: z.record(z.string(), z.string()).describe("sink to outcome"),
        }),
      ),
    }),
  ),
});

/** The forms of reports about days, holds and disposals. */
export const AUDIT_FORMS: readonly JsonForm[] = [
  { name: "audit", of: "daybook audit --format json, and audit.json", commands: ["audit"], schema: audited },
  {
    name: "certificate",
    of: "daybook dispose report --json",
    commands: ["dispose report"],
    schema: certified,
  },
  {
    name: "overdue",
    of: "daybook retention overdue --json",
    commands: ["retention overdue"],
    schema: overdue,
  },
  { name: "holds", of: "daybook hold list --json", commands: ["hold list"], schema: holds },
];
