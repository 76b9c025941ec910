import { isDaybookError } from "../model/errors.js";
import type { DaybookError, ErrorKind } from "../model/errors.js";
import type { Act } from "../model/ledger-entry.js";
import type { Log } from "../model/log.js";
import type { DayTask } from "../model/reading.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { TenantDaySteps } from "./day-steps.js";
import type { PassProgress } from "./progress.js";
import { archiveDay } from "../pipeline.js";
import type { DayResult } from "../pipeline.js";
import type { ReadingRules } from "../plan/day-state.js";
import { planDays, planOperatorReading } from "../plan/plan-days.js";
import type { PlanInput } from "../plan/plan-days.js";

export interface PassParts {
  readonly tenant: string;
  readonly rules: ReadingRules;
  readonly steps: TenantDaySteps;
  readonly progress: PassProgress;
  readonly log: Log;
}

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
  /** The kinds of everything that went wrong. */
  readonly failures: readonly ErrorKind[];
}

const OTHER_TENANT = "the source gave events of another tenant; nothing of that reading is kept";

/** When the clocks differ by more, one of them is wrong, and no day is declared lost. */
const CLOCKS_AGREE_SECONDS = 3_600;

/** One pass over a tenant: what `archive` does once, and the daemon again and again. */
export class TenantPass {
  readonly #parts: PassParts;
  #days: PassDay[] = [];
  #failures: ErrorKind[] = [];

  constructor(parts: PassParts) {
    this.#parts = parts;
  }

  /** Throws the signal's reason when aborted, and ARCHIVE_* or DISK_* when the archive itself is in danger. */
  async run(options: PassOptions, signal: AbortSignal): Promise<PassOutcome> {
    this.#days = [];
    this.#failures = [];
    await this.#parts.steps.begin(signal);
    const input = { ...this.#planInput(options), keptBack: await this.#parts.steps.keptBack.read() };
    const { tasks, newlyLost } = planDays(input);
    const work = options.reread ? planOperatorReading(input) : tasks;
    this.#parts.progress.planned(this.#parts.tenant, work);
    const stoppedBy = await this.#archiveAll(work, signal);
    const lost = [
      ...(await this.#declareLost(newlyLost)),
      ...(await this.#attestLost(this.#passedHorizon())),
    ];
    const unanchored = await this.#parts.steps.anchor(signal);
    // A witness that is down costs no pass; it is an alarm once the archive's promise is broken.
    this.#failures.push(...unanchored.map(({ kind }) => kind).filter((kind) => kind === "integrity"));
    await this.#parts.steps.deliverRest(signal);
    return {
      tenant: this.#parts.tenant,
      days: this.#days,
      lost,
      ...(stoppedBy === undefined ? {} : { stoppedBy }),
      failures: this.#failures,
    };
  }

  #planInput(options: PassOptions): PlanInput {
    const { days, createdAt } = this.#parts.steps.index();
    const { range } = options;
    const nowMs = this.#parts.steps.nowMs();
    return {
      days,
      rules: this.#parts.rules,
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
      const startedMs = this.#parts.steps.nowMs();
      try {
        const result = await archiveDay(task, this.#parts.steps, signal);
        this.#days.push({ day: task.day, result });
        this.#parts.progress.ended(this.#parts.tenant, task.day, result);
        const durationMs = this.#parts.steps.nowMs() - startedMs;
        this.#parts.log.info(
          { tenant: this.#parts.tenant, day: task.day, ...result, durationMs },
          "day archived",
        );
        await this.#parts.steps.keptBack.forget(task.day);
        ofHost = undefined;
      } catch (error) {
        signal.throwIfAborted();
        if (!isDaybookError(error)) throw error;
        await this.#failed(task, error);
        if (error.code === "SOURCE_OUT_OF_HORIZON") continue;
        if (error.reach === "all") return error;
        const isPerhapsHost = error.reach === "host-or-day";
        await this.#parts.steps.keptBack.failed(task.day, error.code, this.#parts.steps.nowMs());
        if (isPerhapsHost && ofHost?.code === error.code) return error;
        ofHost = isPerhapsHost ? error : undefined;
      }
    }
    return this.#days.some(({ result }) => result.kind !== "failed") ? undefined : ofHost;
  }

  async #failed({ day }: DayTask, error: DaybookError): Promise<void> {
    // An archive or a disk that cannot be trusted is not written to any further.
    if (error.area === "archive" || error.area === "disk") throw error;
    const { code, message } = error;
    const result = { kind: "failed", code, message } as const;
    this.#days.push({ day, result });
    this.#failures.push(error.kind);
    this.#parts.progress.ended(this.#parts.tenant, day, result);
    this.#parts.log.error(
      { tenant: this.#parts.tenant, day, code, message, hint: error.hint },
      "day not archived",
    );
    if (code === "SOURCE_TENANT_MISMATCH")
      await this.#parts.steps.attest({ type: "incident", day, code, subject: OTHER_TENANT });
  }

  /**
   * "Lost" stands for ever, so two clocks must agree that the day is past the horizon: a clock that jumped must not give up
   * days that can still be read (fault 67).
   */
  async #declareLost(days: readonly UtcDay[]): Promise<readonly UtcDay[]> {
    if (days.length === 0) return [];
    const skew = this.#parts.steps.clockSkewSeconds();
    this.#failures.push("gap");
    if (skew === null || Math.abs(skew) > CLOCKS_AGREE_SECONDS) {
      this.#parts.log.warn(
        { tenant: this.#parts.tenant, days: days.length, skewSeconds: skew },
        "loss not confirmed by the source's clock",
      );
      return [];
    }
    return this.#attestLost(days);
  }

  /** Unread days for which the source itself has said, by its own clock too, that it no longer serves them. */
  #passedHorizon(): readonly UtcDay[] {
    const { days } = this.#parts.steps.index();
    return this.#days
      .filter(({ result }) => result.kind === "failed" && result.code === "SOURCE_OUT_OF_HORIZON")
      .map(({ day }) => day)
      .filter((day) => (days.get(day)?.revisions.length ?? 0) === 0);
  }

  async #attestLost(days: readonly UtcDay[]): Promise<readonly UtcDay[]> {
    for (const day of days) {
      const act: Act = { type: "day-lost", day, reason: "passed the horizon unread" };
      await this.#parts.steps.attest(act);
      this.#parts.log.error({ tenant: this.#parts.tenant, day }, "day lost");
    }
    return days;
  }
}
