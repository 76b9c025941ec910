import { createHash, randomUUID } from "node:crypto";
import { dirname, join } from "node:path";
import {
  DaybookError,
  abortable,
  assertKey,
  conflict,
  defineStore,
  expectedBody,
  filePath,
  isDaybookError,
  lookAtFolder,
  writeFile,
  z,
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

const options = z.strictObject({
  path: filePath.meta({ description: "The folder of the objects", examples: ["/srv/__NAME__"] }),
});

// No key can have this name, so no listing and no object meets it.
const UNFINISHED = "_unfinished~";

/**
 * Works as it is: each object is a file. Put your storage in its place, and keep what the comments promise: the contract in
 * index.test.ts checks it. There is no retry and no timer here: Daybook wraps them around every store.
 */
class ObjectFiles implements ObjectStore {
  constructor(
    readonly root: string,
    readonly files: Files,
  ) {}

  /** Fails now if a write would fail later, and leaves nothing. */
  async check(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    const folder = join(this.root, UNFINISHED);
    await this.files.makeFolder(folder);
    const probe = join(folder, randomUUID());
    await this.files.writeNew(probe, new Uint8Array(1));
    await this.files.remove(probe);
  }

  /**
   * What can be said of a write without changing anything: fails where it would fail, and returns what an operator should
   * know, such as a folder that will be made.
   */
  async look(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    return (await lookAtFolder(this.files, this.root)).note;
  }

  /** Creates the object whole or not at all, and never over another one. */
  async putNew(
    key: string,
    body: Body,
    expected: Expected,
    signal: AbortSignal,
  ): Promise<"stored" | "already-there"> {
    const path = this.#path(key, signal);
    if ((await this.files.stat(path)) !== undefined) return this.#compare(key, expected, signal);
    const unfinished = await this.#write(body, expected, signal);
    try {
      await this.files.makeFolder(dirname(path));
      await this.files.link(unfinished, path);
    } catch (error) {
      // Another writer was faster: what stands under the name decides.
      if (!isDaybookError(error, "FILE_EXISTS")) throw error;
      return await this.#compare(key, expected, signal);
    } finally {
      await this.files.remove(unfinished);
    }
    await this.files.syncFolder(dirname(path));
    return "stored";
  }

  /** A reader sees the old object or the new one, never a mix. */
  async replace(key: string, body: Body, expected: Expected, signal: AbortSignal): Promise<void> {
    const path = this.#path(key, signal);
    const unfinished = await this.#write(body, expected, signal);
    await this.files.makeFolder(dirname(path));
    await this.files.rename(unfinished, path);
    await this.files.syncFolder(dirname(path));
  }

  async get(key: string, signal: AbortSignal): Promise<AsyncIterable<Uint8Array>> {
    const path = this.#path(key, signal);
    if ((await this.stat(key, signal)) === undefined) throw notFound(key);
    return abortable(this.files.stream(path), signal);
  }

  /** `sha256` only where the storage itself knows it: Daybook reads the object back where it does not. */
  async stat(key: string, signal: AbortSignal): Promise<ObjectStat | undefined> {
    const found = await this.files.stat(this.#path(key, signal));
    return found?.kind === "file" ? { bytes: found.bytes } : undefined;
  }

  /** Complete or an error, never a silent part. Most storages answer in pages: follow them all. */
  async *list(prefix: string, signal: AbortSignal): AsyncGenerator<string> {
    signal.throwIfAborted();
    const keys = (await this.#keysBelow("")).filter((key) => key.startsWith(prefix));
    for (const key of keys.toSorted()) {
      signal.throwIfAborted();
      yield key;
    }
  }

  async remove(key: string, signal: AbortSignal): Promise<RemovalReceipt> {
    const path = this.#path(key, signal);
    if ((await this.stat(key, signal)) === undefined) throw notFound(key);
    await this.files.remove(path);
    await this.files.syncFolder(dirname(path));
    return { removed: 1 };
  }

  /**
   * What the storage itself says that it protects. Where it keeps locks or legal holds, say so here and add `extendRetention`
   * and `setHold`; a refused `remove` then carries the `lock`.
   */
  async protection(signal: AbortSignal): Promise<StoreProtection> {
    signal.throwIfAborted();
    return { retention: "none", hold: false, versions: false };
  }

  /** May be called more than once. */
  async close(): Promise<void> {}

  #path(key: string, signal: AbortSignal): string {
    signal.throwIfAborted();
    assertKey(key);
    return join(this.root, key);
  }

  /** `expectedBody` throws before its last piece when the body is not what was promised, and then there is no file. */
  async #write(body: Body, expected: Expected, signal: AbortSignal): Promise<string> {
    const folder = join(this.root, UNFINISHED);
    await this.files.makeFolder(folder);
    const path = join(folder, randomUUID());
    await writeFile(this.files, path, expectedBody(body, expected, signal));
    return path;
  }

  /** The same bytes are the same object; other bytes are a conflict, and the first stay. */
  async #compare(key: string, expected: Expected, signal: AbortSignal): Promise<"already-there"> {
    const hash = createHash("sha256");
    let bytes = 0;
    for await (const piece of await this.get(key, signal)) {
      hash.update(piece);
      bytes += piece.length;
    }
    const sha256 = hash.digest("hex");
    if (sha256 === expected.sha256) return "already-there";
    throw conflict(key, expected, { bytes, sha256 });
  }

  async #keysBelow(folder: string): Promise<string[]> {
    const keys: string[] = [];
    for (const name of await this.files.list(join(this.root, folder))) {
      if (name === UNFINISHED) continue;
      const found = await this.files.stat(join(this.root, folder, name));
      if (found?.kind === "folder") keys.push(...(await this.#keysBelow(`${folder}${name}/`)));
      else if (found !== undefined) keys.push(`${folder}${name}`);
    }
    return keys;
  }
}

function notFound(key: string): DaybookError {
  return new DaybookError("SINK_NOT_FOUND", { message: `${key}: expected an object, found none` });
}

export default defineStore({
  name: "__NAME__",
  apiVersion: 1,
  options,
  open: ({ path }, { files }) => new ObjectFiles(path, files),
});
