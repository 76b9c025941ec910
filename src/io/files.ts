/** What is at a path. */
export interface FileStat {
  readonly kind: "file" | "folder" | "link" | "other";
  readonly bytes: number;
  /** Permission bits, e.g. 0o600. */
  readonly mode: number;
  readonly modifiedMs: number;
  readonly uid: number;
  /** The same for two names of one file or folder, and for no other: its device and inode. */
  readonly id: string;
}

/** A new file being written. Nothing is durable before `finish` resolves. */
export interface FileWriter {
  write(bytes: Uint8Array): Promise<void>;
  /** fsync, then close. After a failure the file is abandoned, never synced again. */
  finish(): Promise<void>;
  /** Close and remove; never throws. */
  abort(): Promise<void>;
}

/**
 * The door to the disk: the few operations of the protocol, so that a test can fail the Nth call for every N.
 * Paths are absolute. Every method throws DISK_FULL (ENOSPC, EDQUOT), DISK_DENIED (EACCES, EPERM, EROFS), DISK_TOO_MANY_FILES (EMFILE, ENFILE),
 * FILE_EXISTS (EEXIST, ENOTEMPTY), FILE_NOT_FOUND (ENOENT, ENOTDIR) or DISK_FAILED (EIO and all others).
 */
export interface Files {
  /** The whole file; DISK_FAILED when it is larger than `maxBytes`. */
  read(path: string, maxBytes?: number): Promise<Uint8Array>;
  /**
   * The file in pieces, for what may be large. With `into` they are parts of it, each good only until the next is
   * requested: reading gigabytes that way leaves nothing behind for the garbage collector.
   */
  stream(path: string, into?: Uint8Array): AsyncIterable<Uint8Array>;
  /** A new file, opened exclusively: FILE_EXISTS when there is one. `mode`: exact, whatever the umask; 0600 when absent. */
  create(path: string, mode?: number): Promise<FileWriter>;
  /** `create`, one write, `finish`. */
  writeNew(path: string, bytes: Uint8Array, mode?: number): Promise<void>;
  /** Appends and syncs the data; creates the file when absent. */
  append(path: string, bytes: Uint8Array): Promise<void>;
  /** Atomic create-if-absent of a complete file: link(2), which never replaces. */
  link(existing: string, path: string): Promise<void>;
  /** rename(2): replaces a file at `to`, and an empty folder by a folder. */
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Removes a folder with all it holds; nothing happens when absent. */
  removeTree(path: string): Promise<void>;
  /**
   * Makes the folder and the parents that are missing, each with exactly `mode`, whatever the umask; 0700 when absent.
   * Durable after `syncFolder` of the parents.
   */
  makeFolder(path: string, mode?: number): Promise<void>;
  /** fsync of the folder: makes creations, links, renames and removals in it durable. */
  syncFolder(path: string): Promise<void>;
  /** Names in the folder, sorted by code unit; empty when the folder is absent. */
  list(path: string): Promise<readonly string[]>;
  /** Does not follow a symbolic link; undefined when absent. */
  stat(path: string): Promise<FileStat | undefined>;
  /** As `stat`, but of what a symbolic link leads to: a mounted secret is one. */
  target(path: string): Promise<FileStat | undefined>;
  /**
   * DISK_DENIED when this process may make no names in the folder, by its rights or because the file system is read-only. Changes
   * nothing; a write may still fail, such as on a full disk.
   */
  requireWritable(path: string): Promise<void>;
  /** Bytes that an unprivileged writer may still use on the path's file system. */
  freeBytes(path: string): Promise<number>;
  /**
   * Calls `changed` when a name in the folder appears or disappears; a call may be missed or come twice. Returns what ends that.
   * Keeps no process alive.
   */
  watch(path: string, changed: () => void): () => void;
  /** A lock that the kernel frees when the process ends; ARCHIVE_LOCKED when another holds it. Returns its release. */
  lock(path: string): Promise<() => void>;
}
