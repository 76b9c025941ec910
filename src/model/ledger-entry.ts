import type { UtcDay } from "./utc-day.js";

/** What every entry starts with. Field order is the order on disk: these, then the type's own. */
interface EntryBase {
  /** From 0, without a hole. */
  readonly seq: number;
  /** SHA-256 (hex) of the bytes of the entry before; 64 zeros first. */
  readonly prev: string;
  readonly time: string;
  /** Who acted: `daybook`, or an operator's login name. */
  readonly actor: string;
}

interface Seal {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifest_sha256: string;
}

/** The part of an entry that its writer decides; the ledger adds `seq`, `prev`, `time`. */
export type Act =
  | { readonly type: "archive-created"; readonly files: Readonly<Record<string, string>> }
  | ({ readonly type: "day-sealed" } & Seal)
  | {
      readonly type: "day-rechecked";
      readonly day: UtcDay;
      readonly revision: number;
      readonly event_set_sha256: string;
    }
  | ({ readonly type: "source-shrank"; readonly missing: number } & Pick<Seal, "day" | "revision">)
  | { readonly type: "day-lost"; readonly day: UtcDay; readonly reason: string }
  | ({ readonly type: "sink-delivered"; readonly sink: string; readonly records: number } & Seal)
  | ({ readonly type: "sink-failed"; readonly sink: string; readonly code: string } & Seal)
  | {
      readonly type: "fixity-checked";
      readonly sink: string;
      readonly days: number;
      readonly findings: number;
    }
  | {
      readonly type: "key-rotated";
      readonly key_id: string;
      readonly files: Readonly<Record<string, string>>;
    }
  | {
      readonly type: "hold-placed" | "hold-released";
      readonly hold: string;
      readonly from: UtcDay;
      readonly to: UtcDay;
      readonly reason: string;
    }
  | { readonly type: "schedule-changed"; readonly schedule: string; readonly keep: string }
  | { readonly type: "disposal-approved"; readonly plan_sha256: string; readonly approver: string }
  | {
      readonly type: "disposed";
      readonly day: UtcDay;
      readonly revision: number;
      readonly tombstone_sha256: string;
    }
  | {
      readonly type: "export-produced";
      readonly from: UtcDay;
      readonly to: UtcDay;
      readonly sha256: string;
      readonly records: number;
    }
  | { readonly type: "config-changed"; readonly config_sha256: string }
  | { readonly type: "software-changed"; readonly version: string }
  | { readonly type: "recovery-performed"; readonly steps: readonly string[] }
  | { readonly type: "incident"; readonly code: string; readonly subject: string };

export type LedgerEntry = EntryBase & Act;

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
