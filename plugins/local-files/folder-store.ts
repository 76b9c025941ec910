import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import {
  DaybookError,
  abortable,
  assertKey,
  conflict,
  expectedBody,
  isDaybookError,
  lookAtFolder,
  removeAbandoned,
  writeFile,
  requireSpace,
} from "daybook/plugin";
import type {
  Body,
  Expected,
  Files,
  ObjectStat,
  ObjectStore,
  RemovalReceipt,
  StoreProtection,
} from "daybook/plugin";
import { isImmutable, setImmutable } from "./immutable-attribute.js";
import { KeyFolders, notPlain } from "./key-folders.js";
import { listKeys } from "./list-keys.js";
import { probeFolder } from "./probe-folder.js";

/** Permission bits of the objects and of their folders. */
export interface Modes {
  readonly file: number;
  readonly folder: number;
}

export interface FolderStoreOptions {
  readonly root: string;
  readonly files: Files;
  readonly reserveBytes: number;
  readonly modes: Modes;
  readonly immutable: boolean;
}

// No key can have this name (`~`), and Spark and Hive skip it as they read a folder (`_`).
const UNFINISHED = "_unfinished~";
const OWNER_ONLY = 0o700;

/**
 * Objects as files below one folder. A new object is written under another name, synced, then linked into place: link(2)
 * never replaces, so one of two writers wins, and every object is whole and durable once it has its name.
 */
export class FolderStore implements ObjectStore {
  readonly folder: string;
  readonly #options: FolderStoreOptions;
  readonly #files: Files;
  readonly #folders: KeyFolders;
  /** Folders whose own entry in their parent is known to be durable. */
  readonly #durable = new Set<string>();

  constructor(options: FolderStoreOptions) {
    this.#options = options;
    this.folder = options.root;
    this.#files = options.files;
    this.#folders = new KeyFolders(options.files, options.root, options.modes.folder);
  }

  async check(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const { root, reserveBytes, immutable } = this.#options;
    const folder = await this.#unfinishedFolder();
    await removeAbandoned(this.#files, folder);
    await requireSpace(this.#files, root, 0, reserveBytes);
    await probeFolder(this.#files, join(folder, randomUUID()), immutable, signal);
  }

  async look(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    const { root, reserveBytes } = this.#options;
    const { nearest, note } = await lookAtFolder(this.#files, root);
    await requireSpace(this.#files, nearest, 0, reserveBytes);
    if (note !== undefined) return note;
    const unfinished = join(root, UNFINISHED);
    if ((await this.#files.stat(unfinished)) !== undefined) await lookAtFolder(this.#files, unfinished);
    return undefined;
  }

  async putNew(
    key: string,
    body: Body,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"stored" | "already-there"> {
    const path = this.#pathOf(key, signal);
    if (await this.#isTaken(key, path)) return this.#compare(key, path, expected, signal);
    const unfinished = await this.#write(body, expected, signal);
    try {
      await this.#folders.make(key);
      await this.#files.link(unfinished, path);
    } catch (error) {
      // Another writer was faster: what stands under the name decides.
      if (!isDaybookError(error, "FILE_EXISTS")) throw error;
      return await this.#compare(key, path, expected, signal);
    } finally {
      // Before the attribute is set: it belongs to the file, whatever its name, and would keep this name for ever.
      await this.#files.remove(unfinished);
    }
    await this.#keep(path);
    return "stored";
  }

  async replace(key: string, body: Body, expected: Expected, signal: AbortSignal): Promise<void> {
    const path = this.#pathOf(key, signal);
    const unfinished = await this.#write(body, expected, signal);
    try {
      await this.#folders.make(key);
      await this.#files.rename(unfinished, path);
    } catch (error) {
      await this.#files.remove(unfinished);
      throw error;
    }
    await this.#syncEntry(path);
  }

  async get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#pathOf(key, signal);
    await this.#fileAt(key, path);
    return abortable(this.#files.stream(path), signal);
  }

  async stat(key: string, signal: AbortSignal): Promise<ObjectStat | undefined> {
    const path = this.#pathOf(key, signal);
    const found = (await this.#folders.exist(key)) ? await this.#files.stat(path) : undefined;
    return found?.kind === "file" ? { bytes: found.bytes } : undefined;
  }

  list(prefix: string, signal: AbortSignal): AsyncIterable<string> {
    return abortable(listKeys(this.#files, this.#options.root, prefix), signal);
  }

  async remove(key: string, signal: AbortSignal): Promise<RemovalReceipt> {
    const path = this.#pathOf(key, signal);
    await this.#fileAt(key, path);
    if (this.#options.immutable) await setImmutable(path, false);
    await this.#unlink(key, path);
    await this.#files.syncFolder(dirname(path));
    if ((await this.#files.stat(path)) === undefined) return { removed: 1 };
    throw new DaybookError("SINK_REFUSED", { message: `${key}: removal: expected no file, found one` });
  }

  /** A file system knows neither dates nor holds; what it refuses is in the note. */
  async protection(signal: AbortSignal): Promise<StoreProtection> {
    signal.throwIfAborted();
    const note = this.#options.immutable
      ? "read-only files with the immutable attribute, which root can clear; no dates and no holds"
      : "read-only files, which their owner and root can remove; no dates and no holds";
    return { retention: "none", hold: false, versions: false, note };
  }

  async close(): Promise<void> {}

  /** The attribute may have been set by hand, or by an earlier configuration. */
  async #unlink(key: string, path: string): Promise<void> {
    try {
      await this.#files.remove(path);
    } catch (cause) {
      if (!(await isImmutable(path))) throw cause;
      throw new DaybookError("SINK_REFUSED", {
        message: `${key}: removal: expected a file that may go, found the immutable attribute`,
        hint: "set immutable: true, so that Daybook clears it for a disposal, or clear it with chattr -i",
        lock: {},
        cause,
      });
    }
  }

  #pathOf(key: string, signal: AbortSignal): string {
    signal.throwIfAborted();
    assertKey(key);
    return join(this.#options.root, key);
  }

  /** Whether something has the key, whatever it is. */
  async #isTaken(key: string, path: string): Promise<boolean> {
    return (await this.#folders.exist(key)) && (await this.#files.stat(path)) !== undefined;
  }

  async #unfinishedFolder(): Promise<string> {
    const { root, modes } = this.#options;
    const folder = join(root, UNFINISHED);
    const kind = (await this.#files.stat(folder))?.kind ?? "folder";
    if (kind !== "folder") throw notPlain(UNFINISHED, "folder", kind);
    await this.#files.makeFolder(root, modes.folder);
    await this.#files.makeFolder(folder, OWNER_ONLY);
    return folder;
  }

  /** The body under a name of its own, checked and synced. */
  async #write(body: Body, expected: Expected, signal: AbortSignal): Promise<string> {
    const { root, reserveBytes, modes } = this.#options;
    const folder = await this.#unfinishedFolder();
    await requireSpace(this.#files, root, expected.bytes, reserveBytes);
    const path = join(folder, randomUUID());
    await writeFile(this.#files, path, expectedBody(body, expected, signal), modes.file);
    return path;
  }

  async #compare(
    key: string,
    path: string,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"already-there"> {
    const { bytes } = await this.#fileAt(key, path);
    const sha256 = bytes === expected.bytes ? await this.#hash(path, signal) : undefined;
    if (sha256 !== expected.sha256) throw conflict(key, expected, { bytes, sha256 });
    // The attempt that linked it may have died before it was durable.
    await this.#keep(path);
    return "already-there";
  }

  async #hash(path: string, signal: AbortSignal): Promise<string> {
    const hash = createHash("sha256");
    for await (const piece of abortable(this.#files.stream(path), signal)) hash.update(piece);
    return hash.digest("hex");
  }

  async #keep(path: string): Promise<void> {
    await this.#syncEntry(path);
    if (this.#options.immutable) await setImmutable(path, true);
  }

  /** Makes the file's name durable: its folder, then every folder above it that this instance has not synced yet. */
  async #syncEntry(path: string): Promise<void> {
    const folder = dirname(path);
    await this.#files.syncFolder(folder);
    for (let at = folder; at !== dirname(this.#options.root) && !this.#durable.has(at); at = dirname(at)) {
      await this.#files.syncFolder(dirname(at));
      this.#durable.add(at);
    }
  }

  /** What stands at the path, which must be a plain file: a link could lead out of the folder. */
  async #fileAt(key: string, path: string): Promise<{ readonly bytes: number }> {
    const found = (await this.#folders.exist(key)) ? await this.#files.stat(path) : undefined;
    if (found?.kind === "file") return found;
    if (found === undefined || found.kind === "folder") {
      throw new DaybookError("SINK_NOT_FOUND", {
        message: `${key}: expected a file below ${this.#options.root}, found none`,
      });
    }
    throw notPlain(key, "file", found.kind);
  }
}
