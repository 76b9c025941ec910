import { isVouched } from "../archive/known-keys.js";
import type { Head } from "../archive/head.js";
import { linesOf } from "../archive/line-blocks.js";
import { PackageFiles } from "../archive/package-files.js";
import { readManifest } from "../archive/sealed-package.js";
import { coverDays } from "../audit/coverage.js";
import type { HeldDay } from "../audit/coverage.js";
import type { CopySummary, DayProof, LateArrival, ProofExample, ReportInput } from "../audit/report-input.js";
import { trailOf } from "../audit/trail.js";
import type { AuditLevel, AuditResult } from "../audit/verify-archive.js";
import { heldDay } from "../compose/held-day.js";
import { joinContent } from "../io/join-pieces.js";
import { VERSION } from "../io/version.js";
import { overdueDays } from "../ledger/day-retention.js";
import { LedgerIndex } from "../ledger/ledger-index.js";
import type { Compression } from "../model/compression.js";
import type { DayState } from "../model/day-state.js";
import { isDaybookError } from "../model/errors.js";
import type { LedgerEntry } from "../model/ledger-entry.js";
import type { Manifest } from "../model/manifest.js";
import { parsePageRecord } from "../model/page-record-parser.js";
import { HOUR_MS, dayEndMs, eachDay, isoTime, utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { Surroundings } from "./command.js";
import { verifyPlace } from "./verify.js";
import type { Place } from "./folder-place.js";

/** The archive that the report is about, and its reader. */
export interface ReportParts {
  readonly tenant: string;
  readonly place: Place;
  readonly level: AuditLevel;
  readonly key?: string;
  /** Fingerprints of the keys that this machine knows as the archive's own. */
  readonly knownKeys: readonly string[];
  /** That were kept elsewhere. */
  readonly heads: readonly Head[];
  readonly by: string;
  readonly reader: string | null;
  /** The days to report on, by what the ledger says. */
  readonly rangeOf: (index: LedgerIndex) => DayRange;
  readonly stateOf: (index: LedgerIndex) => (day: UtcDay) => DayState;
  /** What a look at the other copies found, by sink. */
  readonly looks: ReadonlyMap<string, string>;
}

/** A report with the audit that it rests on. */
export interface MadeReport {
  readonly input: ReportInput;
  readonly audited: AuditResult;
}

/** Audits the archive and collects what the report says of it. */
export async function makeReport(parts: ReportParts, surroundings: Surroundings): Promise<MadeReport> {
  const { place, tenant } = parts;
  const nowMs = surroundings.clock.now();
  const entries: LedgerEntry[] = [];
  const audited = await verifyPlace(
    place,
    { ...wishOf(parts), onEntry: (one) => entries.push(one) },
    surroundings,
  );
  entries.reverse();
  const index = new LedgerIndex();
  for (const entry of entries) index.add(entry);
  const range = parts.rangeOf(index);
  const days = new HeldRevisions(place, index, surroundings.signal);
  const stateOf = parts.stateOf(index);
  const held = new Map<UtcDay, HeldDay | undefined>();
  for (const day of eachDay(range.from, range.to))
    held.set(
      day,
      await unlessDamaged(() =>
        heldDay(index.days.get(day), stateOf(day), (revision) => days.manifest(day, revision)),
      ),
    );
  const coverage = coverDays(range, stateOf, (day) => held.get(day));
  const { identity, facts, keys, level, findings, witnessed } = audited;
  const { proofs, late, example, compression } = await proofsOf(coverage.days, days);
  const input: ReportInput = {
    tenant,
    tenantId: identity?.tenantId ?? "unknown",
    archiveId: identity?.archiveId ?? "unknown",
    place: place.name,
    made: isoTime(nowMs),
    version: VERSION,
    coverage,
    proofs,
    level,
    findings,
    keys,
    witnessed,
    isVouched: isVouched(keys, parts),
    head: facts && { ...facts.head, time: facts.headTime },
    compression,
    by: parts.by,
    reader: parts.reader,
    retention: {
      record: index.retention,
      overdue: overdueDays(index, utcDayOf(nowMs)),
      disposed: coverage.days.flatMap(({ day, state }) => (state === "disposed" ? [day] : [])),
    },
    copies: copiesOf(index, parts.looks),
    late,
    example,
    trail: trailOf(entries),
  };
  return { input, audited };
}

function wishOf({ level, key, heads }: ReportParts) {
  return {
    level,
    ...(key === undefined ? {} : { key }),
    heads,
  };
}

/** The revisions of a place, as its ledger names them. */
class HeldRevisions {
  readonly #place: Place;
  readonly #index: LedgerIndex;
  readonly #signal: AbortSignal;

  constructor(place: Place, index: LedgerIndex, signal: AbortSignal) {
    this.#place = place;
    this.#index = index;
    this.#signal = signal;
  }

  sealedAt(day: UtcDay, revision: number): number {
    return this.#index.days.get(day)?.revisions[revision - 1]?.sealedAt ?? 0;
  }

  manifestSha256(day: UtcDay, revision: number): string {
    return this.#index.days.get(day)?.revisions[revision - 1]?.manifestSha256 ?? "";
  }

  manifest(day: UtcDay, revision: number): Promise<Manifest> {
    const manifestSha256 = this.manifestSha256(day, revision);
    return readManifest(this.#place.reader, { day, revision, manifestSha256 }, this.#signal);
  }

  async example(manifest: Manifest): Promise<ProofExample | undefined> {
    const files = new PackageFiles(this.#place.reader, manifest, this.#signal);
    const file = files.file("ledger");
    if (file === undefined) return undefined;
    const pages = [...linesOf(await joinContent(files.content(file)))].flatMap(
      (line) => parsePageRecord(line.toString("utf8")) ?? [],
    );
    return { day: manifest.day, revision: manifest.revision, pages };
  }
}

interface Proofs {
  readonly proofs: ReadonlyMap<string, DayProof>;
  readonly late: readonly LateArrival[];
  readonly example: ProofExample | undefined;
  readonly compression: Compression;
}

async function proofsOf(
  covered: readonly ({ readonly day: UtcDay } & HeldDay)[],
  days: HeldRevisions,
): Promise<Proofs> {
  const proofs = new Map<string, DayProof>();
  const late: LateArrival[] = [];
  let newest: Manifest | undefined;
  for (const { day, revision } of covered) {
    if (revision === undefined) continue;
    const arrivals = (await unlessDamaged(() => arrivalsOf(day, revision, days))) ?? [];
    late.push(...arrivals);
    const manifest = await unlessDamaged(() => days.manifest(day, revision));
    if (manifest === undefined) continue;
    newest = manifest;
    const { completeness, reading, event_set_sha256: eventSetSha256 } = newest;
    proofs.set(day, {
      manifestSha256: days.manifestSha256(day, revision),
      eventSetSha256,
      sealed: isoTime(days.sealedAt(day, revision)),
      pages: completeness.pages,
      requests: reading.requests,
      delivered: completeness.delivered,
      duplicates: completeness.exact_duplicates,
      late: arrivals.reduce((sum, { events }) => sum + events, 0),
    });
  }
  const isGzip = newest?.files.some(({ path }) => path.endsWith(".gz")) === true;
  const shown = newest;
  const example = shown === undefined ? undefined : await unlessDamaged(() => days.example(shown));
  return { proofs, late, example, compression: isGzip ? "gzip" : "zstd" };
}

async function arrivalsOf(day: UtcDay, newest: number, days: HeldRevisions): Promise<readonly LateArrival[]> {
  const arrivals: LateArrival[] = [];
  for (let revision = 2; revision <= newest; revision += 1) {
    const { diff, reading } = await days.manifest(day, revision);
    const hours = Math.floor((Date.parse(reading.started) - dayEndMs(day)) / HOUR_MS);
    if (diff.added > 0) arrivals.push({ day, revision, hours, events: diff.added });
  }
  return arrivals;
}

/** A report of a damaged archive has the findings in place of what cannot be read. */
async function unlessDamaged<T>(work: () => Promise<T>): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (isDaybookError(error, "ARCHIVE_DAMAGED")) return undefined;
    throw error;
  }
}

/** Every sink that ever confirmed a day, with what the ledger says of it. */
function copiesOf(index: LedgerIndex, looks: ReadonlyMap<string, string>): readonly CopySummary[] {
  const sinks = new Map<string, { days: number; newest: UtcDay | null; lastMs: number }>();
  for (const { day, revisions, deliveries } of index.days.values()) {
    for (const [sink, { revision, at }] of deliveries) {
      const found = sinks.get(sink) ?? { days: 0, newest: null, lastMs: 0 };
      if (revision === revisions.at(-1)?.revision) found.days += 1;
      if (found.newest === null || day > found.newest) found.newest = day;
      found.lastMs = Math.max(found.lastMs, at);
      sinks.set(sink, found);
    }
  }
  const names = [...sinks.keys()].toSorted();
  const checks = new Map(index.fixityChecksOf(names).map((check) => [check.sink, check]));
  return names.map((sink) => {
    const { days, newest, lastMs } = sinks.get(sink) ?? { days: 0, newest: null, lastMs: 0 };
    const check = checks.get(sink);
    return {
      sink,
      days,
      newest,
      lastDelivered: lastMs === 0 ? null : isoTime(lastMs),
      readBack:
        check === undefined
          ? null
          : { at: isoTime(check.atMs), revisions: check.days, findings: check.findings },
      now: looks.get(sink) ?? "not looked at",
    };
  });
}
