import * as fs from "node:fs";
import { DaybookError } from "../../src/model/errors.js";
import type { FileStat, Files, FileWriter } from "../../src/io/files.js";

/** Real files without a sync and without a thread: for tests of what happens over years, not of what a crash leaves. */
export function quickFiles(): Files {
  const locked = new Set<string>();
  return {
    read: async (path) => attempt(path, () => fs.readFileSync(path)),
    stream: async function* (path) {
      yield attempt(path, () => fs.readFileSync(path));
    },
    create: async (path, mode) => create(path, mode),
    writeNew: async (path, bytes, mode = 0o600) =>
      attempt(path, () => fs.writeFileSync(path, bytes, { flag: "wx", mode })),
    append: async (path, bytes) => attempt(path, () => fs.appendFileSync(path, bytes)),
    link: async (existing, path) => attempt(path, () => fs.linkSync(existing, path)),
    rename: async (from, to) => attempt(from, () => fs.renameSync(from, to)),
    remove: async (path) => attempt(path, () => fs.unlinkSync(path)),
    removeTree: async (path) => attempt(path, () => fs.rmSync(path, { recursive: true, force: true })),
    makeFolder: async (path, mode = 0o700) =>
      attempt(path, () => void fs.mkdirSync(path, { recursive: true, mode })),
    syncFolder: async (path) => attempt(path, () => void fs.statSync(path)),
    list: async (path) => (fs.existsSync(path) ? fs.readdirSync(path).toSorted() : []),
    stat: async (path) => described(fs.lstatSync(path, { throwIfNoEntry: false })),
    target: async (path) => described(fs.statSync(path, { throwIfNoEntry: false })),
    requireWritable: async (path) => attempt(path, () => fs.accessSync(path, fs.constants.W_OK)),
    freeBytes: () => Promise.resolve(1e12),
    watch: () => () => undefined,
    lock: async (path) => {
      if (locked.has(path)) throw new DaybookError("ARCHIVE_LOCKED", { message: path });
      attempt(path, () => fs.appendFileSync(path, ""));
      locked.add(path);
      return () => void locked.delete(path);
    },
  };
}

function create(path: string, mode = 0o600): FileWriter {
  const file = attempt(path, () => fs.openSync(path, "wx", mode));
  return {
    write: async (bytes) => void fs.writeSync(file, bytes),
    finish: async () => fs.closeSync(file),
    abort: async () => {
      fs.closeSync(file);
      fs.rmSync(path, { force: true });
    },
  };
}

function described(found: fs.Stats | undefined): FileStat | undefined {
  if (found === undefined) return undefined;
  const kind = found.isFile() ? "file" : found.isDirectory() ? "folder" : "link";
  return {
    kind,
    bytes: found.size,
    mode: found.mode & 0o7777,
    modifiedMs: found.mtimeMs,
    uid: found.uid,
    id: `${found.dev}:${found.ino}`,
  };
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "EEXIST" || code === "ENOTEMPTY")
      throw new DaybookError("FILE_EXISTS", { message: path, cause: error });
    if (code === "ENOENT" || code === "ENOTDIR")
      throw new DaybookError("FILE_NOT_FOUND", { message: path, cause: error });
    throw error;
  }
}
