import { dirname, join } from "node:path";
import type { Files } from "../io/files.js";
import { Tally } from "../io/tally.js";
import { writeFile } from "../io/write-file.js";
import { PAYLOAD, escapedPath } from "./bag-form.js";

/** A file of a bag, as it was written. */
export interface BaggedFile {
  /** From the bag's folder. */
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

/**
 * A bag that is being written into a folder of its own. What lies below `data/` is its payload; the rest are tag files. Nothing in it
 * is durable before `sync`.
 */
export class BagFolder {
  readonly root: string;
  readonly #files: Files;
  readonly #made = new Set<string>();
  readonly #written: BaggedFile[] = [];

  /** `root` is absolute and is not there yet. */
  constructor(files: Files, root: string) {
    this.#files = files;
    this.root = root;
  }

  get payload(): readonly BaggedFile[] {
    return this.#written.filter(({ path }) => path.startsWith(PAYLOAD));
  }

  async add(path: string, pieces: AsyncIterable<Uint8Array>): Promise<BaggedFile> {
    await this.#makeFolder(dirname(path));
    const tally = new Tally();
    await writeFile(this.#files, join(this.root, path), tally.of(pieces), 0o600);
    const file = { path, bytes: tally.bytes, sha256: tally.sha256() };
    this.#written.push(file);
    return file;
  }

  async addWhole(path: string, content: Uint8Array | string): Promise<BaggedFile> {
    const bytes = typeof content === "string" ? Buffer.from(content) : content;
    return this.add(path, one(bytes));
  }

  /** `manifest-sha256.txt` of the payload, or `tagmanifest-sha256.txt` of all tag files so far. */
  async addManifest(name: string, of: "payload" | "tags"): Promise<BaggedFile> {
    const listed = this.#written.filter(({ path }) => path.startsWith(PAYLOAD) === (of === "payload"));
    const lines = listed
      .map(({ path, sha256 }) => `${sha256}  ${escapedPath(path)}\n`)
      .toSorted((a, b) => (a.slice(64) < b.slice(64) ? -1 : 1));
    return this.addWhole(name, lines.join(""));
  }

  /** Makes all of it durable. */
  async sync(): Promise<void> {
    for (const folder of this.#made) await this.#files.syncFolder(join(this.root, folder));
    await this.#files.syncFolder(this.root);
  }

  async #makeFolder(folder: string): Promise<void> {
    if (this.#made.has(folder)) return;
    await this.#files.makeFolder(join(this.root, folder), 0o700);
    for (let part = folder; part !== "."; part = dirname(part)) this.#made.add(part);
  }
}

async function* one(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes;
}
