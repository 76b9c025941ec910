import { join } from "node:path";
import { abortable } from "../io/abortable.js";
import type { Files, FileStat } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { ObjectStat } from "../plugin/types.js";
import { printable } from "./printable.js";
import type { ArchiveSource } from "./source.js";

/** The archive in a folder, such as `<stateDir>/<tenant>`; `root` is absolute. */
export function folderSource(files: Files, root: string): ArchiveSource {
  return new FolderSource(files, root);
}

/**
 * An archive in a folder of this machine. Nothing outside the folder is ever read: a symbolic link is not followed, in
 * whatever part of a path it is. `list` names what is there whatever its kind, so that an audit reports it as foreign; an
 * empty folder by its path with a slash at the end.
 */
class FolderSource implements ArchiveSource {
  readonly #files: Files;
  readonly #root: string;
  // Folders known to be real, so that each is checked once.
  readonly #folders = new Set<string>();

  /** `root` is absolute. */
  constructor(files: Files, root: string) {
    this.#files = files;
    this.#root = root;
  }

  async get(path: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    if ((await this.stat(path, signal)) === undefined) {
      throw new DaybookError("FILE_NOT_FOUND", {
        message: `${printable(path)}: found nothing, expected a file`,
      });
    }
    return abortable(this.#files.stream(join(this.#root, path)), signal);
  }

  async stat(path: string, signal: AbortSignal): Promise<ObjectStat | undefined> {
    signal.throwIfAborted();
    refuseOutside(path);
    if (!(await this.#hasRealFolders(path))) return undefined;
    const stat = await this.#files.stat(join(this.#root, path));
    if (stat === undefined) return undefined;
    if (stat.kind !== "file") throw notPlain(path, stat);
    return { bytes: stat.bytes };
  }

  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<string> {
    const folder = prefix.slice(0, prefix.lastIndexOf("/") + 1);
    if (folder !== "") refuseOutside(folder.slice(0, -1));
    if (!(await this.#hasRealFolders(folder))) return;
    for await (const path of this.#walk(folder, signal)) if (path.startsWith(prefix)) yield path;
  }

  async *#walk(folder: string, signal: AbortSignal): AsyncGenerator<string> {
    const children = await this.#children(folder, signal);
    for (const { name, isFolder } of children) {
      if (isFolder) yield* this.#walk(`${folder}${name}/`, signal);
      else yield `${folder}${name}`;
    }
    if (children.length === 0 && folder !== "") yield folder;
  }

  async #children(folder: string, signal: AbortSignal): Promise<readonly Child[]> {
    const children: Child[] = [];
    for (const name of await this.#files.list(join(this.#root, folder))) {
      signal.throwIfAborted();
      const stat = await this.#files.stat(join(this.#root, folder, name));
      children.push({ name, isFolder: stat?.kind === "folder" });
    }
    // As whole paths sort: `a.b` comes before `a/x`.
    return children.toSorted((a, b) => (sortKey(a) < sortKey(b) ? -1 : 1));
  }

  async #hasRealFolders(path: string): Promise<boolean> {
    for (let end = path.indexOf("/"); end !== -1; end = path.indexOf("/", end + 1)) {
      const folder = path.slice(0, end);
      if (this.#folders.has(folder)) continue;
      const stat = await this.#statOrAbsent(join(this.#root, folder));
      if (stat === undefined) return false;
      if (stat.kind !== "folder") throw notFolder(folder, stat);
      this.#folders.add(folder);
    }
    return true;
  }

  async #statOrAbsent(path: string): Promise<FileStat | undefined> {
    try {
      return await this.#files.stat(path);
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND")) return undefined;
      throw error;
    }
  }
}

interface Child {
  readonly name: string;
  readonly isFolder: boolean;
}

function sortKey(child: Child): string {
  return child.isFolder ? `${child.name}/` : child.name;
}

function refuseOutside(path: string): void {
  const isInside = path.split("/").every((segment) => segment !== "" && segment !== "." && segment !== "..");
  if (isInside && !path.includes("\0") && !path.includes("\\")) return;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${printable(path)}: found a path that leads outside the archive, expected one inside`,
  });
}

function notPlain(path: string, stat: FileStat): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${printable(path)}: found ${KIND_WORDS[stat.kind]}, expected a plain file`,
  });
}

function notFolder(path: string, stat: FileStat): DaybookError {
  return new DaybookError("ARCHIVE_DAMAGED", {
    message: `${printable(path)}: found ${KIND_WORDS[stat.kind]}, expected a folder`,
  });
}

const KIND_WORDS = {
  file: "a plain file",
  folder: "a folder",
  link: "a symbolic link",
  other: "something that is neither file nor folder",
} as const;
