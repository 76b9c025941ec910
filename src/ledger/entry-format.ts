import { DaybookError } from "../model/errors.js";
import type { Act, LedgerEntry } from "../model/ledger-entry.js";
import { isSha256Hex } from "../model/sha256.js";
import { stableJson } from "../model/stable-json.js";
import { isoTime, parseUtcDay } from "../model/utc-day.js";

type FieldKind = "day" | "count" | "hash" | "text" | "hashes" | "texts";
type ActType = Act["type"];
type ActOf<T, A extends Act = Act> = A extends { type: infer U } ? (T extends U ? A : never) : never;

const REVISION = { day: "day", revision: "count" } as const;
const SEAL = { ...REVISION, manifest_sha256: "hash" } as const;
const HOLD = { hold: "text", from: "day", to: "day", reason: "text" } as const;

/** The fields of each type, after `seq prev time type actor`. Their order here is their order on disk (docs/FORMAT.md). */
const FIELDS: { readonly [T in ActType]: { readonly [F in Exclude<keyof ActOf<T>, "type">]: FieldKind } } = {
  "archive-created": { files: "hashes" },
  "day-sealed": SEAL,
  "day-rechecked": { ...REVISION, event_set_sha256: "hash" },
  "source-shrank": { missing: "count", ...REVISION },
  "day-lost": { day: "day", reason: "text" },
  "sink-delivered": { sink: "text", records: "count", ...SEAL },
  "sink-failed": { sink: "text", code: "text", ...SEAL },
  "fixity-checked": { sink: "text", days: "count", findings: "count" },
  "key-rotated": { key_id: "text", files: "hashes" },
  "hold-placed": HOLD,
  "hold-released": HOLD,
  "schedule-changed": { schedule: "text", keep: "text" },
  "disposal-approved": { plan_sha256: "hash", approver: "text" },
  disposed: { ...REVISION, tombstone_sha256: "hash" },
  "export-produced": { from: "day", to: "day", sha256: "hash", records: "count" },
  "config-changed": { config_sha256: "hash" },
  "software-changed": { version: "text" },
  "recovery-performed": { steps: "texts" },
  incident: { code: "text", subject: "text" },
};

/** The bytes of an entry on disk, whatever the order of the keys in memory. */
export function entryBytes(entry: LedgerEntry): Uint8Array {
  const { seq, prev, time, type, actor } = entry;
  const all: Readonly<Record<string, unknown>> = { ...entry };
  const own = Object.keys(FIELDS[type]).map((name) => [name, all[name]]);
  return stableJson({ seq, prev, time, type, actor, ...Object.fromEntries(own) });
}

/**
 * The entry that `bytes` hold. ARCHIVE_TOO_NEW for a type that this version does not know; ARCHIVE_DAMAGED when a field is
 * missing or no value of its kind. More fields than are known here are let pass, as docs/FORMAT.md says.
 */
export function parseEntry(bytes: Uint8Array, subject: string): LedgerEntry {
  const parsed = parseJsonObject(bytes);
  const type = parsed?.["type"];
  if (parsed === undefined || typeof type !== "string") throw damaged(subject);
  if (!isActType(type)) {
    throw new DaybookError("ARCHIVE_TOO_NEW", {
      message: `${subject}: entry type: found ${JSON.stringify(type)}, which this version does not know`,
    });
  }
  if (!hasBase(parsed) || !hasFields(parsed, FIELDS[type])) throw damaged(subject);
  return parsed as unknown as LedgerEntry;
}

function isActType(type: string): type is ActType {
  return Object.hasOwn(FIELDS, type);
}

function hasBase({ seq, prev, time, actor }: Record<string, unknown>): boolean {
  return isKind(seq, "count") && isKind(prev, "hash") && isTime(time) && isKind(actor, "text");
}

function hasFields(entry: Record<string, unknown>, fields: Readonly<Record<string, FieldKind>>): boolean {
  return Object.entries(fields).every(([name, kind]) => isKind(entry[name], kind));
}

function isKind(value: unknown, kind: FieldKind): boolean {
  switch (kind) {
    case "day":
      return typeof value === "string" && parseUtcDay(value) !== undefined;
    case "count":
      return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
    case "hash":
      return typeof value === "string" && isSha256Hex(value);
    case "text":
      return typeof value === "string";
    case "hashes":
      return isObject(value) && Object.values(value).every((hash) => isKind(hash, "hash"));
    case "texts":
      return Array.isArray(value) && value.every((text) => typeof text === "string");
    default:
      return kind satisfies never;
  }
}

function isTime(value: unknown): boolean {
  const ms = typeof value === "string" ? Date.parse(value) : Number.NaN;
  return !Number.isNaN(ms) && isoTime(ms) === value;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Undefined for what is no UTF-8, no JSON or no object. */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  try {
    const parsed: unknown = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
    return isObject(parsed) ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function damaged(subject: string): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${subject}: ledger entry: found another form, expected the fields that docs/FORMAT.md names`,
  });
}
