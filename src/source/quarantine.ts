import { join } from "node:path";
import type { Files } from "../io/files.js";
import { isDaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import type { WindowLabel } from "../model/window.js";

/** A source that answers nonsense all day must not fill the disk. */
const MAX_BODIES = 100;

/**
 * Keeps bodies that are no page, for a person to read. They are as received, without the secrets that `redact` knows: what
 * answers in place of the source may echo the request with its token (fault 47). They may hold events, so the mode is 0600.
 */
export class Quarantine {
  readonly #files: Files;
  readonly #folder: string;
  readonly #redact: (text: string) => string;

  constructor(files: Files, folder: string, redact: (text: string) => string = (text) => text) {
    this.#files = files;
    this.#folder = folder;
    this.#redact = redact;
  }

  /** The same body of the same window is kept once. */
  async keep(day: UtcDay, window: WindowLabel, received: Uint8Array): Promise<void> {
    // Latin-1 keeps every byte, also of a body that is no text; tokens are ASCII.
    const body = Buffer.from(this.#redact(Buffer.from(received).toString("latin1")), "latin1");
    await this.#files.makeFolder(this.#folder);
    if ((await this.#files.list(this.#folder)).length >= MAX_BODIES) return;
    const sha256 = sha256Hex(body);
    try {
      await this.#files.writeNew(join(this.#folder, `${day}-${window}-${sha256.slice(0, 16)}.body`), body);
    } catch (error) {
      if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    }
  }
}
