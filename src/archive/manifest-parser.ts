import { z } from "zod";
import { FORMAT } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { parseUtcDay } from "../model/utc-day.js";
import { PACKAGE_FILE_NAMES } from "./layout.js";

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const count = z.int().min(0);
const day = z.string().refine((text) => parseUtcDay(text) !== undefined);
const window = z.string().regex(/^T([01]\d|2[0-3])$/);

const file = z
  .object({
    path: z.string(),
    role: z.enum(["page", "ledger", "events", "carried"]),
    bytes: count,
    sha256: hash,
    content_bytes: count,
    content_sha256: hash,
  })
  .refine(
    ({ path, role }) => PACKAGE_FILE_NAMES[role].test(path),
    "path: expected a name that its role allows",
  );

const completeness = z.object({
  pages: count,
  empty_pages: count,
  delivered: count,
  distinct: count,
  exact_duplicates: count,
  conflicting_ids: count,
  missing_ids: count,
  outside_window: count,
  carried: count,
  first_creation_time: z.string().nullable(),
  last_creation_time: z.string().nullable(),
  by_hour: z.record(window, count),
  stray_by_hour: z.record(window, count).optional(),
  by_activity: z.record(z.string(), count),
  by_field: z.record(z.string(), z.object({ present: count, filled: count })).optional(),
  filled_by_activity: z.record(z.string(), z.record(z.string(), count)).optional(),
});

const manifest = z.object({
  format: z.literal(FORMAT),
  archive_id: z.string(),
  tenant_id: z.string(),
  day,
  revision: z.int().min(1),
  supersedes: hash.nullable(),
  reason: z.enum(["scheduled", "gap", "re-reading", "operator"]),
  reading: z.object({
    started: z.string(),
    ended: z.string(),
    requests: count,
    retries: count,
    throttled_ms: count,
    windows: count,
  }),
  completeness,
  event_set_sha256: hash,
  lines_root: hash,
  diff: z.object({
    against: z.int().nullable(),
    added: count,
    removed: count,
    changed: count,
    missing: count.optional(),
  }),
  files: z.array(file).refine(hasUniquePaths, "expected each path once"),
  retention: z.object({ schedule: z.string(), keep: z.string(), retain_until: day }),
  clock: z.object({ own: z.string(), api: z.string().nullable(), skew_seconds: z.int().nullable() }),
  software: z.object({ name: z.literal("daybook"), version: z.string() }),
  config_sha256: hash,
  previous: hash.nullable(),
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
});

/** A manifest, or the rule that it breaks with the place: `files.3.sha256: …`. Only for bytes that a signature covers. */
export function parseManifest(bytes: Uint8Array): Manifest | { readonly broken: string } {
  const value = parseJson(bytes);
  const parsed = manifest.safeParse(value);
  // The value itself, not zod's copy: an Activity may be called `__proto__`.
  if (parsed.success) return value as Manifest;
  const issue = parsed.error.issues[0];
  return { broken: `${issue?.path.join(".") ?? ""}: ${issue?.message ?? "malformed"}` };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  } catch {
    return undefined;
  }
}

function hasUniquePaths(files: readonly { readonly path: string }[]): boolean {
  return new Set(files.map(({ path }) => path)).size === files.length;
}
