import { z } from "zod";
import { count, day, plan, texts } from "./json-form-parts.js";
import type { JsonForm } from "./json-form-parts.js";

const changedPeople = z.object({
  format: z.literal("daybook.people-apply/1"),
  tenant: z.string(),
  roster: count,
  changed: z.boolean().describe("false: this roster was in force already"),
});

const shortened = z.object({
  format: z.literal("daybook.shorten/1"),
  tenant: z.string(),
  schedule: z.string(),
  keep: z.string(),
});

const summary = z.object({
  plan,
  state: z.string(),
  until: day.describe("what was due by this day"),
  days: count,
  revisions: count,
  bytes: count,
  approvals: texts.describe("roles"),
  approvers: count.describe("how many have to approve"),
  may_approve: texts.describe("roles that may approve it and have not; none once enough have"),
  in_the_way: z.array(z.object({ day, reason: z.string() })).describe("days that are due and stay"),
  kept: z.record(z.string(), z.string()).describe("day to reason"),
});

const judged = z.object({
  format: z.literal("daybook.plan/1"),
  tenant: z.string(),
  plan: summary.nullable().describe("null: nothing can be destroyed"),
});

const destroyed = z.object({
  format: z.literal("daybook.disposal/1"),
  tenant: z.string(),
  plan: summary,
  days: z.array(z.object({ day, outcome: z.enum(["destroyed", "kept"]), reason: z.string().optional() })),
});

const standing = z.object({
  format: z.literal("daybook.standing/1"),
  tenant: z.string(),
  act: z.enum(["approved", "withdrawn"]),
  person: z.string().describe("the role"),
  schedule: z.string(),
  keep: z.string(),
  until: day,
});

/** The forms of acts about people, rules and disposals. An act that waits for a signature answers in the form `to-sign`. */
export const DISPOSAL_FORMS: readonly JsonForm[] = [
  {
    name: "people-apply",
    of: "daybook people apply --json",
    commands: ["people apply"],
    schema: changedPeople,
  },
  {
    name: "shorten",
    of: "daybook retention shorten --json",
    commands: ["retention shorten"],
    schema: shortened,
  },
  {
    name: "plan",
    of: "daybook dispose plan, dispose approve and dispose refuse, with --json",
    commands: ["dispose plan", "dispose approve", "dispose refuse"],
    schema: judged,
  },
  { name: "disposal", of: "daybook dispose run --json", commands: ["dispose run"], schema: destroyed },
  {
    name: "standing",
    of: "daybook dispose standing and dispose withdraw, with --json",
    commands: ["dispose standing", "dispose withdraw"],
    schema: standing,
  },
];
