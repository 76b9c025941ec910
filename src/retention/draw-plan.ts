import { planBytes } from "../archive/plan.js";
import type { Plan, PlannedDay } from "../archive/plan.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";
import type { SealedDay } from "../archive/sealed-package.js";
import { firstSourceWith } from "../archive/source.js";
import { missing, raise } from "../archive/flaw.js";
import type { DayRecord } from "../ledger/day-index.js";
import { isDaybookError } from "../model/errors.js";
import { packagePath } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { isoTime, utcDayOf } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import type { DayRetention } from "../model/retention-record.js";
import type { Policy } from "./policy.js";
import { holdIds } from "./holds.js";
import { numberedId } from "./numbered-id.js";
import type { RetentionParts } from "./parts.js";
import { retentionOfDay } from "../ledger/day-retention.js";

/** A day whose retention has ended, and what keeps it all the same. */
export interface DueDay {
  readonly day: UtcDay;
  readonly rule: DayRetention;
  readonly holds: readonly string[];
}

/** The days whose retention ended by `until`, oldest first, without those whose disposal has begun. */
function dueDays(
  { archive, isPastHorizon }: Pick<RetentionParts, "archive" | "isPastHorizon">,
  until: UtcDay,
): readonly DueDay[] {
  const { days, retention } = archive.ledger.index;
  return [...days.keys()].toSorted().flatMap((day) => {
    const record = days.get(day);
    if (record === undefined || record.revisions.length === 0 || record.disposing !== undefined) return [];
    const kept = retentionOfDay(retention, day, record);
    // A day that the source still serves may be read again.
    if (kept === undefined || kept.retainUntil > until || !isPastHorizon(day)) return [];
    return [{ day, rule: kept, holds: holdIds(retention, day) }];
  });
}

/** Which days a plan takes in. */
export interface PlanScope {
  /** Those whose retention ends by this day. */
  readonly until: UtcDay;
  /** Whether days that were kept by the rule are wanted; all when absent. */
  readonly wants?: (rule: DayRetention) => boolean;
}

/** A new plan with its bytes; undefined when nothing can be destroyed. Reads every manifest of it. */
export async function drawPlan(
  parts: RetentionParts,
  policy: Policy,
  { until, wants = () => true }: PlanScope,
  signal: AbortSignal,
): Promise<{ readonly plan: Plan; readonly bytes: Uint8Array } | undefined> {
  const { archive, clock } = parts;
  const { retention, days: records } = archive.ledger.index;
  const today = utcDayOf(clock.now());
  const due = dueDays(parts, until < today ? until : today).filter(({ rule }) => wants(rule));
  const days: PlannedDay[] = [];
  for (const { day, holds } of due) {
    const record = records.get(day);
    if (record === undefined || holds.length > 0) continue;
    days.push(await plannedDay(parts, record, signal));
  }
  if (days.length === 0) return undefined;
  const fields: Omit<Plan, "format"> = {
    archive_id: archive.identity.archiveId,
    plan: numberedId("P", retention.plans.length + 1),
    time: isoTime(clock.now()),
    ledger: { size: archive.ledger.size, root: archive.ledger.root },
    roster: policy.roster,
    approvers: policy.approvers,
    separate_duties: policy.separateDuties,
    until,
    days,
    in_the_way: due.flatMap(({ day, holds }) =>
      holds.length === 0 ? [] : [{ day, reason: `held ${holds.join(", ")}` }],
    ),
  };
  return { plan: { format: "daybook.plan/1", ...fields }, bytes: planBytes(fields) };
}

async function plannedDay(
  parts: RetentionParts,
  record: DayRecord,
  signal: AbortSignal,
): Promise<PlannedDay> {
  const { archive, targets } = parts;
  const { day } = record;
  const kept = retentionOfDay(archive.ledger.index.retention, day, record);
  if (kept === undefined) throw new Error("a due day has a retention rule");
  const sealed = record.revisions.map(({ revision, manifestSha256 }) => ({ day, revision, manifestSha256 }));
  const revisions = [];
  for (const one of sealed) revisions.push(revisionOf(one, await manifestOf(parts, one, signal)));
  const copies = [];
  for (const target of targets.filter(({ name }) => record.deliveries.has(name))) {
    const lock = target.kind === "record" ? await longestLock(target.sink.kept, sealed, signal) : undefined;
    copies.push({ sink: target.name, kind: target.kind, lock_until: lock ?? null });
  }
  const { schedule, keep, authority, retainUntil } = kept;
  return { day, schedule, keep, authority, retain_until: retainUntil, revisions, copies };
}

function revisionOf(
  { revision, manifestSha256 }: SealedDay,
  manifest: Manifest,
): PlannedDay["revisions"][number] {
  return {
    revision,
    manifest_sha256: manifestSha256,
    event_set_sha256: manifest.event_set_sha256,
    records: recordsOf(manifest),
    files: manifest.files.length,
    bytes: manifest.files.reduce((sum, { bytes }) => sum + bytes, 0),
  };
}

/** The manifest of a revision from the state folder or a record sink. */
async function manifestOf(
  { sources }: Pick<RetentionParts, "sources">,
  sealed: SealedDay,
  signal: AbortSignal,
): Promise<Manifest> {
  const path = `${packagePath(sealed.day, sealed.revision)}/manifest.json`;
  const source = await firstSourceWith(path, sources, signal);
  return source === undefined ? raise(missing(path)) : readManifest(source, sealed, signal);
}

/** The latest end of a lock on one of the revisions; undefined without one, or when the sink does not answer. */
async function longestLock(
  kept: {
    readonly protection: (
      sealed: SealedDay,
      signal: AbortSignal,
    ) => Promise<{ readonly lastLock?: UtcDay | undefined } | undefined>;
  },
  sealed: readonly SealedDay[],
  signal: AbortSignal,
): Promise<UtcDay | undefined> {
  try {
    const found = [];
    for (const one of sealed) found.push((await kept.protection(one, signal))?.lastLock);
    return found
      .filter((day) => day !== undefined)
      .toSorted()
      .at(-1);
  } catch (error) {
    signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    return undefined;
  }
}
