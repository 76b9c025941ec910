import { dirname, join } from "node:path";
import { DaybookError } from "daybook/plugin";
import type { Files } from "daybook/plugin";

/** The folders between a store's root and its objects. A link among them could lead out of the root: none is followed. */
export class KeyFolders {
  readonly #files: Files;
  readonly #root: string;
  readonly #mode: number;

  /** `mode` is that of every folder made here. */
  constructor(files: Files, root: string, mode: number) {
    this.#files = files;
    this.#root = root;
    this.#mode = mode;
  }

  /** Whether every folder of the key is there. SINK_REFUSED when one of them is a link, a socket or a device. */
  async exist(key: string): Promise<boolean> {
    for (let end = key.indexOf("/"); end !== -1; end = key.indexOf("/", end + 1)) {
      const folder = key.slice(0, end);
      const kind = (await this.#files.stat(join(this.#root, folder)))?.kind;
      if (kind === undefined || kind === "file") return false;
      if (kind !== "folder") throw notPlain(folder, "folder", kind);
    }
    return true;
  }

  /** Makes the folders of the key that are missing. */
  async make(key: string): Promise<void> {
    if (!(await this.exist(key))) await this.#files.makeFolder(dirname(join(this.#root, key)), this.#mode);
  }
}

/** What stands at the key would lead elsewhere, or is nothing that can be read. */
export function notPlain(key: string, expected: "file" | "folder", found: string): DaybookError {
  return new DaybookError("SINK_REFUSED", {
    message: `${key}: expected a plain ${expected}, found a ${found === "other" ? "special file" : found}`,
  });
}
