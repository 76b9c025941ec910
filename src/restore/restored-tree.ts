import { dirname, join } from "node:path";
import { ARCHIVE_PARTS } from "../archive/layout.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { isCreated } from "../ledger/archive-tree.js";
import { LEFT_OUT_PATH, leftOutBytes } from "../ledger/left-out.js";
import type { LeftOutFile } from "../ledger/left-out.js";
import { DaybookError } from "../model/errors.js";

/** Where a restore builds the archive, below the tenant's folder. Its presence marks a restore that is not finished. */
export const RESTORE_FOLDER = "staging/restore";

/**
 * An archive that a restore builds beside the tenant's state folder and, once it is whole and durable, moves into place part
 * by part. After an interruption the next restore continues; until then no start takes it for an archive.
 */
export class RestoredTree {
  /** The archive so far, with the paths of docs/FORMAT.md. */
  readonly root: string;
  /** For files that are not whole yet. */
  readonly staging: string;
  readonly #files: Files;
  /** The tenant's folder in the state folder. */
  readonly #place: string;

  constructor(files: Files, place: string) {
    this.#files = files;
    this.#place = place;
    this.root = join(place, RESTORE_FOLDER, "tree");
    this.staging = join(place, RESTORE_FOLDER, "unfinished");
  }

  /** Whether an earlier restore completed it, so that it only has to be moved. */
  async isWhole(): Promise<boolean> {
    return (await this.#files.stat(this.#mark)) !== undefined;
  }

  /**
   * Makes the folders, and removes what an earlier restore left half written. Says whether one left anything to continue.
   * ARCHIVE_EXISTS where an archive is.
   */
  async begin(): Promise<boolean> {
    await this.#requireVacant();
    const isContinued = (await this.#files.stat(this.root)) !== undefined;
    await this.#files.removeTree(this.staging);
    for (const folder of ["keys", "heads", "days", "ledger"])
      await this.#files.makeFolder(join(this.root, folder));
    await this.#files.makeFolder(this.staging);
    return isContinued;
  }

  /** Makes the complete tree durable and moves it into place; continues an interrupted move. */
  async putInPlace(): Promise<void> {
    const files = this.#files;
    if (!(await this.isWhole())) {
      await this.#syncFolders(this.root);
      await files.writeNew(this.#mark, new Uint8Array());
      await files.syncFolder(join(this.#place, RESTORE_FOLDER));
      await files.syncFolder(join(this.#place, "staging"));
    }
    for (const folder of ["spool", "quarantine"]) await files.makeFolder(join(this.#place, folder));
    // Before the ledger: a start must find both or none.
    await this.#move(LEFT_OUT_PATH);
    await files.syncFolder(join(this.#place, "quarantine"));
    for (const part of ARCHIVE_PARTS) await this.#move(part);
    await files.syncFolder(this.#place);
    await this.discard();
  }

  /** Keeps what the restore left out for the next start, which writes it into the ledger. */
  async noteLeftOut(left: readonly LeftOutFile[]): Promise<void> {
    const path = join(this.root, LEFT_OUT_PATH);
    await this.#files.makeFolder(dirname(path));
    await replaceFile(this.#files, { path, bytes: leftOutBytes(left), staging: this.staging });
  }

  /** Removes the tree. */
  async discard(): Promise<void> {
    await this.#files.removeTree(join(this.#place, RESTORE_FOLDER));
    await this.#files.syncFolder(join(this.#place, "staging"));
  }

  get #mark(): string {
    return join(this.#place, RESTORE_FOLDER, "whole");
  }

  async #move(part: string): Promise<void> {
    const from = join(this.root, part);
    if ((await this.#files.stat(from)) === undefined) return;
    // The parts before it must be durable before the ledger is.
    if (part === "ledger") await this.#files.syncFolder(this.#place);
    await this.#files.rename(from, join(this.#place, part));
  }

  async #requireVacant(): Promise<void> {
    const files = this.#files;
    if (await isCreated(files, this.#place)) throw exists(this.#place, "an archive");
    for (const part of ARCHIVE_PARTS) {
      const found = await firstFile(files, join(this.#place, part));
      if (found !== undefined) throw exists(found, "a part of an archive");
    }
    // Folders without a file, from a first start that came to nothing.
    for (const part of ARCHIVE_PARTS) await files.removeTree(join(this.#place, part));
  }

  async #syncFolders(folder: string): Promise<void> {
    for (const name of await this.#files.list(folder)) {
      const path = join(folder, name);
      if ((await this.#files.stat(path))?.kind === "folder") await this.#syncFolders(path);
    }
    await this.#files.syncFolder(folder);
  }
}

/** The path itself or a file below it; undefined when there is none. */
async function firstFile(files: Files, path: string): Promise<string | undefined> {
  const kind = (await files.stat(path))?.kind;
  if (kind !== "folder") return kind === undefined ? undefined : path;
  for (const name of await files.list(path)) {
    const found = await firstFile(files, join(path, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

function exists(path: string, found: string): DaybookError {
  return new DaybookError("ARCHIVE_EXISTS", {
    message: `${path}: a restore needs a state folder without the tenant's archive: found ${found}, expected nothing`,
  });
}
