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

/** Other processes hold the lock only for a few milliseconds. */
const LOCK_POLL_MS = 20;

/**
 * The source allows 200 requests an hour. All commands share them, also over restarts, so each request is recorded durably
 * before it is made. Safe with several processes and with several callers in one.
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

  /** Resolves when a request may be made and is recorded; rejects with the signal's reason. */
  async take(signal: AbortSignal): Promise<void> {
    for (;;) {
      const waitMs = await this.#exclusively(signal, () => this.#tryTake());
      if (waitMs === 0) return;
      await this.#clock.sleep(waitMs, signal);
    }
  }

  /** Like `take`, but never waits: false when no request may be made now. */
  async takeNow(signal: AbortSignal): Promise<boolean> {
    return (await this.#exclusively(signal, () => this.#tryTake())) === 0;
  }

  /** No process makes a request before `untilMs`, because the source refuses all until then. Never shortens a block. */
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

  /** Milliseconds to wait before the next attempt; 0 when the request has been recorded. */
  async #tryTake(): Promise<number> {
    const record = await this.#read();
    // Written before any wait, so that a doubtful line counts from a fixed time.
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
