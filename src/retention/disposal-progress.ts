import { join } from "node:path";
import { parseRemovedCopies } from "../archive/tombstone.js";
import type { RemovedCopy } from "../archive/tombstone.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { stableJson } from "../model/stable-json.js";
import type { UtcDay } from "../model/utc-day.js";

const MAX_BYTES = 1 << 20;

/**
 * What was removed of a day so far, by sink, for its tombstone: a lock may keep one copy for years after the others. It lies in
 * the state folder; when it is lost, the copies that are gone are recorded as absent.
 */
export class DisposalProgress {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, root: string) {
    this.#files = files;
    this.#folder = join(root, "disposing");
  }

  async isDone(day: UtcDay, sink: string): Promise<boolean> {
    return (await this.#read(day)).has(sink);
  }

  async add(day: UtcDay, sink: string, copies: readonly RemovedCopy[]): Promise<void> {
    const done = new Map(await this.#read(day)).set(sink, copies);
    await this.#files.makeFolder(this.#folder);
    await replaceFile(this.#files, { path: this.#path(day), bytes: stableJson(done) });
  }

  /** What was removed of the revision at `index`: of a view sink the whole day. */
  async copies(day: UtcDay, index: number): Promise<readonly RemovedCopy[]> {
    return [...(await this.#read(day)).values()].flatMap((copies) =>
      copies.filter(({ kind }, place) => kind === "view" || place === index),
    );
  }

  async forget(day: UtcDay): Promise<void> {
    if ((await this.#files.stat(this.#path(day))) === undefined) return;
    await this.#files.remove(this.#path(day));
    await this.#files.syncFolder(this.#folder);
  }

  async #read(day: UtcDay): Promise<ReadonlyMap<string, readonly RemovedCopy[]>> {
    if ((await this.#files.stat(this.#path(day))) === undefined) return new Map();
    const value: unknown = JSON.parse(
      Buffer.from(await this.#files.read(this.#path(day), MAX_BYTES)).toString(),
    );
    if (typeof value !== "object" || value === null) return new Map();
    return new Map(Object.entries(value).map(([sink, copies]) => [sink, parseRemovedCopies(copies)]));
  }

  #path(day: UtcDay): string {
    return join(this.#folder, `${day}.json`);
  }
}
