import { z } from "zod";
import { root } from "../archive/strict-json.js";
import { DAY_STATES } from "../model/day-state.js";

export const count = z.int().min(0);
export const day = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}$/)
  .describe("a UTC day");
export const time = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{3}Z$/)
  .describe("UTC, milliseconds");
export const hash = z
  .string()
  .regex(/^[0-9a-f]{64}$/)
  .describe("SHA-256, lower-case hexadecimal");
export const keyId = z.string().regex(/^[0-9a-f]{8}$/);
export const state = z.enum(DAY_STATES);
export const range = z.object({ from: day, to: day });
export const texts = z.array(z.string());
export const days = z.array(day);
export const daysByState = z.partialRecord(state, days);
/** An act of the ledger in words. */
export const act = z.object({ seq: count, time, actor: z.string(), type: z.string(), text: z.string() });
export const signingKeys = z.array(z.object({ key_id: keyId, fingerprint: hash }));
/** Of some heads the time of the newest entry stands beside it. */
export const head = z.looseObject({ size: count, root: root }).describe("a head of the ledger");

export const finding = z.object({
  code: z.string().describe("as in docs/FINDINGS.md"),
  severity: z.enum(["damage", "incomplete", "notice"]),
  subject: z.string(),
  rule: z.string(),
  found: z.string(),
  expected: z.string(),
  day: day.optional(),
});

/** The newest head that each witness confirmed. */
export const witnesses = z.array(z.object({ name: z.string(), size: count, time }));

/** What an archive has of a range. */
export const daySummary = z
  .object({ held: count, empty: count, lost: days, missing: days, disposed: count })
  .describe("what the archive has of the range");

export const hold = z.string().regex(/^H\d{4,}$/);
export const plan = z.string().regex(/^P\d{4,}$/);
export const fingerprint = z.string().describe("as `ssh-keygen -l` prints it");

/** A form that is published. */
export interface JsonForm {
  /** The file in docs/json, without `.schema.json`. */
  readonly name: string;
  /** What writes it. */
  readonly of: string;
  /** The commands whose --json it describes, as in the table of commands. */
  readonly commands: readonly string[];
  readonly schema: z.ZodType;
}
