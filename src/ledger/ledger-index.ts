import type { LedgerEntry } from "../model/ledger-entry.js";
import { addSeenNames, dayOfSubject } from "../model/seen-names.js";
import type { SeenNames } from "../model/seen-names.js";
import type { UtcDay } from "../model/utc-day.js";
import { addDayEntry, addIncident } from "./day-index.js";
import type { DayEntry, DayIndex, DayRecord, DayTotals, IncidentEntry } from "./day-index.js";
import { DayRecords } from "./day-records.js";

/** The newest check of what a sink holds. */
export interface FixityCheck {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly days: number;
  readonly findings: number;
}

/** What entries said of the settings since the day sealed last, whose manifest says them otherwise. */
export interface SettingsSaid {
  readonly configSha256?: string;
  readonly retention?: { readonly schedule: string; readonly keep: string };
}

/** The revision sealed last, whatever its day. */
export interface NewestSeal {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
}

/** What a ledger says, all of it that anybody asks for, kept up entry by entry. */
export class LedgerIndex implements DayIndex {
  readonly days = new DayRecords();
  previous: string | null = null;
  createdAt = 0;
  newestDay: UtcDay | null = null;
  totals: DayTotals = { read: 0, disposed: 0, revisions: 0, readings: 0 };
  readonly behind = new Map<string, Set<UtcDay>>();
  newestSeal: NewestSeal | null = null;
  settings: SettingsSaid = {};
  /** By sink, in the order in which sinks were first checked. */
  readonly fixityChecks = new Map<string, FixityCheck>();
  /** Numbers of the entries that hold hashes of files: `archive-created` and each `key-rotated`. */
  readonly pinning: number[] = [];
  /** Activities and fields that any day had; undefined before the first that was asked for them. */
  seenNames: SeenNames | undefined;

  /** The same as a list. */
  get newestFixityChecks(): readonly (FixityCheck & { readonly sink: string })[] {
    return [...this.fixityChecks].map(([sink, check]) => ({ sink, ...check }));
  }

  add(entry: LedgerEntry): void {
    if ("day" in entry) this.#addDay(entry);
    if ("files" in entry) this.pinning.push(entry.seq);
    if (entry.type === "archive-created") this.createdAt = Date.parse(entry.time);
    if (entry.type === "day-sealed") this.#addSeal(entry);
    if (entry.type === "config-changed")
      this.settings = { ...this.settings, configSha256: entry.config_sha256 };
    if (entry.type === "schedule-changed") {
      const { schedule, keep } = entry;
      this.settings = { ...this.settings, retention: { schedule, keep } };
    }
    if (entry.type === "fixity-checked") {
      const { sink, time, days, findings } = entry;
      this.fixityChecks.set(sink, { atMs: Date.parse(time), days, findings });
    }
    if (entry.type === "incident") this.#addIncident(entry);
  }

  #addDay(entry: DayEntry): void {
    const before = this.days.get(entry.day);
    const after = addDayEntry(before, entry);
    this.days.set(after);
    this.totals = sumOf(sumOf(this.totals, before, -1), after);
    if ("sink" in entry) this.#addReceipt(entry.sink, after);
  }

  #addReceipt(sink: string, { day, revisions, deliveries }: DayRecord): void {
    const behind = this.behind.get(sink) ?? this.#daysFor(sink);
    const newest = revisions.at(-1)?.revision ?? 0;
    if ((deliveries.get(sink)?.revision ?? 0) >= newest) behind.delete(day);
    else behind.add(day);
  }

  /** A sink that is named for the first time lacks every day that is sealed. */
  #daysFor(sink: string): Set<UtcDay> {
    const days = [...this.days.values()].filter(({ revisions }) => revisions.length > 0);
    const behind = new Set(days.map(({ day }) => day));
    this.behind.set(sink, behind);
    return behind;
  }

  #addSeal({
    day,
    revision,
    manifest_sha256: manifestSha256,
  }: Extract<LedgerEntry, { type: "day-sealed" }>): void {
    this.newestSeal = { day, revision, manifestSha256 };
    this.previous = manifestSha256;
    if (this.newestDay === null || day > this.newestDay) this.newestDay = day;
    for (const behind of this.behind.values()) behind.add(day);
    // What the manifest says holds from here on.
    this.settings = {};
  }

  #addIncident(entry: IncidentEntry): void {
    this.seenNames = addSeenNames(this.seenNames, entry);
    const day = dayOfSubject(entry.subject);
    const record = day === undefined ? undefined : this.days.get(day);
    // A baseline is no oddity, and a day that only an incident names is not held.
    if (record === undefined || entry.code === "NAMES_BASELINE") return;
    this.days.set(addIncident(record, entry));
  }
}

function sumOf(totals: DayTotals, record: DayRecord | undefined, sign: 1 | -1 = 1): DayTotals {
  if (record === undefined) return totals;
  const { revisions, readingsAt, disposed } = record;
  return {
    read: totals.read + (readingsAt.length > 0 ? sign : 0),
    disposed: totals.disposed + (disposed === undefined ? 0 : sign),
    revisions: totals.revisions + sign * revisions.length,
    readings: totals.readings + sign * readingsAt.length,
  };
}
