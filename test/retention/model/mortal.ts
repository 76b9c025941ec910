import type { Files, FileWriter } from "../../../src/io/files.js";
import { DaybookError } from "../../../src/model/errors.js";
import type { ErrorCode } from "../../../src/model/errors.js";
import { CrashError } from "../../support/failing-files.js";

/** `crash`: the process dies in the operation, and every later one fails. A code: that operation alone fails, with it. */
export type Fault = "crash" | Extract<ErrorCode, "DISK_FULL" | "DISK_FAILED">;

/** One life of a process, in which one of its operations on files and stores may fail. */
export class Life {
  #left = Infinity;
  #fault: Fault = "crash";
  hasFailed = false;

  /** The operation with this number, from 1, fails. */
  failAt(operation: number, fault: Fault): void {
    this.#left = operation;
    this.#fault = fault;
    this.hasFailed = false;
  }

  /** Nothing fails from now on. A dead process stays dead. */
  goOn(): void {
    this.#left = Infinity;
    if (this.#fault !== "crash") this.hasFailed = false;
  }

  get isOver(): boolean {
    return this.hasFailed && this.#fault === "crash";
  }

  step(what: string, isStore = false): void {
    if (this.isOver) throw new CrashError(what);
    this.#left -= 1;
    if (this.#left > 0) return;
    this.#left = Infinity;
    this.hasFailed = true;
    if (this.#fault === "crash") throw new CrashError(what);
    throw new DaybookError(isStore ? "SINK_UNAVAILABLE" : this.#fault, { message: `${what}: injected` });
  }
}

/** The files as a process with this life reaches them. A write that it dies in wrote half of its bytes. */
export function mortalFiles(inner: Files, life: Life): Files {
  const step = (what: string): void => life.step(what);
  const create = async (path: string, mode?: number): Promise<FileWriter> => {
    step("create");
    const writer = await inner.create(path, mode);
    return {
      write: async (bytes) => {
        if (life.isOver) step("write");
        try {
          step("write");
        } catch (error) {
          await writer.write(bytes.subarray(0, bytes.length / 2));
          throw error;
        }
        await writer.write(bytes);
      },
      finish: async () => (step("finish"), writer.finish()),
      // A dead process removes nothing; its descriptors are closed.
      abort: () => (life.isOver ? writer.finish().catch(() => undefined) : writer.abort()),
    };
  };
  return {
    requireWritable: async (path) => (step("requireWritable"), inner.requireWritable(path)),
    read: async (path, maxBytes) => (step("read"), inner.read(path, maxBytes)),
    stream: async function* stream(path) {
      step("stream");
      yield* inner.stream(path);
    },
    create,
    writeNew: async (path, bytes, mode) => {
      const writer = await create(path, mode);
      try {
        await writer.write(bytes);
        await writer.finish();
      } catch (error) {
        await writer.abort();
        throw error;
      }
    },
    append: async (path, bytes) => (step("append"), inner.append(path, bytes)),
    link: async (existing, path) => (step("link"), inner.link(existing, path)),
    rename: async (from, to) => (step("rename"), inner.rename(from, to)),
    remove: async (path) => (step("remove"), inner.remove(path)),
    removeTree: async (path) => (step("removeTree"), inner.removeTree(path)),
    makeFolder: async (path, mode) => (step("makeFolder"), inner.makeFolder(path, mode)),
    syncFolder: async (path) => (step("syncFolder"), inner.syncFolder(path)),
    list: async (path) => (step("list"), inner.list(path)),
    stat: async (path) => (step("stat"), inner.stat(path)),
    target: async (path) => (step("target"), inner.target(path)),
    watch: (path, changed) => inner.watch(path, changed),
    freeBytes: (path) => inner.freeBytes(path),
    lock: (path) => inner.lock(path),
  };
}
