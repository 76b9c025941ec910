import { isDaybookError } from "../model/errors.js";
import type { DaybookError, ErrorCode } from "../model/errors.js";
import type { Act } from "../model/ledger-entry.js";
import type { Log } from "../model/log.js";
import type { DayTask } from "../model/reading.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { TenantDaySteps } from "./day-steps.js";
import type { DayResult, PassProgress } from "./progress.js";
import { archiveDay } from "../pipeline.js";
import type { ReadingRules } from "../plan/day-state.js";
import { planDays, planOperatorReading } from "../plan/plan-days.js";
import type { PlanInput } from "../plan/plan-days.js";

export interface PassOptions {
  readonly range?: DayRange;
  /** Reads the days of the range again although nothing is due. */
  readonly reread: boolean;
}

export interface PassDay {
  readonly day: UtcDay;
  readonly result: DayResult;
}

export interface PassOutcome {
  readonly tenant: string;
  readonly days: readonly PassDay[];
  /** Days that this pass declared lost. */
  readonly lost: readonly UtcDay[];
  /** What ended the pass before its plan was done. */
  readonly stoppedBy?: DaybookError;
  /** Exit codes of everything that went wrong. */
  readonly exits: readonly number[];
}

const OTHER_TENANT = "the source gave events of another tenant; nothing of that reading is kept";

/** A failure of one day alone; after any other one, but those below, the next day would only fail in the same way. */
const DAY_ALONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "READING_INCOMPLETE",
  "SOURCE_REFUSED",
  "SOURCE_PAGE_INVALID",
  "SOURCE_CHAIN_BROKEN",
  "NETWORK_TOO_LARGE",
]);

/**
 * Failures of the host or the way to it that may as well be of one window alone: the next day is tried. Two days in a row with
 * the same one say that it is the host.
 */
const PERHAPS_HOST: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "SOURCE_UNAVAILABLE",
  "NETWORK_TIMEOUT",
  "NETWORK_TRUNCATED",
  "NETWORK_REDIRECT",
]);

/** With the source's clock further away than this, one of the two is wrong, and no day is declared lost. */
const CLOCKS_AGREE_SECONDS = 3_600;

/** One pass over a tenant: what `archive` does once, and the daemon again and again. */
export class TenantPass {
  #days: PassDay[] = [];
  #exits: number[] = [];

  constructor(
    private readonly tenant: string,
    private readonly rules: ReadingRules,
    private readonly steps: TenantDaySteps,
    private readonly progress: PassProgress,
    private readonly log: Log,
  ) {}

  /** Throws the signal's reason when aborted, and ARCHIVE_* or DISK_* when the archive itself is in danger. */
  async run(options: PassOptions, signal: AbortSignal): Promise<PassOutcome> {
    this.#days = [];
    this.#exits = [];
    await this.steps.begin(signal);
    const input = { ...this.#planInput(options), keptBack: await this.steps.keptBack.read() };
    const { tasks, newlyLost } = planDays(input);
    const work = options.reread ? planOperatorReading(input) : tasks;
    this.progress.planned(this.tenant, work);
    const stoppedBy = await this.#archiveAll(work, signal);
    const lost = [
      ...(await this.#declareLost(newlyLost)),
      ...(await this.#attestLost(this.#passedHorizon())),
    ];
    await this.steps.deliverRest(signal);
    return {
      tenant: this.tenant,
      days: this.#days,
      lost,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      exits: this.#exits,
    };
  }

  #planInput(options: PassOptions): PlanInput {
    const { days, createdAt } = this.steps.index();
    const { range } = options;
    const nowMs = this.steps.nowMs();
    return {
      days,
      rules: this.rules,
      nowMs,
      createdMs: createdAt,
      ...(range === undefined ? {} : { range }),
    };
  }

  /** Returns what made it stop early, or what no reading of this pass has shown to be one day's alone. */
  async #archiveAll(tasks: readonly DayTask[], signal: AbortSignal): Promise<DaybookError | undefined> {
    let ofHost: DaybookError | undefined;
    for (const task of tasks) {
      signal.throwIfAborted();
      const startedMs = this.steps.nowMs();
      try {
        const result = await archiveDay(task, this.steps, signal);
        this.#days.push({ day: task.day, result });
        this.progress.ended(this.tenant, task.day, result);
        const durationMs = this.steps.nowMs() - startedMs;
        this.log.info({ tenant: this.tenant, day: task.day, ...result, durationMs }, "day archived");
        await this.steps.keptBack.forget(task.day);
        ofHost = undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (!isDaybookError(error)) throw error;
        await this.#failed(task, error);
        if (error.code === "SOURCE_OUT_OF_HORIZON") continue;
        const isPerhapsHost = PERHAPS_HOST.has(error.code);
        if (!isPerhapsHost && !DAY_ALONE.has(error.code)) return error;
        await this.steps.keptBack.failed(task.day, error.code, this.steps.nowMs());
        if (isPerhapsHost && ofHost?.code === error.code) return error;
        ofHost = isPerhapsHost ? error : undefined;
      }
    }
    return this.#days.some(({ result }) => result.kind !== "failed") ? undefined : ofHost;
  }

  async #failed({ day }: DayTask, error: DaybookError): Promise<void> {
    // An archive or a disk that cannot be trusted is not written to any further.
    if (/^(ARCHIVE|DISK|FILE)_/.test(error.code)) throw error;
    const { code, message } = error;
    const result = { kind: "failed", code, message } as const;
    this.#days.push({ day, result });
    this.#exits.push(code === "SOURCE_OUT_OF_HORIZON" ? 67 : error.exitCode);
    this.progress.ended(this.tenant, day, result);
    this.log.error({ tenant: this.tenant, day, code, message, hint: error.hint }, "day not archived");
    if (code === "SOURCE_TENANT_MISMATCH")
      await this.steps.attest({ type: "incident", day, code, subject: OTHER_TENANT });
  }

  /**
   * "Lost" stands for ever, so two clocks must agree that the day is past the horizon: a clock that jumped must not give up
   * days that can still be read (fault 67).
   */
  async #declareLost(days: readonly UtcDay[]): Promise<readonly UtcDay[]> {
    if (days.length === 0) return [];
    const skew = this.steps.clockSkewSeconds();
    this.#exits.push(67);
    if (skew === null || Math.abs(skew) > CLOCKS_AGREE_SECONDS) {
      this.log.warn(
        { tenant: this.tenant, days: days.length, skewSeconds: skew },
        "loss not confirmed by the source's clock",
      );
      return [];
    }
    return this.#attestLost(days);
  }

  /** Unread days for which the source itself has said, by its own clock too, that it no longer serves them. */
  #passedHorizon(): readonly UtcDay[] {
    const { days } = this.steps.index();
    return this.#days
      .filter(({ result }) => result.kind === "failed" && result.code === "SOURCE_OUT_OF_HORIZON")
      .map(({ day }) => day)
      .filter((day) => (days.get(day)?.revisions.length ?? 0) === 0);
  }

  async #attestLost(days: readonly UtcDay[]): Promise<readonly UtcDay[]> {
    for (const day of days) {
      const act: Act = { type: "day-lost", day, reason: "passed the horizon unread" };
      await this.steps.attest(act);
      this.log.error({ tenant: this.tenant, day }, "day lost");
    }
    return days;
  }
}
