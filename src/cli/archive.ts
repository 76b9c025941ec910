import { LOG, TENANT_PARTS } from "../container.js";
import { isDaybookError } from "../model/errors.js";
import type { DaybookError } from "../model/errors.js";
import { openTenant } from "../open-tenant.js";
import type { PassOutcome } from "../tenant-pass.js";
import type { Command, CommandResult, CommonOptions, Surroundings } from "./command.js";
import { dayRange, hasRange } from "./days.js";
import type { DayRange, RangeOptions } from "./days.js";
import { worstExit } from "./exit-codes.js";
import { TerminalProgress, count } from "./progress.js";
import { openWorkspace } from "./workspace.js";
import type { Workspace } from "./workspace.js";
import { utcDayOf } from "../model/utc-day.js";
import { silentProgress } from "../pass-progress.js";

export interface ArchiveOptions extends CommonOptions, RangeOptions {
  readonly reread?: boolean;
  readonly backfillSink?: string;
}

/** A tenant's pass, and the sinks that failed in it. */
interface TenantResult extends PassOutcome {
  readonly sinks: ReadonlyMap<string, DaybookError>;
  /** Revisions delivered, with --backfill-sink. */
  readonly backfilled?: number;
}

/** One pass over every tenant asked for, one after the other. A tenant that fails stops no other. */
export const archive: Command<ArchiveOptions> = async (options, surroundings) => {
  const range = hasRange(options) ? dayRange(options, wholeTime(surroundings)) : undefined;
  const workspace = await openWorkspace(options, surroundings);
  const results: TenantResult[] = [];
  for (const tenant of workspace.tenants) {
    results.push(
      await archiveTenant(tenant, options, range, surroundings).catch((error: unknown) =>
        notArchived(tenant, error, surroundings.signal),
      ),
    );
  }
  return resultOf(results);
};

/** What kept a tenant from being archived, as its result. Throws what is no matter of one tenant. */
function notArchived(
  { name, container }: Workspace["tenants"][number],
  error: unknown,
  signal: AbortSignal,
): TenantResult {
  signal.throwIfAborted();
  if (!isDaybookError(error)) throw error;
  const { code, message, hint } = error;
  container.resolve(LOG).error({ tenant: name, code, message, hint }, "tenant not archived");
  return { tenant: name, days: [], lost: [], stoppedBy: error, exits: [error.exitCode], sinks: new Map() };
}

async function archiveTenant(
  { name, container }: Workspace["tenants"][number],
  { reread = false, backfillSink }: ArchiveOptions,
  range: DayRange | undefined,
  { signal, stderr, clock }: Surroundings,
): Promise<TenantResult> {
  const progress = stderr.isTTY ? new TerminalProgress(stderr, clock) : silentProgress;
  const open = await openTenant(container.resolve(TENANT_PARTS), progress);
  try {
    if (backfillSink !== undefined) {
      const backfilled = await open.deliveries.backfill(backfillSink, signal);
      return { tenant: name, days: [], lost: [], exits: [], sinks: open.deliveries.failures, backfilled };
    }
    const outcome = await open.pass.run({ reread, ...(range === undefined ? {} : { range }) }, signal);
    return { ...outcome, sinks: open.deliveries.failures };
  } finally {
    await open.close();
  }
}

function wholeTime({ clock }: Surroundings): DayRange {
  return { from: utcDayOf(0), to: utcDayOf(clock.now()) };
}

function resultOf(results: readonly TenantResult[]): CommandResult {
  const exits = results.flatMap(({ exits: own, sinks }) => [
    ...own,
    ...[...sinks.values()].map((error) => error.exitCode),
  ]);
  return {
    exit: worstExit(exits),
    text: results.map(tenantText).join("\n"),
    json: { tenants: results.map(tenantJson) },
  };
}

function tenantText({ tenant, days, lost, stoppedBy, sinks, backfilled }: TenantResult): string {
  const sealed = days.filter(({ result }) => result.kind === "sealed").length;
  const unchanged = days.filter(({ result }) => result.kind === "rechecked").length;
  const failed = days.filter(({ result }) => result.kind === "failed");
  const parts = [
    sealed > 0 ? `${count(sealed, "day")} sealed` : "",
    unchanged > 0 ? `${count(unchanged, "day")} unchanged` : "",
    failed.length > 0 ? `${count(failed.length, "day")} NOT sealed` : "",
    lost.length > 0 ? `${count(lost.length, "day")} LOST` : "",
    backfilled === undefined ? "" : `${count(backfilled, "revision")} delivered`,
  ].filter((part) => part !== "");
  const lines = [`${tenant}: ${parts.length === 0 ? "nothing was due; nothing added" : parts.join(", ")}`];
  for (const { day, result } of failed) {
    if (result.kind === "failed") lines.push(`  ${day}: ${result.message} (${result.code})`);
  }
  if (stoppedBy !== undefined) lines.push(`  stopped before the end: ${stoppedBy.hint}`);
  for (const [sink, error] of sinks)
    lines.push(`  sink ${sink} is behind: ${error.message}; ${error.hint} (${error.code})`);
  return lines.join("\n");
}

function tenantJson({ tenant, days, lost, stoppedBy, sinks, backfilled }: TenantResult): object {
  return {
    tenant,
    days: days.map(({ day, result }) => ({ day, ...result })),
    lost,
    stopped_by: stoppedBy === undefined ? null : told(stoppedBy),
    backfilled: backfilled ?? null,
    sinks_behind: [...sinks].map(([sink, error]) => ({ sink, ...told(error) })),
  };
}

function told({ code, message, hint }: DaybookError): object {
  return { code, message, hint };
}
