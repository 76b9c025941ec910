import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { DaybookError, abortable, defineSink, filePath, lookAtFolder, writeFile, z } from "daybook/plugin";
import type { Batch, Files, Receipt, RemovalReceipt, Sink, UtcDay } from "daybook/plugin";

const options = z.strictObject({
  path: filePath.meta({ description: "The folder of the days", examples: ["/srv/__NAME__"] }),
});

/**
 * Works as it is: each day is a text file, whose first line says which revision it is. Put your storage in its place, and
 * keep what the comments promise: the contract in index.test.ts checks it.
 */
class LineFiles implements Sink {
  /** `folder`: that of one tenant. Days of two tenants never meet. */
  constructor(
    readonly folder: string,
    readonly files: Files,
  ) {}

  /** Fails now if a write would fail later, and leaves nothing. */
  async check(): Promise<void> {
    await this.files.makeFolder(this.folder);
    const probe = join(this.folder, `${randomUUID()}.probe`);
    await this.files.writeNew(probe, new Uint8Array(1));
    await this.files.remove(probe);
  }

  /**
   * What can be said of a write without changing anything: fails where it would fail, and returns what an operator should
   * know, such as a folder that will be made.
   */
  async look(signal: AbortSignal): Promise<string | undefined> {
    signal.throwIfAborted();
    return (await lookAtFolder(this.files, this.folder)).note;
  }

  /**
   * Replaces the day as a whole, or throws and leaves the old one. The same revision twice is fine; an older one, or the
   * same with another manifest, is SINK_CONFLICT.
   */
  async write(batch: Batch, signal: AbortSignal): Promise<Receipt> {
    const path = this.#path(batch.day);
    await this.#refuseConflict(batch, path);
    await this.files.makeFolder(this.folder);
    const unfinished = `${path}.${randomUUID()}.unfinished`;
    // Leaves no file when the content throws.
    await writeFile(this.files, unfinished, this.#content(batch, signal));
    await this.files.rename(unfinished, path);
    await this.files.syncFolder(this.folder);
    return { records: batch.records, location: path };
  }

  /** The record lines as they are stored. SINK_NOT_FOUND for a day never written; no line for an empty one. */
  async *read(day: UtcDay, signal: AbortSignal): AsyncGenerator<string> {
    signal.throwIfAborted();
    const lines = await this.#lines(this.#path(day));
    if (lines === undefined) throw notFound(day);
    for (const line of lines.slice(1)) {
      signal.throwIfAborted();
      yield line;
    }
  }

  async remove(day: UtcDay): Promise<RemovalReceipt> {
    if ((await this.#lines(this.#path(day))) === undefined) throw notFound(day);
    await this.files.remove(this.#path(day));
    await this.files.syncFolder(this.folder);
    return { removed: 1 };
  }

  /** May be called more than once. */
  async close(): Promise<void> {}

  async *#content(batch: Batch, signal: AbortSignal): AsyncGenerator<Uint8Array> {
    const { day, revision, manifestSha256, records } = batch;
    yield Buffer.from(`${JSON.stringify({ revision, manifestSha256 })}\n`);
    let count = 0;
    for await (const line of abortable(batch.lines(), signal)) {
      count += 1;
      yield Buffer.from(`${line}\n`);
    }
    if (count === records) return;
    throw new DaybookError("SINK_MISMATCH", { message: `${day}: expected ${records} lines, found ${count}` });
  }

  #path(day: UtcDay): string {
    return join(this.folder, `${day}.ndjson`);
  }

  async #refuseConflict({ day, revision, manifestSha256 }: Batch, path: string): Promise<void> {
    const [head] = (await this.#lines(path)) ?? [];
    if (head === undefined) return;
    const held = JSON.parse(head) as Pick<Batch, "revision" | "manifestSha256">;
    const isSame = held.revision === revision && held.manifestSha256 === manifestSha256;
    if (isSame || held.revision < revision) return;
    throw new DaybookError("SINK_CONFLICT", {
      message: `${day}: expected an older revision than ${revision}, found ${held.revision}`,
    });
  }

  async #lines(path: string): Promise<string[] | undefined> {
    if ((await this.files.stat(path)) === undefined) return undefined;
    const text = Buffer.from(await this.files.read(path)).toString();
    return text.split("\n").slice(0, -1);
  }
}

function notFound(day: UtcDay): DaybookError {
  return new DaybookError("SINK_NOT_FOUND", { message: `${day}: expected a file, found none` });
}

export default defineSink({
  name: "__NAME__",
  apiVersion: 1,
  options,
  open: ({ path }, { files, tenant }) => new LineFiles(join(path, tenant), files),
});
