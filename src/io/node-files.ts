import * as fs from "node:fs/promises";
import type { FileHandle } from "node:fs/promises";
import { watch } from "node:fs";
import type { Stats } from "node:fs";
import { dirname } from "node:path";
import { DaybookError } from "../model/errors.js";
import { diskError, errnoOf } from "./disk-error.js";
import type { Files, FileStat, FileWriter } from "./files.js";
import { takeKernelLock } from "./kernel-lock.js";
import { writeFile } from "./write-file.js";

const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
const STREAM_CHUNK_BYTES = 1 << 18;

/** The real disk. The one importer of node:fs. */
export const nodeFiles: Files = {
  read,
  stream,
  create,
  writeNew: (path, bytes, mode) => writeFile({ create }, path, [bytes], mode),
  append,
  link: (existing, path) => attempt("link", path, fs.link(existing, path)),
  rename: (from, to) => attempt(`rename ${from} to it`, to, fs.rename(from, to)),
  remove: (path) => attempt("remove", path, fs.unlink(path)),
  removeTree: (path) => attempt("remove tree", path, fs.rm(path, { recursive: true, force: true })),
  makeFolder: (path, mode = FOLDER_MODE) => attempt("make folder", path, makeFolders(path, mode)),
  syncFolder,
  list,
  stat: (path) => describe(path, fs.lstat(path)),
  target: (path) => describe(path, fs.stat(path)),
  requireWritable: (path) =>
    attempt("write in it", path, fs.access(path, fs.constants.W_OK | fs.constants.X_OK)),
  freeBytes: async (path) => {
    const space = await attempt("ask free space", path, fs.statfs(path));
    return space.bavail * space.bsize;
  },
  watch: watchFolder,
  lock: takeKernelLock,
};

/** A folder that cannot be watched, because the machine has no watch left, is looked at less often. */
function watchFolder(path: string, changed: () => void): () => void {
  try {
    const watcher = watch(path, { persistent: false }, changed);
    watcher.on("error", () => watcher.close());
    return () => watcher.close();
  } catch {
    return () => undefined;
  }
}

/**
 * Level by level: Node's recursive mkdir never ends where mkdir(2) fails with ENOENT although the parent is there, as below
 * /proc, and hides why a file system refuses.
 */
async function makeFolders(path: string, mode: number): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolders(parent, mode);
  try {
    await fs.mkdir(path, mode);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (errnoOf(error) === "EEXIST" && (await isFolder(path))) return;
    if (errnoOf(error) !== "ENOENT") throw error;
    throw new DaybookError("DISK_UNSUITABLE", {
      message: `${path}: expected to make a folder, found a file system that allows none there`,
      cause: error,
    });
  }
  if (!isWithinUmask(mode)) await fs.chmod(path, mode);
}

async function isFolder(path: string): Promise<boolean> {
  try {
    const found = await fs.stat(path);
    return found.isDirectory();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return false;
    throw error;
  }
}

/** A usual umask leaves the owner's bits alone: only the bits of group and others must be set again. */
function isWithinUmask(mode: number): boolean {
  return (mode & 0o077) === 0;
}

async function attempt<T>(doing: string, path: string, call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw diskError(error, doing, path);
  }
}

async function read(path: string, maxBytes = Infinity): Promise<Uint8Array> {
  const handle = await attempt("open", path, fs.open(path, "r"));
  try {
    // The size is checked first so that a huge file never reaches memory.
    const { size } = await attempt("stat", path, handle.stat());
    const bytes = size > maxBytes ? undefined : await attempt("read", path, handle.readFile());
    if (bytes !== undefined && bytes.length <= maxBytes) return bytes;
    throw new DaybookError("DISK_FAILED", {
      message: `${path}: file size: found ${bytes?.length ?? size} bytes, expected at most ${maxBytes}`,
    });
  } finally {
    await closeQuietly(handle);
  }
}

async function* stream(path: string, into?: Uint8Array): AsyncGenerator<Uint8Array> {
  const handle = await attempt("open", path, fs.open(path, "r"));
  try {
    for (;;) {
      const buffer = into ?? Buffer.allocUnsafeSlow(STREAM_CHUNK_BYTES);
      const { bytesRead } = await attempt("read", path, handle.read(buffer, 0, buffer.length));
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await closeQuietly(handle);
  }
}

async function create(path: string, mode = FILE_MODE): Promise<FileWriter> {
  const handle = await attempt("create", path, fs.open(path, "wx", mode));
  const writer = new NodeFileWriter(path, handle);
  if (isWithinUmask(mode)) return writer;
  try {
    await attempt("set mode", path, handle.chmod(mode));
    return writer;
  } catch (error) {
    await writer.abort();
    throw error;
  }
}

class NodeFileWriter implements FileWriter {
  readonly #path: string;
  readonly #handle: FileHandle;
  #state: "open" | "finished" | "abandoned" = "open";

  constructor(path: string, handle: FileHandle) {
    this.#path = path;
    this.#handle = handle;
  }

  async write(bytes: Uint8Array): Promise<void> {
    // writeFile goes on after a short write; write would not.
    await attempt("write", this.#path, this.#handle.writeFile(bytes));
  }

  async finish(): Promise<void> {
    try {
      await this.#handle.sync();
      await this.#handle.close();
      this.#state = "finished";
    } catch (error) {
      // After a failed fsync the kernel may have dropped the dirty pages and a second fsync would report success
      // (https://wiki.postgresql.org/wiki/Fsync_Errors): the file is gone for good.
      await this.abort();
      throw diskError(error, "sync", this.#path);
    }
  }

  /** Does nothing once finished: a writer never removes a durable file. */
  async abort(): Promise<void> {
    if (this.#state !== "open") return;
    this.#state = "abandoned";
    await closeQuietly(this.#handle);
    await fs.unlink(this.#path).catch(() => undefined);
  }
}

async function append(path: string, bytes: Uint8Array): Promise<void> {
  const handle = await attempt("open", path, fs.open(path, "a", FILE_MODE));
  try {
    const { size } = await handle.stat();
    try {
      await handle.writeFile(bytes);
    } catch (error) {
      // Half a line would join with the next one appended and spoil both.
      await handle.truncate(size).catch(() => undefined);
      throw error;
    }
    await handle.datasync();
  } catch (error) {
    throw diskError(error, "append", path);
  } finally {
    await closeQuietly(handle);
  }
}

async function syncFolder(path: string): Promise<void> {
  const handle = await attempt("open folder", path, fs.open(path, "r"));
  try {
    await attempt("sync folder", path, handle.sync());
  } finally {
    await closeQuietly(handle);
  }
}

async function list(path: string): Promise<readonly string[]> {
  try {
    const names = await fs.readdir(path);
    return names.toSorted();
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return [];
    throw diskError(error, "list", path);
  }
}

async function describe(path: string, call: Promise<Stats>): Promise<FileStat | undefined> {
  try {
    const found = await call;
    const { size, mode, mtimeMs, uid, dev, ino } = found;
    const id = `${dev}:${ino}`;
    return { kind: kindOf(found), bytes: size, mode: mode & 0o7777, modifiedMs: mtimeMs, uid, id };
  } catch (error) {
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw diskError(error, "stat", path);
  }
}

function kindOf(found: Stats): FileStat["kind"] {
  if (found.isFile()) return "file";
  if (found.isDirectory()) return "folder";
  return found.isSymbolicLink() ? "link" : "other";
}

/** For descriptors with nothing unsynced: a failed close must not hide the outcome. */
async function closeQuietly(handle: FileHandle): Promise<void> {
  await handle.close().catch(() => undefined);
}
