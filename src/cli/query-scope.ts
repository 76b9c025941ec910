import { randomUUID } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { removeAbandoned } from "../io/abandoned-files.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { readOperationList } from "../io/operation-file.js";
import { durationMs, parseDuration } from "../model/duration.js";
import { DaybookError } from "../model/errors.js";
import type { DayInLake } from "../plugin/types.js";
import { utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { QueryDatabase } from "../query/database.js";
import type { QueryLimits } from "../query/database.js";
import type { DayFacts } from "../query/day-table.js";
import { loadArchive } from "../query/queried-archive.js";
import type { Surroundings } from "./command.js";
import { dayRange, givenRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { requireInBag } from "./folder-place.js";
import { eachArchive } from "./held-archive.js";
import type { ArchiveOptions } from "./held-archive.js";
import { redraw } from "./progress.js";

/** Which archive a query reads, and what it may use. */
export interface ScopeOptions extends ArchiveOptions, RangeOptions {
  readonly memory: string;
  readonly timeLimit: string;
  readonly lake?: string;
}

const PREFIX = "daybook-query-";

/** What is asked of the archives: which statements come first, and which days where the options name none. */
export interface Loading {
  readonly views: readonly string[];
  readonly defaultRange: (whole: DayRange) => DayRange;
}

/** The tables, filled and closed. */
export interface LoadedTables {
  readonly database: QueryDatabase;
  readonly days: readonly DayFacts[];
  /** From the first to the last day that was read; undefined when there is none. */
  readonly range: DayRange | undefined;
}

/**
 * Fills the tables from every archive that the options name, and removes them when `use` is done. ARCHIVE_NOT_FOUND when there is
 * no archive, ARCHIVE_DAMAGED when one is not as it was sealed.
 */
export async function withTables<T>(
  options: ScopeOptions,
  surroundings: Surroundings,
  loading: Loading,
  use: (tables: LoadedTables) => Promise<T>,
): Promise<T> {
  const { files, env, signal, stderr } = surroundings;
  const limits = limitsOf(options);
  const temporary = env["TMPDIR"] ?? "/tmp";
  await removeAbandoned(files, temporary, PREFIX);
  const folder = join(temporary, `${PREFIX}${randomUUID()}`);
  await files.makeFolder(join(folder, "answers"));
  let database: QueryDatabase | undefined;
  try {
    database = await QueryDatabase.open({ ...limits, folder, signal });
    const days = await loadAll(options, surroundings, { ...loading, database });
    redraw(stderr);
    await database.addOperations((await readOperationList(files)).file.operations);
    await database.seal(loading.views);
    return await use({ database, days, range: rangeOfDays(days) });
  } finally {
    database?.close();
    await files.removeTree(folder);
  }
}

interface Filling extends Loading {
  readonly database: QueryDatabase;
}

async function loadAll(
  options: ScopeOptions,
  surroundings: Surroundings,
  { database, defaultRange }: Filling,
): Promise<readonly DayFacts[]> {
  const { clock, signal, stderr } = surroundings;
  const loaded = await eachArchive(options, surroundings, async ({ name, held, tenant: own, scope }) => {
    requireInBag(scope, givenRange(options, clock.now()));
    const tenant = own?.name ?? basename(name);
    const today = utcDayOf(clock.now());
    const whole = held.range ?? { from: today, to: today };
    const range = dayRange(options, defaultRange(whole), clock.now());
    const progress = (done: number, total: number, day: UtcDay): void => {
      redraw(stderr, `${tenant}: reading ${day} (${done + 1} of ${total})`);
    };
    const lake = options.lake === undefined ? [] : await lakeOf(options.lake, own, signal);
    return loadArchive(database, { tenant, held, lake }, { range, progress }, signal);
  });
  return loaded.flat();
}

/** The days in the lake of that name. USAGE when there is none on this host. */
async function lakeOf(
  name: string,
  tenant: Tenant | undefined,
  signal: AbortSignal,
): Promise<readonly DayInLake[]> {
  if (tenant === undefined)
    throw new DaybookError("USAGE", { message: "--path stands alone: found it beside --lake" });
  await using sinks = tenant.openSinks();
  const days = await sinks
    .views()
    .find((view) => view.name === name)
    ?.sink.lakeDays?.(signal);
  if (days !== undefined) return days;
  throw new DaybookError("USAGE", {
    message: `--lake: expected the name of a parquet sink with files on this host, found "${name}"`,
  });
}

function limitsOf({ memory, timeLimit }: ScopeOptions): QueryLimits {
  const [, number, unit] = /^([1-9]\d{0,5})(MB|GB)$/.exec(memory) ?? [];
  if (number === undefined) {
    throw new DaybookError("USAGE", {
      message: `--memory: expected a size such as 512MB or 4GB, found "${memory}"`,
    });
  }
  const duration = parseDuration(timeLimit);
  const timeMs = duration === undefined ? undefined : durationMs(duration);
  if (timeMs === undefined || timeMs >= 2 ** 31) {
    throw new DaybookError("USAGE", {
      message: `--time-limit: expected a time such as 5m or 1h, up to 24d, found "${timeLimit}"`,
    });
  }
  return { memoryBytes: Number(number) * (unit === "GB" ? 1_000_000_000 : 1_000_000), timeMs };
}

function rangeOfDays(days: readonly DayFacts[]): DayRange | undefined {
  const sorted = days.map(({ day }) => day).toSorted();
  const [from, to] = [sorted[0], sorted.at(-1)];
  return from === undefined || to === undefined ? undefined : { from, to };
}

/** Where the answer goes: the absolute path of `--out`. */
export function outPath(out: string, { cwd }: Surroundings): string {
  return resolve(cwd, out);
}
