import { z } from "zod";
import {
  count,
  day,
  daySummary,
  days,
  hash,
  keyId,
  range,
  state,
  texts,
  time,
  witnesses,
} from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";

const outcome = z.object({
  time,
  ok: z.boolean(),
  code: z.string().optional().describe("why it failed: as in docs/ERRORS.md, or the source's own code"),
  message: z.string().optional(),
  hint: z.string().optional(),
});

const tenantStatus = z.object({
  tenant: z.string(),
  readable: z.boolean().describe("false: the archive is damaged, and nothing below is known"),
  newest_sealed: day.nullable(),
  gaps: z.array(z.object({ day, deadline: time })),
  due: count,
  re_readings_due: count,
  re_readings: z
    .object({
      unchanged: count,
      changed: z.array(z.object({ day, revision: count })),
      shrank: z.array(z.object({ day, missing: count })),
    })
    .describe("of the last seven days"),
  lost: count,
  oddities: z.array(z.object({ day, code: z.string(), found: z.string() })),
  kept_back: z.array(z.object({ day, code: z.string(), since: time, failures: count, next_try: time })),
  overdue: days,
  beyond_saving: days,
  requests: z.object({ left: count, per_hour: count }),
  backlog: z.object({ requests: count, done_by: time.nullable() }),
  sinks_behind: z.array(z.object({ sink: z.string(), revisions: count })),
  verified: z.array(z.object({ sink: z.string(), time, days: count, findings: count })),
  witnesses: witnesses.describe("the newest head that each witness confirmed, by the archive's clock"),
  certificate: z
    .object({
      expires: time.nullable(),
      days_left: z.int().nullable(),
      warning: z.enum(["none", "soon", "near", "urgent", "expired", "unreadable"]),
    })
    .nullable(),
  last_answer: time.nullable(),
  last_sign_in: outcome.nullable(),
  last_preflight: outcome.nullable(),
  retention: z.object({
    holds: texts,
    plans: z.array(z.object({ plan: z.string(), state: z.string(), approved_by: texts })),
    overdue: days,
  }),
  alarms: z.array(
    z.object({ alarm: z.string().describe("as in docs/ALERTS.md"), subject: z.string(), text: z.string() }),
  ),
});

const told = z.object({ code: z.string(), message: z.string(), hint: z.string() });
const askedDay = z.object({ day, state, text: z.string() });

const passedDay = z.discriminatedUnion("kind", [
  z.object({
    day,
    kind: z.literal("sealed"),
    revision: count,
    records: count,
    added: count,
    missing: count.describe("records that the source no longer gives; all are kept"),
  }),
  z.object({ day, kind: z.literal("rechecked"), revision: count, missing: count }),
  z.object({ day, kind: z.literal("failed"), code: z.string(), message: z.string() }),
]);

/** The answer of one pass. */
export const archived = z.object({
  format: z.literal("daybook.archive/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      days: z.array(passedDay),
      lost: days,
      stopped_by: told.nullable(),
      missing: z.array(askedDay).describe("days of the range asked for that are not archived"),
      untouched: z.array(askedDay).describe("days of the range asked for that needed nothing"),
      backfilled: count.nullable().describe("with --backfill-sink: revisions delivered"),
      sinks_behind: z.array(told.extend({ sink: z.string() })),
    }),
  ),
});

const planned = z.object({
  format: z.literal("daybook.archive-plan/1"),
  dry_run: z.literal(true),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      days: z.array(
        z.object({ day, reason: z.enum(["scheduled", "gap", "re-reading", "operator"]), deadline: time }),
      ),
      requests: z.object({ needed: count, left: count }),
      done_by: time.nullable(),
      untouched: z.array(askedDay),
    }),
  ),
});

const checked = z.object({
  format: z.literal("daybook.checks/1"),
  config: z.string().describe("path of the configuration"),
  config_sha256: hash.optional(),
  checks: z.array(
    z.object({
      subject: z.string(),
      ok: z.boolean(),
      code: z.string().describe("OK, as in docs/ERRORS.md, or the source's own code"),
      found: z.string(),
      expected: z.string(),
      hint: z.string(),
      step: z.string().optional().describe("with --online: the step of the preflight"),
      isOutage: z.boolean().optional(),
    }),
  ),
});

const shown = z.object({
  format: z.literal("daybook.show/1"),
  day,
  tenants: z.array(
    z.object({
      tenant: z.string(),
      revisions: z.array(
        z.object({
          sealed: time,
          manifest_sha256: hash,
          manifest: z.looseObject({ day, revision: count }).describe("manifest.json of docs/FORMAT.md"),
          pages: z
            .array(z.looseObject({ window: z.string(), number: count }))
            .nullable()
            .describe("with --proof: the lines of pages.jsonl of docs/FORMAT.md"),
        }),
      ),
      oddities: z.array(z.object({ code: z.string(), subject: z.string(), at: time })),
    }),
  ),
});

const kind = z.enum(["store", "sink"]);

const listedSinks = z.object({
  format: z.literal("daybook.sinks/1"),
  sinks: z
    .array(z.object({ name: z.string(), use: z.string(), kind, protects: z.string().nullable() }))
    .describe("those of the configuration"),
  plugins: z.array(
    z.object({
      name: z.string(),
      kind,
      options: z.looseObject({ type: z.literal("object") }).describe("JSON Schema of the plugin's options"),
    }),
  ),
});

const restored = z.object({
  format: z.literal("daybook.restore/1"),
  dry_run: z.boolean(),
  tenants: z.array(
    z.discriminatedUnion("restored", [
      z.object({
        tenant: z.string(),
        restored: z.literal(true),
        archive_id: z.string(),
        entries: count,
        packages: count,
        uncommitted: texts.describe("paths that are signed and in no ledger entry"),
        left_out: z.array(z.object({ path: z.string(), reason: z.string() })),
        notes: texts,
        key_ids: z.array(keyId),
        signing_key: z.object({ known: z.boolean(), text: z.string() }),
      }),
      z.object({ tenant: z.string(), restored: z.literal(false), error: told }),
    ]),
  ),
});

const queried = z.object({
  format: z.literal("daybook.query/1"),
  columns: texts,
  rows: z.array(z.record(z.string(), z.unknown())).describe("by column"),
  range: range.nullable(),
  days: daySummary,
});

const reportNames = { name: z.string(), title: z.string(), meaning: z.string() };

const reported = z.object({
  format: z.literal("daybook.report/1"),
  reports: z.array(
    z.object({
      ...reportNames,
      rows: z
        .array(z.record(z.string(), z.unknown()))
        .describe("by column; the columns are in docs/QUERY.md"),
    }),
  ),
  range: range.nullable(),
  days: daySummary,
});

const listedReports = z.object({
  format: z.literal("daybook.report-list/1"),
  reports: z.array(z.object(reportNames)),
});

/** The forms of what is asked every day. */
export const DAILY_FORMS: readonly JsonForm[] = [
  {
    name: "status",
    of: "daybook status --json",
    commands: ["status"],
    schema: z.object({ format: z.literal("daybook.status/1"), tenants: z.array(tenantStatus) }),
  },
  { name: "archive", of: "daybook archive --json", commands: ["archive"], schema: archived },
  { name: "archive-plan", of: "daybook archive --dry-run --json", commands: ["archive"], schema: planned },
  {
    name: "checks",
    of: "daybook config check, sinks check and alerts test, with --json",
    commands: ["config check", "sinks check", "alerts test"],
    schema: checked,
  },
  { name: "show", of: "daybook show --json", commands: ["show"], schema: shown },
  { name: "sinks", of: "daybook sinks list --json", commands: ["sinks list"], schema: listedSinks },
  { name: "restore", of: "daybook restore --json", commands: ["restore"], schema: restored },
  { name: "query", of: "daybook query --json", commands: ["query"], schema: queried },
  { name: "report", of: "daybook report NAME --json", commands: ["report"], schema: reported },
  {
    name: "report-list",
    of: "daybook report --json, without a name",
    commands: ["report"],
    schema: listedReports,
  },
];
