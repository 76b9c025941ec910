import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import { DaybookError, isDaybookError } from "../../model/errors.js";
import type { Log } from "../../model/log.js";
import type { Clock } from "../../io/clock.js";
import type { Files } from "../../io/files.js";

/** A refusal stands this long: an attempt a minute with a wrong secret would lock the application out, or look like an attack. */
export const REFUSAL_PAUSE_MS = 15 * 60_000;

export interface PauseOptions {
  /** Opens every message: `sign-in of contoso`. */
  readonly subject: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where a refusal is remembered over restarts: a file in a folder that exists, and the way to it. In memory only when absent. */
  readonly stamp?: { readonly files: Files; readonly path: string };
}

interface Refusal {
  readonly refusedAtMs: number;
  readonly mark: string;
  readonly message: string;
  readonly hint: string;
}

/** Keeps sign-in attempts apart after a refusal, and after an answer that names a time to come back. */
export class SignInPause {
  #refusal: Refusal | undefined;
  #unavailable: { readonly message: string; readonly untilMs: number } | undefined;
  #stampRead = false;

  constructor(private readonly options: PauseOptions) {}

  /** Throws what the service said last while it still stands. A refusal of another credential does not. */
  async check(mark: string): Promise<void> {
    const nowMs = this.options.clock.now();
    this.#checkAvailable(nowMs);
    await this.#readStamp();
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    const leftMs = refusal.refusedAtMs + REFUSAL_PAUSE_MS - nowMs;
    // A stamp from the future was written by a clock that has been set back: it must not stop the archive for longer.
    if (leftMs <= 0 || leftMs > REFUSAL_PAUSE_MS) return;
    if ((await this.#digest(mark)) !== refusal.mark) return;
    throw new DaybookError("SIGNIN_REFUSED", {
      message: refusal.message,
      hint: `${refusal.hint}; the next attempt with this credential is made in ${Math.ceil(leftMs / 60_000)} min`,
    });
  }

  /** Remembers how an attempt failed. */
  async failed(error: unknown, mark: string): Promise<void> {
    const nowMs = this.options.clock.now();
    if (isDaybookError(error, "SIGNIN_REFUSED")) {
      const { message, hint } = error;
      this.#refusal = { refusedAtMs: nowMs, mark: await this.#digest(mark), message, hint };
      await this.#writeStamp(this.#refusal);
    } else if (isDaybookError(error, "SIGNIN_UNAVAILABLE") && typeof error.retry === "object") {
      this.#unavailable = { message: error.message, untilMs: nowMs + error.retry.after };
    }
  }

  async succeeded(): Promise<void> {
    this.#unavailable = undefined;
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    await this.#removeStamp();
  }

  #checkAvailable(nowMs: number): void {
    if (this.#unavailable === undefined || nowMs >= this.#unavailable.untilMs) return;
    const { message, untilMs } = this.#unavailable;
    throw new DaybookError("SIGNIN_UNAVAILABLE", { message, retry: { after: untilMs - nowMs } });
  }

  // The stamp lies on disk, so it holds no hash that could be tried against guesses at speed.
  async #digest(mark: string): Promise<string> {
    const key = (await promisify(scrypt)(mark, this.options.subject, 16)) as Buffer;
    return key.toString("hex");
  }

  async #readStamp(): Promise<void> {
    if (this.#stampRead || this.options.stamp === undefined) return;
    this.#stampRead = true;
    const { files, path } = this.options.stamp;
    try {
      this.#refusal ??= parseRefusal(await files.read(path, 8192));
    } catch (error) {
      if (!isDaybookError(error, "FILE_NOT_FOUND")) this.#warn(error);
    }
  }

  async #writeStamp(refusal: Refusal): Promise<void> {
    if (this.options.stamp === undefined) return;
    const { files, path } = this.options.stamp;
    try {
      await removeIfThere(files, `${path}.new`);
      await files.writeNew(`${path}.new`, Buffer.from(`${JSON.stringify(refusal)}\n`), 0o600);
      await files.rename(`${path}.new`, path);
    } catch (error) {
      this.#warn(error);
    }
  }

  async #removeStamp(): Promise<void> {
    if (this.options.stamp === undefined) return;
    try {
      await removeIfThere(this.options.stamp.files, this.options.stamp.path);
    } catch (error) {
      this.#warn(error);
    }
  }

  // The stamp spares the service attempts after a restart. Without it signing in works as well, so no disk error may stop it.
  #warn(error: unknown): void {
    const code = isDaybookError(error) ? error.code : "INTERNAL";
    this.options.log.warn({ subject: this.options.subject, code }, "sign-in pause not kept on disk");
  }
}

async function removeIfThere(files: Files, path: string): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!isDaybookError(error, "FILE_NOT_FOUND")) throw error;
  }
}

/** Undefined when it is not what we write: then the next attempt is simply made. */
function parseRefusal(bytes: Uint8Array): Refusal | undefined {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString("utf8")) as Partial<Refusal> | null;
    const { refusedAtMs, mark, message, hint } = value ?? {};
    if (typeof refusedAtMs !== "number" || typeof mark !== "string") return undefined;
    if (typeof message !== "string" || typeof hint !== "string") return undefined;
    return { refusedAtMs, mark, message, hint };
  } catch {
    return undefined;
  }
}
