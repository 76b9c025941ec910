import type { Batch, Body, Files, ObjectStore, Sink } from "daybook/plugin";
import { writeDayFile } from "./day-file.js";
import type { DayFile } from "./day-file.js";
import { openEngine } from "./engine.js";
import type { EngineName } from "./engine.js";
import { ForwardFile } from "./forward-file.js";
import { readEvents } from "./read-events.js";
import { WorkFolder } from "./work-folder.js";

export interface DayFilesOptions {
  readonly store: ObjectStore;
  readonly files: Files;
  readonly engine: EngineName;
  /** Absolute path of the folder for unfinished files. */
  readonly work: string;
}

/** The way of a day's file to the store and back, by a folder of this host. */
export class DayFiles {
  readonly #options: DayFilesOptions;
  readonly #work: WorkFolder;
  /** Only where the store can be looked at. */
  readonly look?: NonNullable<Sink["look"]>;

  constructor(options: DayFilesOptions) {
    this.#options = options;
    this.#work = new WorkFolder(options.files, options.work);
    const lookAtStore = options.store.look?.bind(options.store);
    if (lookAtStore === undefined) return;
    this.look = async (signal) => {
      await openEngine(this.#options.engine, {});
      const notes = [await this.#work.look(), await lookAtStore(signal)].filter((note) => note !== undefined);
      return notes.length === 0 ? undefined : notes.join("; ");
    };
  }

  async check(signal: AbortSignal): Promise<void> {
    await openEngine(this.#options.engine, {});
    await this.#work.check();
    await this.#options.store.check(signal);
  }

  /** Makes the batch's file and gives it to `use`; it is gone afterwards. */
  async make(
    batch: Batch,
    signal: AbortSignal,
    use: (made: DayFile, body: Body) => Promise<void>,
  ): Promise<void> {
    const { files, engine } = this.#options;
    const path = await this.#work.newPath();
    try {
      const made = await writeDayFile(batch, { engine, files, path }, signal);
      await use(made, { [Symbol.asyncIterator]: () => files.stream(path)[Symbol.asyncIterator]() });
    } finally {
      await this.#work.remove(path);
    }
  }

  /** The record lines of the file; SINK_NOT_FOUND before the first when there is none. */
  async *read(key: string, signal: AbortSignal): AsyncGenerator<string> {
    const path = await this.#work.newPath();
    try {
      const bytes = await this.#work.copy(await this.#options.store.get(key, signal), path, signal);
      yield* this.#readLines(path, bytes, signal);
    } finally {
      await this.#work.remove(path);
    }
  }

  /** Whether the store has this file. */
  async stands(key: string, file: { bytes: number; sha256: string }, signal: AbortSignal): Promise<boolean> {
    const found = await this.#options.store.stat(key, signal);
    return found?.bytes === file.bytes && (found.sha256 ?? file.sha256) === file.sha256;
  }

  async *#readLines(path: string, bytes: number, signal: AbortSignal): AsyncGenerator<string> {
    const file = new ForwardFile(this.#options.files, path, bytes);
    try {
      for await (const line of readEvents(file)) {
        signal.throwIfAborted();
        yield line;
      }
    } finally {
      await file.close();
    }
  }
}
