import { z } from "zod";
import { stableJson } from "../model/stable-json.js";
import { isSha256Hex } from "../model/sha256.js";
import { isoTime, parseUtcDay } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { raise } from "./flaw.js";

/** Fields of the signed JSON files beside the manifest. */
export const hash = z.string().refine(isSha256Hex);
export const count = z.int().min(0);
export const text = z.string().max(1000);
export const uuid = z.string().regex(/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
export const day = z.string().refine((value) => parseUtcDay(value) !== undefined) as unknown as z.ZodType<
  UtcDay,
  string
>;
export const time = z.string().refine((value) => {
  const ms = Date.parse(value);
  return !Number.isNaN(ms) && isoTime(ms) === value;
});
/** Root of a Merkle tree: 32 bytes in base64. */
export const root = z.string().regex(/^[A-Za-z0-9+/]{43}=$/);
/** A person's role: the name under which a roster has them. */
export const role = z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/);
export const holdId = z.string().regex(/^H\d{4,}$/);
export const planId = z.string().regex(/^P\d{4,}$/);

/**
 * The value of a JSON file with exactly these fields in this order and spacing. ARCHIVE_DAMAGED otherwise; `subject` names the
 * file.
 */
export function parseStrict<Schema extends z.ZodType>(
  schema: Schema,
  bytes: Uint8Array,
  subject: string,
): z.output<Schema> {
  const parsed = schema.safeParse(jsonOf(bytes));
  if (parsed.success && Buffer.compare(stableJson(parsed.data), bytes) === 0) return parsed.data;
  const issue = parsed.error?.issues[0];
  const found =
    issue === undefined ? "another order or spacing" : `${issue.path.join(".")}: ${issue.message}`;
  return raise({
    code: "FILE_MALFORMED",
    subject,
    found,
    expected: "the form that docs/FORMAT.md specifies",
  });
}

function jsonOf(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}
