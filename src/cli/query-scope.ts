import { randomUUID } from "node:crypto";
import { basename, join, resolve } from "node:path";
import { storeSource } from "../archive/source.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { removeAbandoned } from "../io/abandoned-files.js";
import { readOperationList } from "../io/operation-file.js";
import type { DayIndex } from "../ledger/day-index.js";
import { readArchive } from "../ledger/open-archive.js";
import type { DayState } from "../model/day-state.js";
import { durationMs, parseDuration } from "../model/duration.js";
import { DaybookError } from "../model/errors.js";
import { utcDayOf } from "../model/utc-day.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { QueryDatabase } from "../query/database.js";
import type { QueryLimits } from "../query/database.js";
import type { DayFacts } from "../query/day-table.js";
import { loadArchive } from "../query/queried-archive.js";
import type { QueriedArchive } from "../query/queried-archive.js";
import { fetchLedger } from "../restore/fetch-ledger.js";
import { RestoredTree } from "../restore/restored-tree.js";
import { dayStates, wholeRange } from "../view/tenant-view.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { dayRange } from "./days.js";
import type { RangeOptions } from "./days.js";
import { lookAtTenants, rangeOf } from "./held.js";
import { folderPlace } from "./verify.js";
import { openWorkspace } from "./workspace.js";

/** Which archive a query reads, and what it may use. */
export interface ScopeOptions extends CommonOptions, RangeOptions {
  readonly sink?: string;
  readonly path?: string;
  readonly memory: string;
  readonly timeLimit: string;
}

const PREFIX = "daybook-query-";

/** What is asked of the archives: which statements come first, and which days where the options name none. */
export interface Loading {
  readonly views: readonly string[];
  readonly defaultRange: (whole: DayRange, index: DayIndex | undefined) => DayRange;
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
    const days = await loadAll(options, surroundings, { ...loading, database, folder });
    if (stderr.isTTY) stderr.write("\r\u001b[2K");
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
  /** For what is needed while the tables are filled. */
  readonly folder: string;
}

async function loadAll(
  options: ScopeOptions,
  surroundings: Surroundings,
  filling: Filling,
): Promise<readonly DayFacts[]> {
  const load = (archive: QueriedArchive): Promise<readonly DayFacts[]> =>
    loadOne(archive, options, surroundings, filling);
  if (options.path !== undefined) {
    if (options.sink !== undefined)
      throw new DaybookError("USAGE", { message: "--path stands alone: found it beside --sink" });
    return load(await archiveInFolder(options.path, surroundings));
  }
  if (options.sink !== undefined)
    return loadFromSink(options.sink, options, surroundings, { ...filling, load });
  const loaded = await lookAtTenants(options, surroundings, async (looked) => {
    const { held, tenant } = looked;
    if (held === undefined) return undefined;
    return load({
      tenant: tenant.name,
      index: held.index,
      stateOf: held.stateOf,
      range: rangeOf(looked),
      packageSource: (day, revision) => held.packageSource(day, revision),
    });
  });
  const found = loaded.filter((days) => days !== undefined);
  if (found.length === 0) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", {
      message: "found no archive in the state folder, expected one at least",
      hint: "run `daybook archive`, or name a copy with --sink or --path",
    });
  }
  return found.flat();
}

function loadOne(
  archive: QueriedArchive,
  options: ScopeOptions,
  { clock, signal, stderr }: Surroundings,
  { database, defaultRange }: Filling,
): Promise<readonly DayFacts[]> {
  const { tenant } = archive;
  const range = dayRange(options, defaultRange(archive.range, archive.index), clock.now());
  const progress = (done: number, total: number, day: UtcDay): void => {
    if (stderr.isTTY) stderr.write(`\r\u001b[2K${tenant}: reading ${day} (${done + 1} of ${total})`);
  };
  return loadArchive(database, archive, { range, progress }, signal);
}

/** A copy says of itself which days it has; what it does not name up to its newest day is a gap. */
async function archiveInFolder(path: string, surroundings: Surroundings): Promise<QueriedArchive> {
  const { name: folder, reader } = await folderPlace(path, surroundings);
  const { ledger } = await readArchive(surroundings.files, folder, surroundings.signal);
  const { index } = ledger;
  return {
    tenant: basename(folder),
    index,
    stateOf: (day) => stateInCopy(day, index),
    range: namedRange(index, utcDayOf(index.createdAt)),
    packageSource: async () => reader,
  };
}

/** The state of a day by what a copy says of itself. */
export function stateInCopy(day: UtcDay, { days }: DayIndex): DayState {
  const record = days.get(day);
  if (record?.disposing !== undefined)
    return record.disposed?.length === record.revisions.length ? "disposed" : "disposing";
  if (record !== undefined && record.revisions.length > 0) return "sealed";
  return record?.lost === undefined ? "gap" : "lost";
}

/** From the first to the last day that a copy names. */
export function namedRange({ days }: DayIndex, otherwise: UtcDay): DayRange {
  const named = [...days.keys()].toSorted();
  return { from: named[0] ?? otherwise, to: named.at(-1) ?? otherwise };
}

interface SinkFilling extends Filling {
  readonly load: (archive: QueriedArchive) => Promise<readonly DayFacts[]>;
}

async function loadFromSink(
  sink: string,
  options: ScopeOptions,
  surroundings: Surroundings,
  filling: SinkFilling,
): Promise<readonly DayFacts[]> {
  const { tenants } = await openWorkspace(options, surroundings);
  const all: DayFacts[] = [];
  for (const tenant of tenants) all.push(...(await loadTenantFromSink(sink, tenant, surroundings, filling)));
  return all;
}

type SinkTenant = Pick<Tenant, "name" | "config" | "rules" | "openSinks">;

/** The ledger is copied and proved, as a restore does it; the packages are read where they are. */
async function loadTenantFromSink(
  sink: string,
  { name: tenant, config, rules, openSinks }: SinkTenant,
  { files, clock, signal }: Surroundings,
  { folder, load }: SinkFilling,
): Promise<readonly DayFacts[]> {
  await using sinks = openSinks();
  const store = sinks.stores().find(({ name }) => name === sink)?.store;
  if (store === undefined) {
    const names = sinks.stores().map(({ name }) => name);
    throw new DaybookError("USAGE", {
      message: `--sink: expected one of the record sinks ${names.join(", ")}, found "${sink}"`,
    });
  }
  const tree = new RestoredTree(files, join(folder, "ledgers", tenant));
  await tree.begin();
  const { ledger } = await fetchLedger(
    {
      from: { name: sink, store, tenant },
      files,
      tree,
      tenantId: config.tenantId,
      progress: () => undefined,
    },
    signal,
  );
  const known = { index: ledger.index, rules };
  const source = storeSource(store, tenant);
  return load({
    tenant,
    index: ledger.index,
    stateOf: dayStates(known, clock.now()),
    range: wholeRange(known, clock.now()),
    packageSource: async () => source,
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
