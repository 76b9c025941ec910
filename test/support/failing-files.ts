import { DaybookError } from "../../src/model/errors.js";
import type { ErrorCode } from "../../src/model/errors.js";
import type { Files, FileWriter } from "../../src/io/files.js";

/** Thrown by every call from the crash on: the process that made them is dead, and only the disk is left. */
export class CrashError extends Error {
  override readonly name = "CrashError";
}

export type FileCall = Exclude<keyof Files, "lock"> | "write" | "finish";

export interface FilePlan {
  /** The call that fails, from 1; 0 for none. */
  readonly at: number;
  /** Counts, and fails, only calls of these methods. */
  readonly only?: readonly FileCall[];
  /** `crash`: that call and all after it throw CrashError. A code: the call throws a DaybookError with it. */
  readonly fault: ErrorCode | "crash";
  /** The calls after it fail as well, as on a full disk. */
  readonly lasting?: boolean;
}

/** `inner` with a fault in it. A write that fails has written half of its bytes. */
export function failingFiles(inner: Files, plan: FilePlan): { readonly files: Files; calls(): number } {
  let calls = 0;
  let isFaulty = false;

  /** Runs `half`, then throws, when the fault is due; does nothing otherwise. */
  async function count(method: FileCall, path: string, half?: () => Promise<void>): Promise<void> {
    if (plan.fault === "crash" && isFaulty) throw new CrashError(method);
    if (plan.only !== undefined && !plan.only.includes(method)) return;
    calls += 1;
    if (calls !== plan.at && !(isFaulty && plan.lasting === true)) return;
    isFaulty = true;
    await half?.();
    if (plan.fault === "crash") throw new CrashError(`${method} ${path}`);
    throw new DaybookError(plan.fault, { message: `${path}: cannot ${method}: injected fault` });
  }

  function isDead(): boolean {
    return plan.fault === "crash" && isFaulty;
  }

  async function create(path: string, mode?: number): Promise<FileWriter> {
    await count("create", path);
    const writer = await inner.create(path, mode);
    return {
      write: async (bytes) => {
        await count("write", path, () => writer.write(bytes.subarray(0, bytes.length / 2)));
        await writer.write(bytes);
      },
      finish: async () => {
        await count("finish", path, isCrash(plan) ? undefined : () => writer.abort());
        await writer.finish();
      },
      // A dead process removes nothing; its descriptors are closed.
      abort: () => (isDead() ? writer.finish().catch(() => undefined) : writer.abort()),
    };
  }

  const files: Files = {
    read: async (path, maxBytes) => (await count("read", path), inner.read(path, maxBytes)),
    stream: async function* stream(path) {
      await count("stream", path);
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
    append: async (path, bytes) => {
      await count(
        "append",
        path,
        isCrash(plan) ? () => inner.append(path, bytes.subarray(0, bytes.length / 2)) : undefined,
      );
      await inner.append(path, bytes);
    },
    link: async (existing, path) => (await count("link", path), inner.link(existing, path)),
    rename: async (from, to) => (await count("rename", to), inner.rename(from, to)),
    remove: async (path) => (await count("remove", path), inner.remove(path)),
    removeTree: async (path) => (await count("removeTree", path), inner.removeTree(path)),
    makeFolder: async (path, mode) => (await count("makeFolder", path), inner.makeFolder(path, mode)),
    syncFolder: async (path) => (await count("syncFolder", path), inner.syncFolder(path)),
    list: async (path) => (await count("list", path), inner.list(path)),
    stat: async (path) => (await count("stat", path), inner.stat(path)),
    target: async (path) => (await count("target", path), inner.target(path)),
    watch: (path, changed) => inner.watch(path, changed),
    requireWritable: async (path) => (await count("requireWritable", path), inner.requireWritable(path)),
    freeBytes: async (path) => (await count("freeBytes", path), inner.freeBytes(path)),
    lock: (path) => inner.lock(path),
  };
  return { files, calls: () => calls };
}

function isCrash(plan: FilePlan): boolean {
  return plan.fault === "crash";
}
