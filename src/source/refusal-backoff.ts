import { scrypt } from "node:crypto";
import { promisify } from "node:util";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { MAX_STAMP, parseStamp } from "../io/stamp-file.js";
import { DaybookError, isDaybookError } from "../model/errors.js";
import type { ErrorCode } from "../model/error-catalogue.js";
import type { Log } from "../model/log.js";

/** Minimum interval between attempts after a refusal: one a minute would lock the application out, or look like an attack. */
const BACKOFF_MS = 15 * 60_000;

/** The stamps' names in a tenant's state folder. */
export const SIGN_IN_STAMP = "sign-in-refused.json";
export const ACCESS_STAMP = "access-refused.json";

export interface BackoffOptions {
  /** The refusal to remember. */
  readonly code: Extract<ErrorCode, "SIGNIN_REFUSED" | "ACCESS_DENIED">;
  /** For the log: `sign-in of contoso`. */
  readonly subject: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Remembers it over restarts and for other commands: a file in a folder that exists. In memory only when absent. */
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

/**
 * Spaces out attempts after a refusal, over all commands and restarts; and after an outage of the sign-in service that names
 * the time of the next attempt. `mark` says who asks, such as a credential: a refusal of one says nothing about another.
 */
export class RefusalBackoff {
  #refusal: Refusal | undefined;
  #outage: { readonly message: string; readonly untilMs: number } | undefined;
  /** Undefined until the stamp was read once. */
  #isOnDisk: boolean | undefined;

  constructor(private readonly options: BackoffOptions) {}

  /** Throws the last refusal of `mark`, or the last outage, until its time has passed. */
  async check(mark: string): Promise<void> {
    this.#checkOutage();
    await this.#read();
    const refusal = this.#refusal;
    if (refusal === undefined) return;
    const leftMs = this.#leftMs(refusal);
    if (leftMs === 0 || (await this.#digest(mark)) !== refusal.mark) return;
    const minutes = Math.ceil(leftMs / 60_000);
    throw new DaybookError(this.options.code, {
      message: refusal.message,
      hint: `${refusal.hint}; the next attempt is in ${minutes} min, or once \`daybook config check --online\` has passed`,
    });
  }

  /** Remembers why an attempt failed, where the next one must wait for it. */
  async failed(error: unknown, mark: string): Promise<void> {
    const { code, clock } = this.options;
    if (isDaybookError(error, code)) {
      await this.#remember(error, mark);
    } else if (isDaybookError(error, "SIGNIN_UNAVAILABLE") && typeof error.retry === "object") {
      this.#outage = { message: error.message, untilMs: clock.now() + error.retry.after };
    }
  }

  async succeeded(): Promise<void> {
    this.#outage = undefined;
    if (this.#refusal === undefined) return;
    this.#refusal = undefined;
    if (this.options.stamp === undefined) return;
    this.#isOnDisk = false;
    await removeStamp(this.options.stamp).catch((error: unknown) => this.#warn(error));
  }

  #checkOutage(): void {
    const nowMs = this.options.clock.now();
    if (this.#outage === undefined || nowMs >= this.#outage.untilMs) return;
    const { message, untilMs } = this.#outage;
    throw new DaybookError("SIGNIN_UNAVAILABLE", { message, retry: { after: untilMs - nowMs } });
  }

  async #remember({ message, hint }: DaybookError, mark: string): Promise<void> {
    const refusedAtMs = this.options.clock.now();
    const refusal = { refusedAtMs, mark: await this.#digest(mark), message, hint };
    // Windows in flight are refused together: the first refusal counts.
    if (this.#refusal?.mark === refusal.mark && this.#leftMs(this.#refusal) > 0) return;
    this.#refusal = refusal;
    await this.#write(refusal);
  }

  #leftMs({ refusedAtMs }: Refusal): number {
    const leftMs = refusedAtMs + BACKOFF_MS - this.options.clock.now();
    // A stamp from the future was written by a clock that has been set back since: it must not stop the archive for longer.
    return leftMs > BACKOFF_MS ? 0 : Math.max(0, leftMs);
  }

  // The stamp is on disk, so its hash must be slow to try guesses against.
  async #digest(mark: string): Promise<string> {
    const key = (await promisify(scrypt)(mark, this.options.subject, 16)) as Buffer;
    return key.toString("hex");
  }

  /** Once, and again while a refusal stands: `config check` may have removed the stamp. */
  async #read(): Promise<void> {
    const { stamp } = this.options;
    if (stamp === undefined || this.#isOnDisk === false) return;
    try {
      this.#refusal = parseRefusal(await stamp.files.read(stamp.path, MAX_STAMP));
    } catch (error) {
      this.#refusal = undefined;
      if (!isDaybookError(error, "FILE_NOT_FOUND")) this.#warn(error);
    }
    this.#isOnDisk = this.#refusal !== undefined;
  }

  async #write(refusal: Refusal): Promise<void> {
    const { stamp } = this.options;
    if (stamp === undefined) return;
    try {
      const bytes = Buffer.from(`${JSON.stringify(refusal)}\n`);
      await replaceFile(stamp.files, { path: stamp.path, bytes });
      this.#isOnDisk = true;
    } catch (error) {
      this.#isOnDisk = false;
      this.#warn(error);
    }
  }

  // Without the stamp only a restart forgets the refusal, so a disk error here stops nothing.
  #warn(error: unknown): void {
    const code = isDaybookError(error) ? error.code : "INTERNAL";
    this.options.log.warn({ subject: this.options.subject, code }, "refusal not kept on disk");
  }
}

/** Lets the next command and the daemon try at once: the caller has just been let in. */
export async function removeStamp({ files, path }: RefusalStamp): Promise<void> {
  try {
    await files.remove(path);
  } catch (error) {
    if (!isDaybookError(error, "FILE_NOT_FOUND")) throw error;
  }
}

/** Undefined when it is not what we write: then the next attempt is simply made. */
function parseRefusal(bytes: Uint8Array): Refusal | undefined {
  const { refusedAtMs, mark, message, hint } = parseStamp(bytes) ?? {};
  if (typeof refusedAtMs !== "number" || typeof mark !== "string") return undefined;
  if (typeof message !== "string" || typeof hint !== "string") return undefined;
  return { refusedAtMs, mark, message, hint };
}
