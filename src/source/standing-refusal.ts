import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/error-catalogue.js";
import type { Log } from "../model/log.js";

/** A refusal stands this long: an attempt a minute with a wrong secret would lock the application out, or look like an attack. */
export const REFUSAL_PAUSE_MS = 15 * 60_000;

/** The stamps' names in a tenant's state folder. */
export const SIGN_IN_STAMP = "sign-in-refused.json";
export const ACCESS_STAMP = "access-refused.json";

export interface RefusalOptions {
  /** What the error is that a refusal is told as. */
  readonly code: Extract<ErrorCode, "SIGNIN_REFUSED" | "ACCESS_DENIED">;
  /** For the log: `sign-in of contoso`. */
  readonly subject: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Where it is remembered over restarts and for other commands: a file in a folder that exists. In memory only when absent. */
  readonly stamp?: RefusalStamp;
}

export interface RefusalStamp {
  readonly files: Files;
  readonly path: string;
}

interface Refusal {
  readonly refusedAtMs: number;
  readonly mark: string;
  readonly message: string;
  readonly hint: string;
}

/** A door that was shut is not knocked at again for a quarter of an hour, whichever command comes to it (fault 41). */
export class StandingRefusal {
  #refusal: Refusal | undefined;
  /** Undefined until it has been looked at. */
  #isOnDisk: boolean | undefined;

  constructor(private readonly options: RefusalOptions) {}

  /** Throws what was said last while it stands. A refusal of another `mark`, such as another credential, does not. */
  async check(mark: string): Promise<void> {
    await this.#read();
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    const leftMs = this.#leftMs(refusal);
    if (leftMs === 0) return;
    if ((await this.#digest(mark)) !== refusal.mark) return;
    const minutes = Math.ceil(leftMs / 60_000);
    throw new DaybookError(this.options.code, {
      message: refusal.message,
      hint: `${refusal.hint}; asked again in ${minutes} min, or once \`daybook config check --online\` has passed`,
    });
  }

  async remember({ message, hint }: DaybookError, mark: string): Promise<void> {
    const refusedAtMs = this.options.clock.now();
    const refusal = { refusedAtMs, mark: await this.#digest(mark), message, hint };
    // Windows side by side are refused side by side: the first of them counts.
    if (this.#refusal?.mark === refusal.mark && this.#leftMs(this.#refusal) > 0) return;
    this.#refusal = refusal;
    await this.#write(refusal);
  }

  async forget(): Promise<void> {
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    if (this.options.stamp === undefined) return;
    this.#isOnDisk = false;
    await forgetRefusal(this.options.stamp).catch((error: unknown) => this.#warn(error));
  }

  #leftMs({ refusedAtMs }: Refusal): number {
    const leftMs = refusedAtMs + REFUSAL_PAUSE_MS - this.options.clock.now();
    // A stamp from the future was written by a clock that has been set back: it must not stop the archive for longer.
    return leftMs > REFUSAL_PAUSE_MS ? 0 : Math.max(0, leftMs);
  }

  // The stamp lies on disk, so it holds no hash that could be tried against guesses at speed.
  async #digest(mark: string): Promise<string> {
    const key = (await promisify(scrypt)(mark, this.options.subject, 16)) as Buffer;
    return key.toString("hex");
  }

  /** Once, and again while a refusal stands: `config check` may have taken the stamp away. */
  async #read(): Promise<void> {
    const { stamp } = this.options;
    if (stamp === undefined || this.#isOnDisk === false) return;
    try {
      this.#refusal = parseRefusal(await stamp.files.read(stamp.path, 8192));
    } catch (error) {
      this.#refusal = undefined;
      if (!isDaybookError(error, "FILE_NOT_FOUND")) this.#warn(error);
    }
    this.#isOnDisk = this.#refusal !== undefined;
  }

  async #write(refusal: Refusal): Promise<void> {
    const { stamp } = this.options;
    if (stamp === undefined) return;
    const { files, path } = stamp;
    try {
      await removeIfThere(files, `${path}.new`);
      await files.writeNew(`${path}.new`, Buffer.from(`${JSON.stringify(refusal)}\n`), 0o600);
      await files.rename(`${path}.new`, path);
      this.#isOnDisk = true;
    } catch (error) {
      this.#isOnDisk = false;
      this.#warn(error);
    }
  }

  // The stamp spares the other side attempts after a restart. Without it all works as well, so no disk error may stop anything.
  #warn(error: unknown): void {
    const code = isDaybookError(error) ? error.code : "INTERNAL";
    this.options.log.warn({ subject: this.options.subject, code }, "refusal not kept on disk");
  }
}

/** For who has just been let in: the next command and the daemon need not wait. */
export async function forgetRefusal({ files, path }: RefusalStamp): Promise<void> {
  await removeIfThere(files, path);
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
