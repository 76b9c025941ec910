import { join } from "node:path";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { stableJson } from "../model/stable-json.js";

const MAX_MARK_BYTES = 4096;

/**
 * Remembers in the state folder how many ledger entries each record sink held after its newest sync, so that a new process
 * notices when a sink holds fewer. Losing the file is harmless: then nothing is compared.
 */
export class SyncMarks {
  readonly #files: Files;
  readonly #root: string;
  readonly #known = new Map<string, number>();

  /** `root` is the tenant's folder in the state folder. */
  constructor(files: Files, root: string) {
    this.#files = files;
    this.#root = root;
  }

  /** 0 when nothing is known. */
  async read(sink: string): Promise<number> {
    const path = this.#pathOf(sink);
    if (!this.#known.has(sink) && (await this.#files.stat(path)) !== undefined) {
      const text = new TextDecoder().decode(await this.#files.read(path, MAX_MARK_BYTES));
      this.#known.set(sink, Number(/"entries": (\d+)/.exec(text)?.[1] ?? 0));
    }
    return this.#known.get(sink) ?? 0;
  }

  async write(sink: string, entries: number): Promise<void> {
    if ((await this.read(sink)) === entries) return;
    const [path, bytes] = [this.#pathOf(sink), stableJson({ entries })];
    await replaceFile(this.#files, { path, bytes, staging: join(this.#root, "staging") });
    this.#known.set(sink, entries);
  }

  #pathOf(sink: string): string {
    return join(this.#root, `synced-${sink}.json`);
  }
}
