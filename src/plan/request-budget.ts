import { dirname } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { replaceFile } from "../io/publish-file.js";
import { Turn } from "../io/turn.js";
import { isDaybookError } from "../model/errors.js";
import { RequestRecord } from "./request-record.js";

export interface BudgetOptions {
  /** The record of requests; one for each tenant, shared by all commands. `<path>.lock` and `<path>.new` are used beside it. */
  readonly path: string;
  /** Requests that any 60 minutes may hold. */
  readonly requestsPerHour: number;
}

export interface BudgetState {
  /** Requests that may be made now. */
  readonly left: number;
  /** When the next request may be made, milliseconds since the epoch; not later than now when there are some left. */
  readonly nextMs: number;
}

/** Another process holds the lock for a few milliseconds only. */
const LOCK_POLL_MS = 20;

/**
 * The source allows 200 requests in an hour, to all commands and over restarts together: each request is recorded on disk,
 * durably, before it is made. Safe with several processes and with several callers in one.
 */
export class RequestBudget {
  readonly #files: Files;
  readonly #clock: Clock;
  readonly #options: BudgetOptions;
  readonly #turn = new Turn();

  constructor(files: Files, clock: Clock, options: BudgetOptions) {
    this.#files = files;
    this.#clock = clock;
    this.#options = options;
  }

  /** Resolves when one request may be made, which is then recorded; rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = await this.#exclusively(signal, () => this.#tryTake());
      if (waitMs === 0) return;
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** As `take` for who cannot wait: false when no request may be made now. */
  async takeNow(signal: AbortSignal): Promise<boolean> {
    return (await this.#exclusively(signal, () => this.#tryTake())) === 0;
  }

  /** The source refuses every request until then: no process makes one before. An earlier end changes nothing. */
  async blockUntil(untilMs: number, signal: AbortSignal): Promise<void> {
    await this.#exclusively(signal, async () => {
      const record = await this.#read();
      await this.#write(record.withBlock(untilMs));
    });
  }

  /** Requests left and when the next may be made; records nothing. */
  async state(): Promise<BudgetState> {
    const record = await this.#read();
    const nextMs = record.nextMs(this.#options.requestsPerHour);
    const isBlocked = record.blockedUntilMs > this.#clock.now();
    return { left: isBlocked ? 0 : Math.max(0, this.#options.requestsPerHour - record.times.length), nextMs };
  }

  /** Milliseconds to wait before asking again; 0: the request has been recorded. */
  async #tryTake(): Promise<number> {
    const record = await this.#read();
    // Before any wait: what a doubtful line counts as is fixed by writing it down.
    if (record.needsRewriting) await this.#write(record);
    const nowMs = this.#clock.now();
    const waitMs = Math.max(0, record.nextMs(this.#options.requestsPerHour) - nowMs);
    if (waitMs > 0) return waitMs;
    await this.#files.append(this.#options.path, RequestRecord.line(nowMs));
    return 0;
  }

  async #read(): Promise<RequestRecord> {
    try {
      return RequestRecord.parse(await this.#files.read(this.#options.path), this.#clock.now());
    } catch (error) {
      if (isDaybookError(error, "FILE_NOT_FOUND"))
        return RequestRecord.parse(new Uint8Array(), this.#clock.now());
      throw error;
    }
  }

  async #write(record: RequestRecord): Promise<void> {
    await replaceFile(this.#files, { path: this.#options.path, bytes: record.bytes() });
  }

  /** One caller of this process at a time, then one process at a time. */
  #exclusively<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    return this.#turn.take(() => this.#locked(signal, action));
  }

  async #locked<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
    const release = await this.#lock(signal);
    try {
      return await action();
    } finally {
      release();
    }
  }

  async #lock(signal: AbortSignal): Promise<() => void> {
    const { path } = this.#options;
    await this.#files.makeFolder(dirname(path));
    for (;;) {
      signal.throwIfAborted();
      try {
        return await this.#files.lock(`${path}.lock`);
      } catch (error) {
        if (!isDaybookError(error, "ARCHIVE_LOCKED")) throw error;
        await this.#clock.sleep(LOCK_POLL_MS, signal);
      }
    }
  }
}
