import { z } from "zod";
import { stableJson } from "../model/stable-json.js";
import { count, day, hash, parseStrict, planId, text, time, uuid } from "./strict-json.js";

const TOMBSTONE_FORMAT = "daybook/1";

const removedCopy = z.strictObject({
  sink: text,
  kind: z.enum(["state", "record", "view"]),
  /** Objects or files removed; of a view sink what it counts. */
  objects: count,
  /** Versions and delete markers removed, where the store keeps them; else as `objects`. */
  versions: count,
  bytes: count,
  outcome: z.enum(["removed", "absent"]),
  note: text,
  read_back_at: time,
});

const tombstone = z.strictObject({
  format: z.literal(TOMBSTONE_FORMAT),
  archive_id: uuid,
  tenant_id: uuid,
  day,
  revision: count,
  manifest_sha256: hash,
  event_set_sha256: hash,
  records: count,
  first_creation_time: time.nullable(),
  last_creation_time: time.nullable(),
  schedule: text,
  authority: text,
  retain_until: day,
  plan: planId,
  plan_sha256: hash,
  roster: count,
  approvals: z.array(
    z.strictObject({ person: text, key_fingerprint: text.nullable(), statement_sha256: hash.nullable() }),
  ),
  holds_checked_at_seq: count,
  clocks: z.array(z.strictObject({ name: text, time })),
  method: text,
  copies: z.array(removedCopy),
  /** Paths of the package that stay. */
  residue: z.array(text),
  disposed_at: time,
  key_id: z.string().regex(/^[0-9a-f]{8}$/),
});

/** What stays of a destroyed revision: what it was, why and by whom it was destroyed, and what became of each copy. */
export type Tombstone = z.output<typeof tombstone>;
export type RemovedCopy = z.output<typeof removedCopy>;

export function tombstoneBytes(fields: Omit<Tombstone, "format">): Uint8Array {
  return stableJson(tombstone.parse({ format: TOMBSTONE_FORMAT, ...fields }));
}

/** ARCHIVE_DAMAGED for another form; `subject` names the file. */
export function parseTombstone(bytes: Uint8Array, subject: string): Tombstone {
  return parseStrict(tombstone, bytes, subject);
}

/** A copy's receipt alone, for what a run writes down before the tombstone. */
export function parseRemovedCopies(value: unknown): readonly RemovedCopy[] {
  return z.array(removedCopy).catch([]).parse(value);
}
