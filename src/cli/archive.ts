import type { Tenant } from "../compose/tenant-parts.js";
import type { DayState } from "../model/day-state.js";
import { isDaybookError } from "../model/errors.js";
import type { DaybookError } from "../model/errors.js";
import type { PassOutcome } from "../pass/tenant-pass.js";
import { warnOfCertificate } from "./certificate-status.js";
import type { Command, CommandResult, CommonOptions, Surroundings } from "./command.js";
import { planOnly } from "./archive-plan.js";
import { askedDays, askedText } from "./asked-days.js";
import type { AskedDay } from "./asked-days.js";
import { dayRange, hasRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { exitOf, worstExit } from "./exit-codes.js";
import { showsProgress } from "./log-settings.js";
import { TerminalProgress, count } from "./progress.js";
import { openWorkspace } from "./workspace.js";
import { utcDayOf } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { keepFailure } from "../view/last-failure.js";
import { silentProgress } from "../pass/progress.js";

export interface ArchiveOptions extends CommonOptions, RangeOptions {
  readonly dryRun?: boolean;
  readonly reread?: boolean;
  readonly backfillSink?: string;
}

/** Stands for `--from` where only `--to` was given. */
const START_OF_TIME = utcDayOf(0);

/** A tenant's pass, and the sinks that failed in it. */
interface TenantResult extends PassOutcome {
  readonly sinks: ReadonlyMap<string, DaybookError>;
  /** Revisions delivered, with --backfill-sink. */
  readonly backfilled?: number;
  /** Days of the range asked for that are still not archived. */
  readonly missing?: readonly AskedDay[];
  /** The days of the range asked for that needed no reading, and why. */
  readonly untouched?: readonly AskedDay[];
}

/** One pass over every tenant asked for, one after the other. A tenant that fails stops no other. */
export const archive: Command<ArchiveOptions> = async (options, surroundings) => {
  const nowMs = surroundings.clock.now();
  const range = hasRange(options) ? dayRange(options, wholeTime(surroundings), nowMs) : undefined;
  if (options.dryRun === true) return planOnly(options, openEnded(range), surroundings);
  const workspace = await openWorkspace(options, surroundings);
  const results: TenantResult[] = [];
  for (const tenant of workspace.tenants) {
    const result = await archiveTenant(tenant, options, range, surroundings).catch((error: unknown) =>
      notArchived(tenant, error, surroundings.signal),
    );
    await keepForStatus(tenant, result.stoppedBy, surroundings.clock.now());
    results.push(result);
  }
  return resultOf(results);
};

/** Where cron runs this command, nobody but `status` tells what stopped it. The instance that has the lock keeps its own. */
async function keepForStatus(
  { files, root }: Pick<Tenant, "files" | "root">,
  error: DaybookError | undefined,
  atMs: number,
): Promise<void> {
  if (error?.code !== "ARCHIVE_LOCKED") await keepFailure(files, root, error && { atMs, error });
}

/** The failure of one tenant as its result. Throws a failure that concerns every tenant. */
function notArchived(
  { name, log }: Pick<Tenant, "name" | "log">,
  error: unknown,
  signal: AbortSignal,
): TenantResult {
  signal.throwIfAborted();
  if (!isDaybookError(error)) throw error;
  const { code, message, hint } = error;
  log.error({ tenant: name, code, message, hint }, "tenant not archived");
  return { tenant: name, days: [], lost: [], stoppedBy: error, failures: [error.kind], sinks: new Map() };
}

async function archiveTenant(
  tenant: Tenant,
  options: ArchiveOptions,
  range: DayRange | undefined,
  { signal, stderr, clock }: Surroundings,
): Promise<TenantResult> {
  const { reread = false, backfillSink } = options;
  const shown = showsProgress(options, stderr) ? new TerminalProgress(stderr, clock) : undefined;
  const progress = shown ?? silentProgress;
  const { name, rules } = tenant;
  await warnOfCertificate(tenant);
  const open = await tenant.openArchive({ progress }, signal);
  try {
    await open.prove(signal);
    if (backfillSink !== undefined) {
      const backfilled = await open.deliveries.backfill(backfillSink, signal);
      return { tenant: name, days: [], lost: [], failures: [], sinks: open.deliveries.failures, backfilled };
    }
    const outcome = await open.pass.run({ reread, ...(range === undefined ? {} : { range }) }, signal);
    const asked = askedDays(open.ledger.index, { rules, nowMs: clock.now() }, openEnded(range));
    const read = new Set(outcome.days.map(({ day }) => day));
    const missing = asked.filter(({ state }) => UNREAD.has(state));
    const untouched = asked.filter(({ day, state }) => !UNREAD.has(state) && !read.has(day));
    const failures = missing.length > 0 ? [...outcome.failures, "gap" as const] : outcome.failures;
    return { ...outcome, failures, missing, untouched, sinks: open.deliveries.failures };
  } finally {
    shown?.close();
    await open.close();
  }
}

const UNREAD: ReadonlySet<DayState> = new Set<DayState>(["before", "due", "gap", "lost"]);

/** Undefined with `--to` alone, which does not name single days. */
function openEnded(range: DayRange | undefined): DayRange | undefined {
  return range?.from === START_OF_TIME ? undefined : range;
}

function wholeTime({ clock }: Surroundings): DayRange {
  return { from: START_OF_TIME, to: utcDayOf(clock.now()) };
}

function resultOf(results: readonly TenantResult[]): CommandResult {
  const kinds = results.flatMap(({ failures, sinks }) => [
    ...failures,
    ...[...sinks.values()].map(({ kind }) => kind),
  ]);
  return {
    exit: worstExit(kinds.map(exitOf)),
    text: results.map(tenantText).join("\n"),
    json: { format: "daybook.archive/1", tenants: results.map(tenantJson) },
  };
}

function tenantText(result: TenantResult): string {
  const { tenant, days, stoppedBy, sinks, missing = [], untouched = [] } = result;
  const lines = [`${tenant}: ${sumText(result)}`, ...daysText(days)];
  const unread = missing.filter(({ day }) => !days.some((one) => one.day === day));
  lines.push(...askedText(unread), ...askedText(untouched));
  if (stoppedBy !== undefined) lines.push(...stopText(stoppedBy, days.length === 0));
  for (const [sink, error] of sinks)
    lines.push(`  sink ${sink} is behind: ${error.message}; ${error.hint} (${error.code})`);
  return lines.join("\n");
}

function sumText({ days, lost, stoppedBy, backfilled }: TenantResult): string {
  const sealed = days.filter(({ result }) => result.kind === "sealed").length;
  const unchanged = days.filter(({ result }) => result.kind === "rechecked").length;
  const failed = days.filter(({ result }) => result.kind === "failed").length;
  const parts = [
    sealed > 0 ? `${count(sealed, "day")} sealed` : "",
    unchanged > 0 ? `${count(unchanged, "day")} unchanged` : "",
    failed > 0 ? `${count(failed, "day")} NOT sealed` : "",
    lost.length > 0 ? `${count(lost.length, "day")} LOST` : "",
    backfilled === undefined ? "" : `${count(backfilled, "revision")} delivered`,
    stoppedBy !== undefined && days.length === 0 ? "NOT archived" : "",
  ].filter((part) => part !== "");
  return parts.length === 0 ? "nothing was due; nothing added" : parts.join(", ");
}

/** The days that a person should know of: those that failed first. */
function daysText(days: TenantResult["days"]): readonly string[] {
  const failed = days.flatMap(({ day, result }) =>
    result.kind === "failed" ? [`  ${day}: ${result.message} (${result.code})`] : [],
  );
  const shrunk = days.flatMap(({ day, result }) =>
    result.kind !== "failed" && result.missing > 0
      ? [`  ${day}: the source no longer gives ${count(result.missing, "record")}; all are kept`]
      : [],
  );
  return [...failed, ...shrunk];
}

/** Where no day says why, the error itself does. */
function stopText({ code, message, hint }: DaybookError, isBare: boolean): readonly string[] {
  return isBare ? [`  ${message} (${code})`, `  hint: ${hint}`] : [`  stopped before the end: ${hint}`];
}

function tenantJson({
  tenant,
  days,
  lost,
  stoppedBy,
  sinks,
  backfilled,
  missing = [],
  untouched = [],
}: TenantResult): object {
  return {
    tenant,
    days: days.map(({ day, result }) => ({ day, ...result })),
    lost,
    stopped_by: stoppedBy === undefined ? null : told(stoppedBy),
    missing,
    untouched,
    backfilled: backfilled ?? null,
    sinks_behind: [...sinks].map(([sink, error]) => ({ sink, ...told(error) })),
  };
}

function told({ code, message, hint }: DaybookError): object {
  return { code, message, hint };
}
