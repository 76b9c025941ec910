import type { UtcDay } from "./utc-day.js";

/** What a field of an entry may hold. The keys are the words of docs/FORMAT.md. */
interface FieldKinds {
  readonly day: UtcDay;
  readonly "day or null": UtcDay | null;
  /** Whole, not negative. */
  readonly count: number;
  /** SHA-256, 64 lower-case hex digits. */
  readonly hash: string;
  readonly "hash or null": string | null;
  /** `true` or `false` */
  readonly flag: boolean;
  /** `2026-11-20T07:05:12.345Z` */
  readonly time: string;
  readonly text: string;
  readonly texts: readonly string[];
  readonly hashes: Readonly<Record<string, string>>;
  readonly counts: Readonly<Record<string, number>>;
}

export type FieldKind = keyof FieldKinds;

/** What every entry starts with. */
export const BASE_FIELDS = {
  /** From 0, without a hole. */
  seq: "count",
  /** SHA-256 of the bytes of the entry before; 64 zeros first. */
  prev: "hash",
  time: "time",
  type: "text",
  /** Who acted: `daybook`, or an operator's login name. */
  actor: "text",
} as const satisfies Readonly<Record<string, FieldKind>>;

const REVISION = { day: "day", revision: "count" } as const;
const SIGNED_TEXT = { statement_sha256: "hash or null", text_commitment: "hash" } as const;
const PLAN_ACT = {
  plan: "text",
  plan_sha256: "hash",
  person: "text",
  statement_sha256: "hash or null",
} as const;
const SEAL = { ...REVISION, manifest_sha256: "hash" } as const;

/**
 * The entry types, with the fields of each after those that every entry has. The order is the order on disk. The types of
 * TypeScript, the writer, the strict parser and the table in docs/FORMAT.md all follow this declaration.
 */
export const ENTRY_FIELDS = {
  "archive-created": { files: "hashes" },
  "day-sealed": SEAL,
  "day-rechecked": { ...REVISION, event_set_sha256: "hash" },
  "source-shrank": { ...REVISION, missing: "count" },
  "day-lost": { day: "day", reason: "text" },
  "names-seen": { ...REVISION, activities: "counts", fields: "counts" },
  "sink-delivered": { ...SEAL, sink: "text", records: "count" },
  "sink-failed": { ...SEAL, sink: "text", code: "text" },
  "fixity-checked": { sink: "text", days: "count", findings: "count" },
  "schedule-set": {
    schedule: "text",
    keep: "text",
    authority: "text",
    effective: "day",
    applies: "text",
    statement_sha256: "hash or null",
  },
  "lock-extended": { ...REVISION, sink: "text", retain_until: "day" },
  "roster-set": { roster: "count", roster_sha256: "hash", mode: "text" },
  "hold-placed": {
    hold: "text",
    from: "day or null",
    to: "day or null",
    future: "flag",
    matter_ref: "text",
    ...SIGNED_TEXT,
  },
  "hold-released": { hold: "text", ...SIGNED_TEXT },
  "hold-applied": { hold: "text", sink: "text", objects: "count", outcome: "text" },
  "plan-drawn": { plan: "text", plan_sha256: "hash", days: "count", revisions: "count", bytes: "count" },
  "disposal-approved": PLAN_ACT,
  "plan-refused": PLAN_ACT,
  "plan-superseded": { plan: "text", by: "text", reason: "text" },
  "standing-approved": {
    schedule: "text",
    keep: "text",
    authority: "text",
    until: "day",
    person: "text",
    statement_sha256: "hash",
  },
  "standing-withdrawn": { approval_sha256: "hash", person: "text", statement_sha256: "hash" },
  "disposal-refused": { plan: "text", ...REVISION, reason: "text", subject: "text" },
  "disposal-begun": { plan: "text", ...REVISION },
  disposed: { ...REVISION, tombstone_sha256: "hash", plan: "text" },
  "audit-made": { from: "day", to: "day", sha256: "hash" },
  "drill-ended": { sink: "text", days: "count", outcome: "text" },
  "export-produced": {
    export: "text",
    from: "day",
    to: "day",
    filter_commitment: "hash",
    records: "count",
    bytes: "count",
    sha256: "hash",
    form: "text",
    recipient_ref: "text",
  },
  "anchor-policy": { every: "text", witness_quorum: "count", policy_sha256: "hash" },
  "witness-contradicted": { name: "text", size: "count" },
  anchored: { size: "count", kind: "text", name: "text", token_sha256: "hash" },
  "config-changed": { config_sha256: "hash" },
  "recovery-performed": { steps: "texts" },
  incident: { day: "day or null", code: "text", subject: "text" },
} as const satisfies Readonly<Record<string, Readonly<Record<string, FieldKind>>>>;

type Declared = typeof ENTRY_FIELDS;
export type EntryType = keyof Declared;

type FieldsOf<Fields extends Readonly<Record<string, FieldKind>>> = {
  readonly [Name in keyof Fields]: FieldKinds[Fields[Name]];
};

/** The part of an entry that its writer decides; the ledger adds the rest. */
export type Act = {
  [Type in EntryType]: { readonly type: Type } & FieldsOf<Declared[Type]>;
}[EntryType];

export type LedgerEntry = FieldsOf<Omit<typeof BASE_FIELDS, "type">> & Act;

/** An entry of one type. */
export type EntryOf<Type extends EntryType> = Extract<LedgerEntry, { readonly type: Type }>;

export const FIRST_PREV = "0".repeat(64);

/** `ledger/000/000000123.json` */
export function entryPath(seq: number): string {
  const number = String(seq).padStart(9, "0");
  return `ledger/${number.slice(0, 3)}/${number}.json`;
}

/** `heads/000000124`: the head signed when the ledger held that many entries. */
export function headPath(size: number): string {
  return `heads/${String(size).padStart(9, "0")}`;
}
