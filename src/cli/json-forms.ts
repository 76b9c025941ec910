import { z } from "zod";
import {
  act,
  count,
  day,
  days,
  daysByState,
  finding,
  hash,
  head,
  keyId,
  range,
  signingKeys,
  state,
  texts,
  time,
  witnesses,
} from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";
import { AUDIT_FORMS } from "./json-forms-audit.js";
import { DAILY_FORMS } from "./json-forms-daily.js";
import { DISPOSAL_FORMS } from "./json-forms-disposal.js";
import { FIRST_STEP_FORMS } from "./json-forms-first-steps.js";
import { OPERATION_FORMS } from "./json-forms-operations.js";
import { RETENTION_FORMS } from "./json-forms-retention.js";

const heldDay = z.object({
  day,
  state,
  revision: count.optional(),
  events: count.optional(),
  reason: z.string().optional(),
  oddities: texts.optional(),
  explanation: z.string().optional(),
});

const verified = z.object({
  format: z.literal("daybook.verify/1"),
  archives: z.array(
    z.object({
      place: z.string(),
      whole: z.boolean().describe("nothing is missing or altered"),
      verdict: z.enum(["whole", "consistent", "damaged"]).describe("consistent: nobody vouched for the key"),
      keys: signingKeys,
      range: z.object({
        asked: z.object({ from: day.optional(), to: day.optional() }),
        found: range.nullable(),
      }),
      absent: days.describe("asked for and not held"),
      lost: days,
      not_in_bag: days.optional().describe("of a bag: days that it leaves out on purpose"),
      level: z.enum(["structure", "content", "deep"]),
      sample: z
        .object({
          seed: z.string(),
          days: count.optional(),
          percent: count.optional(),
          drawn: days.describe("the days that were checked at the level; the others at structure"),
        })
        .optional(),
      archive_id: z.string().nullable(),
      tenant_id: z.string().nullable(),
      head: head.nullable(),
      witnesses: witnesses.describe("the newest head that each witness cosigned, by its own clock"),
      kept_heads: z.array(count).describe("sizes of the heads kept elsewhere that were compared"),
      packages: count.describe("revisions that were opened"),
      counts: z.object({ damage: count, incomplete: count, notice: count }),
      findings: z.array(finding).describe("the first thousand"),
    }),
  ),
  not_checked: z
    .array(z.object({ place: z.string(), code: z.string(), message: z.string() }))
    .describe("record sinks that did not answer or have no archive"),
  views: z
    .array(
      z.object({
        place: z.string(),
        days: z.array(
          z.object({
            day,
            revision: count,
            result: z.enum(["as sealed", "behind", "differs", "missing"]),
            found: z.string(),
            expected: z.string(),
          }),
        ),
        problem: z.object({ code: z.string(), message: z.string() }).optional(),
      }),
    )
    .describe("with --all-sinks: the view sinks"),
});

const covered = z.object({
  format: z.literal("daybook.coverage/1"),
  tenants: z.array(z.object({ tenant: z.string(), days: z.array(heldDay), counts: z.record(state, count) })),
});

const listedKeys = z.object({
  format: z.literal("daybook.keys/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      keys: z.array(
        z.object({
          id: keyId,
          fingerprint: z.string().regex(/^sha256:[0-9a-f]{64}$/),
          log_key: z.string().describe("the key as witnesses take it, c2sp.org/signed-note"),
        }),
      ),
    }),
  ),
});

const drilled = z.object({
  format: z.literal("daybook.drill/1"),
  tenant: z.string(),
  sink: z.string(),
  days: days.describe("restored and compared"),
  revisions: count,
  records: count,
  bytes: count.describe("on disk, ledger included"),
  seconds: z.number().min(0),
  entries: count.describe("of the restored ledger"),
  behind: z.int().describe("entries that the own ledger has more"),
  differences: z.array(z.object({ day, revision: count, found: z.string(), expected: z.string() })),
  sample: z
    .object({ seed: z.string(), size: z.union([z.object({ days: count }), z.object({ percent: count })]) })
    .nullable(),
});

const filters = z.object({ activities: texts, users: texts, workspaces: texts });
const microTime = z.string().regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{6}Z$/);

const exported = z.object({
  format: z.literal("daybook.export/1"),
  export: z.string().nullable().describe("the number of the act in the ledger"),
  made: time,
  archive_id: z.string(),
  tenant_id: z.string(),
  head,
  range: z.object({ from: microTime, to: microTime, days: range }),
  filters,
  form: z.enum(["ndjson", "json", "csv", "bag"]),
  pseudonymised: z.boolean(),
  recipient: z.string(),
  days: daysByState,
  records: count,
  bytes: count,
  sha256: hash.describe("of everything that went out; of a bag that of manifest-sha256.txt"),
  guarded_cells: count,
  cut_cells: count,
  exit: count,
});

const transmitted = z.object({
  format: z.literal("daybook.transmittal/1"),
  made: time,
  by: z.string(),
  software: z.string(),
  matter: z.string(),
  to_party: z.string(),
  archive_id: z.string(),
  tenant_id: z.string(),
  head,
  asked: z.object({ from: microTime, to: microTime }),
  filters,
  archive_part: range.extend({ revisions: count, files: count, bytes: count }),
  selected: z
    .object({
      records: count,
      files: z.array(z.object({ path: z.string(), bytes: count, sha256: hash })),
    })
    .nullable(),
  days: daysByState,
  reasons: z.array(z.object({ day, reason: z.string() })),
});

const trails = z.object({
  format: z.literal("daybook.trail/1"),
  archives: z.array(
    z.object({
      name: z.string(),
      head: z.string().describe("origin, size and root of the head that was read"),
      acts: z.array(act),
    }),
  ),
});

const proved = z.object({
  format: z.literal("daybook.prove/1"),
  id: z.string(),
  proofs: z.array(z.object({ path: z.string(), bytes: count, sha256: hash, day, revision: count })),
});

const checkedProof = z.object({
  format: z.literal("daybook.proof-check/1"),
  verdict: z.enum(["proved", "consistent"]).describe("consistent: nobody vouched for the key"),
  archive_id: z.string(),
  tenant_id: z.string(),
  day,
  revision: count,
  sealed: time,
  head,
  keys: signingKeys,
  witnesses: witnesses.describe("the trusted witnesses that cosigned the head, by their own clocks"),
  line: z.string().describe("the record line"),
});

const failed = z.object({
  format: z.literal("daybook.error/1"),
  error: z.object({
    code: z.string().describe("as in docs/ERRORS.md"),
    message: z.string(),
    hint: z.string().optional(),
  }),
});

/** Under one number of a form fields may be added; none goes or changes its meaning. */
export const JSON_FORMS: readonly JsonForm[] = [
  ...FIRST_STEP_FORMS,
  ...DAILY_FORMS,
  ...OPERATION_FORMS,
  ...RETENTION_FORMS,
  ...DISPOSAL_FORMS,
  ...AUDIT_FORMS,
  { name: "verify", of: "daybook verify --json", commands: ["verify"], schema: verified },
  { name: "coverage", of: "daybook coverage --json", commands: ["coverage"], schema: covered },
  { name: "keys", of: "daybook keys list --json", commands: ["keys list"], schema: listedKeys },
  { name: "drill", of: "daybook restore drill --json", commands: ["restore drill"], schema: drilled },
  {
    name: "export",
    of: "daybook export --summary FILE, and --out or --bag with --json",
    commands: ["export"],
    schema: exported,
  },
  { name: "transmittal", of: "data/transmittal.json of a bag", commands: [], schema: transmitted },
  { name: "trail", of: "daybook trail --json", commands: ["trail"], schema: trails },
  { name: "prove", of: "daybook prove --json", commands: ["prove"], schema: proved },
  { name: "proof-check", of: "daybook verify --proof --json", commands: ["verify"], schema: checkedProof },
  { name: "error", of: "every command with --json that fails", commands: [], schema: failed },
];
