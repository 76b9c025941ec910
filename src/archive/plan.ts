import { z } from "zod";
import { stableJson } from "../model/stable-json.js";
import { count, day, hash, parseStrict, planId, root, text, time, uuid } from "./strict-json.js";

const PLAN_FORMAT = "daybook.plan/1";

const plannedDay = z.strictObject({
  day,
  schedule: text,
  keep: text,
  authority: text,
  retain_until: day,
  revisions: z
    .array(
      z.strictObject({
        revision: count,
        manifest_sha256: hash,
        event_set_sha256: hash,
        records: count,
        files: count,
        bytes: count,
      }),
    )
    .min(1),
  copies: z.array(
    z.strictObject({ sink: text, kind: z.enum(["record", "view"]), lock_until: day.nullable() }),
  ),
});

const plan = z.strictObject({
  format: z.literal(PLAN_FORMAT),
  archive_id: uuid,
  plan: planId,
  time,
  ledger: z.strictObject({ size: count, root }),
  /** The number of the roster in force; 0 without one. */
  roster: count,
  approvers: z.int().min(1),
  separate_duties: z.boolean(),
  until: day,
  days: z.array(plannedDay).min(1),
  /** Days that are due and stay, with the reason. */
  in_the_way: z.array(z.strictObject({ day, reason: text })),
});

export type Plan = z.output<typeof plan>;
export type PlannedDay = Plan["days"][number];

export function planBytes(fields: Omit<Plan, "format">): Uint8Array {
  return stableJson(plan.parse({ format: PLAN_FORMAT, ...fields }));
}

/** ARCHIVE_DAMAGED for another form; `subject` names the file. */
export function parsePlan(bytes: Uint8Array, subject: string): Plan {
  return parseStrict(plan, bytes, subject);
}
