import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DaybookError, Tally, abortable, lookAtFolder, removeAbandoned, writeFile } from "daybook/plugin";
import type { Files } from "daybook/plugin";

const PREFIX = "daybook-parquet-";

/** A folder for files that live as long as one operation. They contain events: only the owner may read them (mode 0600). */
export class WorkFolder {
  readonly #files: Files;
  readonly #folder: string;

  constructor(files: Files, folder: string) {
    this.#files = files;
    this.#folder = folder;
  }

  /** Throws the disk's error when nothing can be written; removes what a process that died left behind. */
  async check(): Promise<void> {
    await removeAbandoned(this.#files, this.#folder, PREFIX);
    const path = await this.newPath();
    try {
      await this.#files.writeNew(path, new Uint8Array(1));
    } finally {
      await this.remove(path);
    }
  }

  /** Throws what `check` would, as far as looking shows it; says so when the folder will be made. */
  async look(): Promise<string | undefined> {
    return (await lookAtFolder(this.#files, this.#folder)).note;
  }

  /** Where a file can be created. The caller must `remove` it. */
  async newPath(): Promise<string> {
    await this.#files.makeFolder(this.#folder);
    return join(this.#folder, `${PREFIX}${randomUUID()}`);
  }

  /** Does nothing when there is no file. */
  async remove(path: string): Promise<void> {
    await this.#files.removeTree(path);
  }

  /** A copy of the body at `path`; its number of bytes. */
  async copy(body: AsyncIterable<Uint8Array>, path: string, signal: AbortSignal): Promise<number> {
    const tally = new Tally();
    await writeFile(this.#files, path, tally.of(abortable(body, signal)));
    if (tally.bytes > 0) return tally.bytes;
    throw new DaybookError("SINK_MISMATCH", { message: "Parquet file: expected some bytes, found none" });
  }
}
