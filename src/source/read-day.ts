import { join } from "node:path";
import type { Clock } from "../io/clock.js";
import type { Files } from "../io/files.js";
import { release } from "../io/release.js";
import type { Compression } from "../model/compression.js";
import type { Log } from "../model/log.js";
import type { PageRecord } from "../model/page-record.js";
import type { DayTask, Reading } from "../model/reading.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY, windowsOf } from "../model/window.js";
import type { Window, WindowLabel } from "../model/window.js";
import type { PageFetcher } from "./fetch-page.js";
import { forEachLimit } from "../io/for-each-limit.js";
import { clockOfReading, clockNotices } from "./reading-clock.js";
import { ReadingTally } from "./reading-tally.js";
import { readWindow } from "./read-window.js";
import type { ChainLimits } from "./read-window.js";
import { Spool } from "./spool.js";

export interface ReadingProgress {
  readonly day: UtcDay;
  /** Of 24. */
  readonly windowsDone: number;
  readonly pages: number;
  readonly events: number;
  /** Requests sent so far, retries and interrupted parts of the reading included. */
  readonly requests: number;
}

export interface DayReaderParts {
  readonly fetcher: PageFetcher;
  readonly files: Files;
  readonly clock: Clock;
  readonly log: Log;
}

export interface DayReaderOptions extends ChainLimits {
  /** Folder of the spools, one for each day. */
  readonly spoolRoot: string;
  readonly compression: Compression;
  /** Windows in flight. */
  readonly concurrency: number;
}

/** A reading under way. */
interface Pass {
  readonly task: DayTask;
  readonly spool: Spool;
  readonly tally: ReadingTally;
  /** Filled as the chains end, in any order. */
  readonly done: Map<WindowLabel, readonly PageRecord[]>;
  readonly report: () => void;
}

/** Reads days: all windows of a day, each page durable in the spool before the next is wanted for. */
export class DayReader {
  readonly #parts: DayReaderParts;
  readonly #options: DayReaderOptions;

  constructor(parts: DayReaderParts, options: DayReaderOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  /**
   * One complete reading, or an error and a spool from which the next call continues at the first unfinished window.
   * The spool stays after success: the caller removes `Reading.folder` once it has sealed or rejected the reading. Throws what the first
   * failing window threw; the signal's reason when aborted.
   */
  async readDay(
    task: DayTask,
    signal: AbortSignal,
    onProgress: (progress: ReadingProgress) => void = () => {},
  ): Promise<Reading> {
    const pass = await this.#open(task, onProgress);
    pass.report();
    const unfinished = windowsOf(task.day).filter((window) => !pass.done.has(window.label));
    try {
      await forEachLimit(unfinished, this.#options.concurrency, signal, (window, windowSignal) =>
        this.#readWindow(pass, window, windowSignal),
      );
    } finally {
      // Also after a failure: the reading that continues from here is to report the whole cost.
      await pass.spool.saveState(pass.tally.state());
    }
    return this.#reading(pass);
  }

  async #open(task: DayTask, onProgress: (progress: ReadingProgress) => void): Promise<Pass> {
    const { day, reason } = task;
    const { compression, spoolRoot } = this.#options;
    const started = isoTime(this.#parts.clock.now());
    const fresh = {
      day,
      reason,
      compression,
      started,
      requests: 0,
      retries: 0,
      throttled_ms: 0,
      notices: [],
    };
    const opened = await Spool.open(this.#parts.files, join(spoolRoot, day), fresh);
    const { spool, state, finished, discarded } = opened;
    if (discarded !== null) this.#parts.log.info({ day, reason: discarded }, "interrupted reading discarded");
    if (finished.size > 0)
      this.#parts.log.info({ day, windows: finished.size }, "interrupted reading continued");
    const tally = new ReadingTally(state);
    for (const pages of finished.values()) for (const page of pages) tally.addPage(page);
    const done = new Map(finished);
    const report = (): void => {
      const { requests } = tally.state();
      onProgress({ day, windowsDone: done.size, pages: tally.pages, events: tally.events, requests });
    };
    return { task, spool, tally, done, report };
  }

  async #readWindow(pass: Pass, window: Window, signal: AbortSignal): Promise<void> {
    const { task, spool, tally } = pass;
    const wanted = { day: task.day, window, deadlineMs: task.deadlineMs };
    const reading = { tally, signal, beforeRequest: () => spool.saveState(tally.state()) };
    const pages = await readWindow(wanted, this.#options, {
      fetchPage: (page) => this.#parts.fetcher.fetchPage(page, reading),
      savePage: async (page) => {
        signal.throwIfAborted();
        await spool.savePage(page.record, page.body);
        release(page.body);
        tally.addPage(page.record);
        pass.report();
      },
      dropPages: async (dropped) => {
        this.#parts.log.warn(
          { day: task.day, window: window.label, pages: dropped.length },
          "page chain restarted",
        );
        tally.removePages(dropped);
        await spool.dropWindow(window.label);
      },
    });
    await spool.finishWindow(window.label, pages);
    pass.done.set(window.label, pages);
    pass.report();
  }

  async #reading(pass: Pass): Promise<Reading> {
    const { task, spool, tally, done } = pass;
    const pages = windowsOf(task.day).flatMap((window) => done.get(window.label) ?? []);
    const ended = isoTime(this.#parts.clock.now());
    const clock = clockOfReading(pages, ended);
    tally.addNotices(clockNotices(task.day, clock));
    const { started, requests, retries, throttled_ms, notices } = tally.state();
    return {
      day: task.day,
      reason: task.reason,
      folder: spool.folder,
      compression: this.#options.compression,
      pages,
      summary: { started, ended, requests, retries, throttled_ms, windows: WINDOWS_PER_DAY },
      clock,
      notices,
    };
  }
}
