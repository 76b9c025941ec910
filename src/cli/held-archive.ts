import { randomUUID } from "node:crypto";
import { join } from "node:path";
import type { HeldDays } from "../archive/held-days.js";
import { storeSource } from "../archive/source.js";
import { copiedDays, ownDays } from "../compose/held-days.js";
import type { Tenant } from "../compose/tenant-parts.js";
import type { DayIndex } from "../ledger/day-index.js";
import { readArchive } from "../ledger/open-archive.js";
import { DaybookError } from "../model/errors.js";
import type { DayRange } from "../model/utc-day.js";
import { fetchLedger } from "../restore/fetch-ledger.js";
import { RestoredTree } from "../restore/restored-tree.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { lookAt } from "./held.js";
import { oneTenant } from "./retention-request.js";
import { folderPlace } from "./folder-place.js";
import { openWorkspace } from "./workspace.js";

/** Which archive a command reads: the own one, that of a record sink, or one in a folder. */
export interface ArchiveOptions extends CommonOptions {
  readonly sink?: string;
  readonly path?: string;
}

/** An archive to be read. */
export interface ReadArchive {
  /** For messages: the tenant's name, the sink's, or the folder. */
  readonly name: string;
  readonly held: HeldDays;
  /** What its ledger says. */
  readonly index: DayIndex;
  /** Undefined for a folder: no configuration says whose it is. */
  readonly tenant: Tenant | undefined;
  /** Of a bag: the days that it has. */
  readonly scope?: DayRange | undefined;
}

type Use<T> = (archive: ReadArchive) => Promise<T>;

/**
 * Opens the archive that the options name for reading, and closes it when `use` is done. USAGE when they name several;
 * ARCHIVE_NOT_FOUND where nothing was archived; ARCHIVE_DAMAGED when the ledger is not whole.
 */
export async function withArchive<T>(
  options: ArchiveOptions,
  surroundings: Surroundings,
  use: Use<T>,
): Promise<T> {
  if (options.path !== undefined) return inFolder(options.path, options, surroundings, use);
  const tenant = await oneTenant(options, surroundings);
  const result = await inConfigured(tenant, options.sink, surroundings, use);
  if (result !== undefined) return result.value;
  throw notFound(tenant.name);
}

/** The same for each archive that the options name, one after the other; tenants without an archive are passed over. */
export async function eachArchive<T>(
  options: ArchiveOptions,
  surroundings: Surroundings,
  use: Use<T>,
): Promise<readonly T[]> {
  if (options.path !== undefined) return [await inFolder(options.path, options, surroundings, use)];
  const { tenants } = await openWorkspace(options, surroundings);
  const results: T[] = [];
  for (const tenant of tenants) {
    const result = await inConfigured(tenant, options.sink, surroundings, use);
    if (result !== undefined) results.push(result.value);
  }
  if (results.length > 0) return results;
  throw notFound(tenants.map(({ name }) => name).join(", "));
}

export async function inFolder<T>(
  path: string,
  { sink }: Pick<ArchiveOptions, "sink">,
  surroundings: Surroundings,
  use: Use<T>,
): Promise<T> {
  if (sink !== undefined)
    throw new DaybookError("USAGE", { message: "--path stands alone: found it beside --sink" });
  const { files, signal } = surroundings;
  const { name, root, reader, scope } = await folderPlace(path, surroundings);
  const read = await readArchive(files, root, signal);
  return use({
    name,
    held: copiedDays(read, { source: reader, scope }, signal),
    index: read.ledger.index,
    tenant: undefined,
    scope,
  });
}

/** Undefined when the tenant has no archive yet. */
async function inConfigured<T>(
  tenant: Tenant,
  sink: string | undefined,
  surroundings: Surroundings,
  use: Use<T>,
): Promise<{ readonly value: T } | undefined> {
  if (sink !== undefined) return { value: await inSink(sink, tenant, surroundings, use) };
  return lookAt(tenant, surroundings, async ({ held }) => {
    if (held === undefined) return undefined;
    const { index } = held;
    return {
      value: await use({ name: tenant.name, held: ownDays(held, surroundings.signal), index, tenant }),
    };
  });
}

/** The ledger is copied and proved, as a restore does it; the packages are read where they are. */
async function inSink<T>(
  sink: string,
  tenant: Tenant,
  { files, env, signal }: Surroundings,
  use: Use<T>,
): Promise<T> {
  await using sinks = tenant.openSinks();
  const store = sinks.stores().find(({ name }) => name === sink)?.store;
  if (store === undefined) {
    throw new DaybookError("USAGE", {
      message: `--sink: expected the name of a record sink, found "${sink}"`,
    });
  }
  const folder = join(env["TMPDIR"] ?? "/tmp", `daybook-ledger-${randomUUID()}`);
  try {
    const tree = new RestoredTree(files, folder);
    await tree.begin();
    const from = { name: sink, store, tenant: tenant.name };
    const { tenantId } = tenant.config;
    const read = await fetchLedger({ from, files, tree, tenantId, progress: () => undefined }, signal);
    const held = copiedDays(read, { source: storeSource(store, tenant.name) }, signal);
    return await use({ name: `${tenant.name} in ${sink}`, held, index: read.ledger.index, tenant });
  } finally {
    await files.removeTree(folder);
  }
}

function notFound(name: string): DaybookError {
  return new DaybookError("ARCHIVE_NOT_FOUND", {
    message: `${name}: nothing was archived yet`,
    hint: "run `daybook archive`, or name an archive with --path",
  });
}
