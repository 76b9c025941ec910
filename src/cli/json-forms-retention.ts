import { z } from "zod";
import { count, day, fingerprint, hold, plan, texts, time } from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";

const until = z.union([day, z.literal("forever")]);

const stores = z
  .array(
    z.object({
      sink: z.string(),
      protection: z
        .object({
          retention: z.enum(["none", "governance", "compliance"]),
          hold: z.boolean(),
          versions: z.boolean(),
          note: z.string().optional(),
        })
        .nullable(),
      words: z.string(),
    }),
  )
  .describe("what each record sink says of itself now");

const copies = z.array(
  z.object({
    day,
    sink: z.string(),
    promised: day.describe("9999-12-31: forever"),
    locked: day.nullable(),
    held: z.boolean(),
    verdict: z.enum([
      "as promised",
      "not protected",
      "lock too short",
      "lock longer",
      "hold missing",
      "hold left",
      "absent",
      "unreachable",
    ]),
  }),
);

const keptDays = z.object({
  format: z.literal("daybook.retention/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      days: z.array(
        z.object({
          day,
          schedule: z.string(),
          keep: z.string(),
          retain_until: until,
          holds: z.array(hold),
          state: z.enum(["kept", "overdue", "disposing", "disposed"]),
        }),
      ),
      stores,
      copies: copies.describe("of the days that were asked for with a range; else empty"),
    }),
  ),
});

const checkedCopies = z.object({
  format: z.literal("daybook.retention-check/1"),
  tenants: z.array(z.object({ tenant: z.string(), stores, copies })),
});

const testedDay = z.object({
  format: z.literal("daybook.hold-test/1"),
  day,
  tenants: z.array(z.object({ tenant: z.string(), holds: z.array(hold) })),
});

const changedHold = z.object({
  format: z.literal("daybook.hold/1"),
  tenant: z.string(),
  hold,
  sinks: z.record(z.string(), z.string()).describe("sink to set, released, unsupported or unreachable"),
});

const people = z.object({
  format: z.literal("daybook.people/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      roster: z
        .object({
          number: count,
          mode: z.string(),
          quorum: count,
          approvers: count,
          people: z.array(
            z.object({
              person: z.string(),
              may: z.array(z.enum(["hold", "approve"])),
              keys: z.array(fingerprint),
            }),
          ),
        })
        .nullable(),
    }),
  ),
});

const plans = z.object({
  format: z.literal("daybook.plans/1"),
  tenants: z.array(
    z.object({
      tenant: z.string(),
      plans: z.array(
        z.object({
          plan,
          state: z.string(),
          days: count,
          approvals: texts,
          approvers: count,
          drawn: time,
          kept: z.record(z.string(), z.string()).describe("day to reason"),
          superseded: z.string().nullable(),
        }),
      ),
      standing: z.array(
        z.looseObject({ person: z.string(), schedule: z.string(), keep: z.string(), until: day }),
      ),
    }),
  ),
});

const toSign = z.object({
  format: z.literal("daybook.to-sign/1"),
  tenant: z.string(),
  statement: z.string().describe("path of the statement to sign"),
  sign: z.string().describe("the command that signs it"),
});

/** The forms of what is asked about retention. */
export const RETENTION_FORMS: readonly JsonForm[] = [
  {
    name: "retention",
    of: "daybook retention show --json",
    commands: ["retention show"],
    schema: keptDays,
  },
  {
    name: "retention-check",
    of: "daybook retention check --json",
    commands: ["retention check"],
    schema: checkedCopies,
  },
  { name: "hold-test", of: "daybook hold test --json", commands: ["hold test"], schema: testedDay },
  {
    name: "hold",
    of: "daybook hold place and hold release, with --json",
    commands: ["hold place", "hold release"],
    schema: changedHold,
  },
  { name: "people", of: "daybook people show --json", commands: ["people show"], schema: people },
  { name: "plans", of: "daybook dispose list --json", commands: ["dispose list"], schema: plans },
  {
    name: "to-sign",
    of: "a command with --json that waits for a signature, exit 75",
    commands: [],
    schema: toSign,
  },
];
