import { join } from "node:path";
import type { Files } from "../io/files.js";
import { isDaybookError } from "../model/errors.js";
import { sha256Hex } from "../model/sha256.js";
import type { UtcDay } from "../model/utc-day.js";
import type { WindowLabel } from "../model/window.js";

/** A source that answers nonsense all day must not fill the disk; the first bodies tell as much as the last. */
const MOST_BODIES = 100;

/**
 * Keeps bodies that are no page for a person to look at, as received but for the secrets that `redact` takes out: what answers
 * in place of the source may echo the request with its token (fault 47). They may hold events: mode 0600.
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
    // A character a byte: a token is ASCII, and a body that is no text stays as it is.
    const body = Buffer.from(this.#redact(Buffer.from(received).toString("latin1")), "latin1");
    await this.#files.makeFolder(this.#folder);
    if ((await this.#files.list(this.#folder)).length >= MOST_BODIES) return;
    const sha256 = sha256Hex(body);
    try {
      await this.#files.writeNew(join(this.#folder, `${day}-${window}-${sha256.slice(0, 16)}.body`), body);
    } catch (error) {
      if (!isDaybookError(error, "FILE_EXISTS")) throw error;
    }
  }
}
