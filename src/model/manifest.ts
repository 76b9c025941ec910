import { byName, stableJson } from "./stable-json.js";
import type { UtcDay } from "./utc-day.js";
import type { WindowLabel } from "./window.js";

export const FORMAT = "daybook/1";

/** Why a day was read: on schedule, late because of a gap, again for late events, or because an operator asked. */
export type Reason = "scheduled" | "gap" | "re-reading" | "operator";

/** The counts that prove a day complete. Field order is the order on disk. */
export interface Completeness {
  readonly pages: number;
  readonly empty_pages: number;
  /** Elements over all pages: distinct + exact_duplicates. */
  readonly delivered: number;
  readonly distinct: number;
  readonly exact_duplicates: number;
  /** Ids that stand on two or more different record lines; all of those lines are kept. */
  readonly conflicting_ids: number;
  readonly missing_ids: number;
  /** Record lines whose CreationTime lies outside the day, is absent or cannot be read as a time. */
  readonly outside_window: number;
  /** Record lines taken over from the revision before because this reading lacked them. */
  readonly carried: number;
  readonly first_creation_time: string | null;
  readonly last_creation_time: string | null;
  /** Delivered elements for each window, `T00` to `T23`, all 24 present. */
  readonly by_hour: Readonly<Record<WindowLabel, number>>;
  /**
   * Delivered elements whose CreationTime lies in another hour than their window's, for each window that has any. Absent
   * from manifests of before it was counted.
   */
  readonly stray_by_hour?: Readonly<Record<WindowLabel, number>>;
  /** Distinct record lines for each Activity, sorted by name; `""` stands for none. */
  readonly by_activity: Readonly<Record<string, number>>;
  /** Absent from manifests of before it was counted; so is `filled_by_activity`. */
  readonly by_field?: FieldCounts["by_field"];
  readonly filled_by_activity?: FieldCounts["filled_by_activity"];
}

/** Which top-level fields the distinct record lines have, and which are filled: not null, `""`, `[]` or `{}`. Names are sorted. */
export interface FieldCounts {
  /** `"*"` stands for all names that are no identifiers, and for those after the first 500. */
  readonly by_field: Readonly<Record<string, FieldCount>>;
  /** Filled fields of the activities with most records: at most 20, each with 20 records or more. */
  readonly filled_by_activity: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Record lines that have the field at all, and that have it filled. */
export interface FieldCount {
  readonly present: number;
  readonly filled: number;
}

export type FileRole = "page" | "ledger" | "events" | "carried";

export interface ManifestFile {
  readonly path: string;
  readonly role: FileRole;
  readonly bytes: number;
  readonly sha256: string;
  /** Of the content after decompression; equal to `bytes` and `sha256` for a plain file. */
  readonly content_bytes: number;
  readonly content_sha256: string;
}

export interface ReadingSummary {
  readonly started: string;
  readonly ended: string;
  readonly requests: number;
  readonly retries: number;
  /** Milliseconds spent waiting because the source said 429. */
  readonly throttled_ms: number;
  readonly windows: number;
}

/** Field order is the order on disk. No personal data and no secret, so a manifest may outlive the content. */
export interface Manifest {
  readonly format: typeof FORMAT;
  readonly archive_id: string;
  readonly tenant_id: string;
  readonly day: UtcDay;
  /** From 1. */
  readonly revision: number;
  /** SHA-256 of the manifest of the revision before; null for the first. */
  readonly supersedes: string | null;
  readonly reason: Reason;
  readonly reading: ReadingSummary;
  readonly completeness: Completeness;
  readonly event_set_sha256: string;
  /** Root (hex) of the Merkle tree over the record lines, events and then carried, each without its newline (RFC 6962). */
  readonly lines_root: string;
  readonly diff: {
    /** The revision compared with; null for the first. */
    readonly against: number | null;
    readonly added: number;
    readonly removed: number;
    readonly changed: number;
    /** Of the removed lines, those that the reading before had and whose Id this one lacks; absent from older manifests. */
    readonly missing?: number;
  };
  readonly files: readonly ManifestFile[];
  readonly retention: { readonly schedule: string; readonly keep: string; readonly retain_until: UtcDay };
  readonly clock: {
    readonly own: string;
    /** The newest Date header of the reading. */
    readonly api: string | null;
    /** Own clock minus the API's, whole seconds. */
    readonly skew_seconds: number | null;
  };
  readonly software: { readonly name: "daybook"; readonly version: string };
  readonly config_sha256: string;
  /** SHA-256 of the manifest sealed last in this tenant's archive, whatever its day; null for the first. */
  readonly previous: string | null;
  readonly key_id: string;
}

/** The bytes of `manifest.json`. */
export function manifestBytes(manifest: Manifest): Uint8Array {
  return stableJson({ ...manifest, completeness: sorted(manifest.completeness) });
}

/** Activities and fields are names from the source, so an object in memory may have them in another order. */
function sorted(counts: Completeness): object {
  const { by_activity, by_field, filled_by_activity: filled } = counts;
  const filledByActivity = [...byName(filled ?? {})].map(([name, fields]) => [name, byName(fields)] as const);
  return {
    ...counts,
    by_activity: byName(by_activity),
    ...(by_field === undefined ? {} : { by_field: byName(by_field) }),
    ...(filled === undefined ? {} : { filled_by_activity: new Map(filledByActivity) }),
  };
}

/** `r0001` */
export function revisionName(revision: number): string {
  return `r${String(revision).padStart(4, "0")}`;
}

/** `days/2026/11/20/r0001` */
export function packagePath(day: UtcDay, revision: number): string {
  return `days/${day.replaceAll("-", "/")}/${revisionName(revision)}`;
}
