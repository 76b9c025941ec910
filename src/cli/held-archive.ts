import type { HeldDays } from "../archive/held-days.js";
import { daysOf, ownDays } from "../compose/held-days.js";
import type { Tenant } from "../compose/tenant-parts.js";
import { DaybookError } from "../model/errors.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { lookAt } from "./held.js";
import { oneTenant } from "./retention-request.js";
import { folderPlace, placesOf } from "./verify.js";
import type { Place } from "./verify.js";

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
  /** Undefined for a folder: no configuration says whose it is. */
  readonly tenant: Tenant | undefined;
}

/**
 * Opens the archive that the options name for reading, and closes it when `use` is done. ARCHIVE_NOT_FOUND where nothing was
 * archived; ARCHIVE_DAMAGED when the ledger of a sink or a folder is not whole.
 */
export async function withArchive<T>(
  options: ArchiveOptions,
  surroundings: Surroundings,
  use: (archive: ReadArchive) => Promise<T>,
): Promise<T> {
  if (options.path !== undefined)
    return inPlace(await folderPlace(options.path, surroundings), undefined, surroundings, use);
  const tenant = await oneTenant(options, surroundings);
  if (options.sink !== undefined) {
    const [place] = placesOf(tenant.name, tenant.openSinks(), options.sink);
    if (place !== undefined) return inPlace(place, tenant, surroundings, use);
    throw new DaybookError("USAGE", {
      message: `--sink: expected the name of a record sink, found "${options.sink}"`,
    });
  }
  return lookAt(tenant, surroundings, async ({ held }) => {
    if (held !== undefined)
      return use({ name: tenant.name, held: ownDays(held, surroundings.signal), tenant });
    throw new DaybookError("ARCHIVE_NOT_FOUND", {
      message: `${tenant.name}: nothing was archived yet`,
      hint: "run `daybook archive`, or name an archive with --path",
    });
  });
}

async function inPlace<T>(
  { name, reader, close }: Place,
  tenant: Tenant | undefined,
  { signal }: Surroundings,
  use: (archive: ReadArchive) => Promise<T>,
): Promise<T> {
  try {
    return await use({ name, held: await daysOf(reader, signal), tenant });
  } finally {
    await close();
  }
}
