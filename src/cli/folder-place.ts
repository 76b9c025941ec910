import { join, resolve } from "node:path";
import { parseBagScope } from "../archive/bag-scope.js";
import type { BagScope } from "../archive/bag-scope.js";
import { folderSource } from "../archive/folder-source.js";
import { BAG_SCOPE, LIMITS } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import type { ArchiveSource } from "../archive/source.js";
import { ARCHIVE_PART, DECLARATION } from "../bag/bag-form.js";
import { DaybookError } from "../model/errors.js";
import type { DayRange } from "../model/utc-day.js";
import type { Surroundings } from "./command.js";

/** An archive to be checked: a tenant's in a record sink, or one in a folder. */
export interface Place {
  readonly name: string;
  readonly reader: ArchiveSource;
  readonly close: () => Promise<void>;
  /** Of a bag: the days that it has. */
  readonly scope?: BagScope;
  /** Of a bag: its folder, of which the archive is a part. */
  readonly bag?: ArchiveSource;
  /** Fingerprints of the keys that this machine knows as the archive's own. */
  readonly knownKeys?: readonly string[];
}

interface FolderPlace extends Place {
  /** The folder that holds `archive.json`. */
  readonly root: string;
}

/** An archive in a folder, or the one in a bag. ARCHIVE_NOT_FOUND where neither is. */
export async function folderPlace(path: string, { files, cwd, signal }: Surroundings): Promise<FolderPlace> {
  const folder = resolve(cwd, path);
  const isBag = (await files.stat(join(folder, DECLARATION))) !== undefined;
  const root = isBag ? join(folder, ARCHIVE_PART, ".") : folder;
  if ((await files.stat(join(root, "archive.json"))) === undefined) {
    throw new DaybookError("ARCHIVE_NOT_FOUND", {
      message: `${root}: expected an archive, found no archive.json`,
      hint: "name the folder of one tenant, the one that holds archive.json, or that of a bag",
    });
  }
  const reader = folderSource(files, root);
  const scope = await readSmall(reader, BAG_SCOPE, LIMITS.smallFile, signal);
  return {
    name: folder,
    root,
    reader,
    close: async () => undefined,
    ...(scope === undefined ? {} : { scope: parseBagScope(scope) }),
    ...(isBag ? { bag: folderSource(files, folder) } : {}),
  };
}

/** A bag says nothing of days that it leaves out: a range that reaches beyond it is refused. USAGE. */
export function requireInBag(scope: DayRange | undefined, { from, to }: Partial<DayRange>): void {
  if (scope === undefined) return;
  if ((from ?? scope.from) >= scope.from && (to ?? scope.to) <= scope.to) return;
  throw new DaybookError("USAGE", {
    message: `${from ?? "start"} to ${to ?? "end"}: the bag has ${scope.from} to ${scope.to}, expected days of it`,
  });
}
