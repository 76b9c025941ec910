import type { EntryOf, LedgerEntry } from "../model/ledger-entry.js";
import { NO_ANCHORS, addAnchorEntry } from "../model/anchor-record.js";
import type { AnchorRecord } from "../model/anchor-record.js";
import { withNames } from "../model/known-names.js";
import type { CountedNames, KnownNames } from "../model/known-names.js";
import { addRetentionEntry } from "../model/retention-fold.js";
import { NO_RETENTION } from "../model/retention-record.js";
import type { RetentionRecord } from "../model/retention-record.js";
import { revisionName } from "../model/manifest.js";
import type { UtcDay } from "../model/utc-day.js";
import { addDayEntry, addIncident } from "./day-entries.js";
import type { DayEntry } from "./day-entries.js";
import { isDisposed } from "./day-index.js";
import type { DayIncident, DayIndex, DayRecord, DayTotals } from "./day-index.js";
import { DayRecords } from "./day-records.js";

/** The newest check of what a sink holds. */
export interface FixityCheck {
  /** Milliseconds since the epoch. */
  readonly atMs: number;
  readonly days: number;
  readonly findings: number;
}

/** Settings that entries changed since the newest seal; what is absent is as in the newest manifest. */
export interface ChangedSettings {
  readonly configSha256?: string;
}

/** The revision sealed last, whatever its day. */
export interface NewestSeal {
  readonly day: UtcDay;
  readonly revision: number;
  readonly manifestSha256: string;
}

/** What a ledger says, updated entry by entry. */
export class LedgerIndex implements DayIndex {
  readonly days = new DayRecords();
  previous: string | null = null;
  createdAt = 0;
  newestDay: UtcDay | null = null;
  totals: DayTotals = { read: 0, revisions: 0, readings: 0, disposing: 0, disposed: 0 };
  readonly behind = new Map<string, Set<UtcDay>>();
  newestSeal: NewestSeal | null = null;
  settings: ChangedSettings = {};
  /** By sink, in the order in which sinks were first checked. */
  readonly fixityChecks = new Map<string, FixityCheck>();
  /** Undefined before the first `names-seen` entry. */
  knownNames: KnownNames | undefined;
  /** Rules, holds, people and disposals. */
  retention: RetentionRecord = NO_RETENTION;
  /** What witnesses have confirmed. */
  anchors: AnchorRecord = NO_ANCHORS;

  /** The newest check of each of these sinks. A sink that has left the configuration is not checked any more. */
  fixityChecksOf(sinks: readonly string[]): readonly (FixityCheck & { readonly sink: string })[] {
    return [...this.fixityChecks]
      .filter(([sink]) => sinks.includes(sink))
      .map(([sink, check]) => ({ sink, ...check }));
  }

  add(entry: LedgerEntry): void {
    switch (entry.type) {
      case "archive-created":
        this.createdAt = Date.parse(entry.time);
        return;
      case "day-sealed":
        this.#addDay(entry);
        return this.#addSeal(entry);
      case "day-rechecked":
      case "day-lost":
      case "source-shrank":
      case "lock-extended":
        return void this.#addDay(entry);
      case "disposal-begun":
      case "disposed":
        this.#addDisposal(this.#addDay(entry));
        this.retention = addRetentionEntry(this.retention, entry);
        return;
      case "sink-delivered":
      case "sink-failed":
        return this.#addReceipt(entry.sink, this.#addDay(entry));
      case "names-seen":
        return this.#addNames(entry);
      case "incident":
        return this.#addIncident(entry.day, incidentOf(entry));
      case "fixity-checked":
        this.fixityChecks.set(entry.sink, fixityOf(entry));
        return;
      case "config-changed":
        this.settings = { ...this.settings, configSha256: entry.config_sha256 };
        return;
      case "schedule-set":
      case "roster-set":
      case "hold-placed":
      case "hold-released":
      case "hold-applied":
      case "plan-drawn":
      case "disposal-approved":
      case "plan-refused":
      case "plan-superseded":
      case "export-produced":
      case "standing-approved":
      case "standing-withdrawn":
      case "disposal-refused":
        this.retention = addRetentionEntry(this.retention, entry);
        return;
      case "anchor-policy":
      case "anchored":
      case "witness-contradicted":
        this.anchors = addAnchorEntry(this.anchors, entry);
        return;
      case "recovery-performed":
      case "audit-made":
      case "drill-ended":
        return;
      default:
        entry satisfies never;
    }
  }

  #addDay(entry: DayEntry): DayRecord {
    const before = this.days.get(entry.day);
    const after = this.#underSchedule(addDayEntry(before, entry), before);
    this.days.set(after);
    this.totals = sumOf(sumOf(this.totals, before, -1), after);
    return after;
  }

  /** A day keeps the retention rule under which it was first sealed. */
  #underSchedule(after: DayRecord, before: DayRecord | undefined): DayRecord {
    const isFirstSeal = after.revisions.length === 1 && before?.revisions.length !== 1;
    const schedule = this.retention.schedules.length - 1;
    return isFirstSeal && schedule > 0 ? { ...after, schedule } : after;
  }

  /** No sink lacks what was destroyed, or is about to be. */
  #addDisposal({ day }: DayRecord): void {
    for (const behind of this.behind.values()) behind.delete(day);
  }

  #addReceipt(sink: string, { day, revisions, deliveries }: DayRecord): void {
    const behind = this.behind.get(sink) ?? this.#daysFor(sink);
    const newest = revisions.at(-1)?.revision ?? 0;
    if ((deliveries.get(sink)?.revision ?? 0) >= newest) behind.delete(day);
    else behind.add(day);
  }

  /** A sink that is named for the first time lacks every sealed day. */
  #daysFor(sink: string): Set<UtcDay> {
    const days = [...this.days.values()].filter(
      ({ revisions, disposing }) => revisions.length > 0 && disposing === undefined,
    );
    const behind = new Set(days.map(({ day }) => day));
    this.behind.set(sink, behind);
    return behind;
  }

  #addSeal({ day, revision, manifest_sha256: manifestSha256 }: EntryOf<"day-sealed">): void {
    this.newestSeal = { day, revision, manifestSha256 };
    this.previous = manifestSha256;
    if (this.newestDay === null || day > this.newestDay) this.newestDay = day;
    for (const behind of this.behind.values()) behind.add(day);
    // The manifest states the settings in force.
    this.settings = {};
  }

  #addNames(entry: EntryOf<"names-seen">): void {
    const isBaseline = this.knownNames === undefined;
    this.knownNames = withNames(this.knownNames, entry);
    // The first entry lists every name of its day; that is not an anomaly.
    if (!isBaseline) this.#addIncident(entry.day, firstSeen(entry));
  }

  /** Ignores days that are not sealed: an incident alone does not make a record. */
  #addIncident(day: UtcDay | null, incident: DayIncident): void {
    const record = day === null ? undefined : this.days.get(day);
    if (record !== undefined) this.days.set(addIncident(record, incident));
  }
}

function fixityOf({ time, days, findings }: EntryOf<"fixity-checked">): FixityCheck {
  return { atMs: Date.parse(time), days, findings };
}

function incidentOf({ code, subject, time }: EntryOf<"incident">): DayIncident {
  return { code, subject, at: Date.parse(time) };
}

function firstSeen({ revision, activities, fields, time }: EntryOf<"names-seen">): DayIncident {
  const parts = [listed("activities", activities), listed("fields", fields)].filter((part) => part !== "");
  const subject = `${revisionName(revision)}: ${parts.join("; ")}`;
  return { code: "NAMES_FIRST_SEEN", subject, at: Date.parse(time) };
}

function listed(kind: string, names: CountedNames): string {
  const counted = Object.entries(names).map(([name, records]) => `${name}=${records}`);
  return counted.length === 0 ? "" : [kind, ...counted].join(" ");
}

function sumOf(totals: DayTotals, record: DayRecord | undefined, sign: 1 | -1 = 1): DayTotals {
  if (record === undefined) return totals;
  const { revisions, readingsAt } = record;
  return {
    read: totals.read + (readingsAt.length > 0 ? sign : 0),
    revisions: totals.revisions + sign * revisions.length,
    readings: totals.readings + sign * readingsAt.length,
    disposing: totals.disposing + (record.disposing === undefined ? 0 : sign),
    disposed: totals.disposed + (isDisposed(record) ? sign : 0),
  };
}
