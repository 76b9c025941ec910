import { join } from "node:path";
import { DaybookError, isDaybookError } from "daybook/plugin";
import type { Files } from "daybook/plugin";
import { setImmutable } from "./immutable-attribute.js";

/**
 * Does with files of its own in `folder`, which it makes and removes, everything that storing an object does. Throws
 * DISK_UNSUITABLE where the file system has no hard links, lets a link replace a file, or does not tell case apart.
 */
export async function probeFolder(
  files: Files,
  folder: string,
  immutable: boolean,
  signal: AbortSignal,
): Promise<void> {
  await files.makeFolder(folder, 0o700);
  try {
    await probe(files, folder);
    signal.throwIfAborted();
    if (immutable) await probeImmutable(files, join(folder, "immutable"));
  } finally {
    await files.removeTree(folder);
    await files.syncFolder(join(folder, ".."));
  }
}

async function probe(files: Files, folder: string): Promise<void> {
  const [first, second, name] = [join(folder, "first"), join(folder, "second"), join(folder, "name")];
  await files.writeNew(first, new Uint8Array([1]));
  await files.writeNew(second, new Uint8Array([2]));
  await files.link(first, name).catch((cause: unknown) => {
    throw unsuitable(folder, "hard links", cause instanceof Error ? cause.message : String(cause), cause);
  });
  if (!(await isRefused(files.link(second, name)))) {
    throw unsuitable(folder, "a link that exists is kept", "it was replaced");
  }
  if ((await files.stat(join(folder, "NAME"))) !== undefined) {
    throw unsuitable(folder, "names that differ in case are two", "one");
  }
  await files.rename(second, name);
  const [content] = await files.read(name, 1);
  if (content !== 2) throw unsuitable(folder, "a rename replaces a file", "it did not");
  await files.syncFolder(folder);
}

async function probeImmutable(files: Files, path: string): Promise<void> {
  await files.writeNew(path, new Uint8Array([3]));
  await setImmutable(path, true);
  const kept = await files.remove(path).then(
    () => false,
    () => true,
  );
  if (!kept) throw unsuitable(path, "an immutable file cannot be removed", "it was");
  await setImmutable(path, false);
}

async function isRefused(link: Promise<void>): Promise<boolean> {
  try {
    await link;
    return false;
  } catch (error) {
    if (isDaybookError(error, "FILE_EXISTS")) return true;
    throw error;
  }
}

function unsuitable(path: string, expected: string, found: string, cause?: unknown): DaybookError {
  return new DaybookError("DISK_UNSUITABLE", {
    message: `${path}: file system: expected ${expected}, found ${found}`,
    ...(cause === undefined ? {} : { cause }),
  });
}
