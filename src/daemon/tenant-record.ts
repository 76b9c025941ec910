import { AlarmBook } from "./alarm-book.js";
import { alarmsOf } from "./alarms.js";
import type { PassPosition, PassSummary, SinkState, TenantCondition, TenantSnapshot } from "./state.js";
import type { TenantWork } from "./tenant-work.js";
import { verificationsOf } from "./verifications.js";
import { pendingFor } from "../deliver/sink-queue.js";
import { indexDays } from "../ledger/day-index.js";
import type { DayIndex } from "../ledger/day-index.js";
import type { Ledger } from "../ledger/ledger.js";
import type { DaybookError } from "../model/errors.js";
import type { DayTask } from "../model/reading.js";
import { HOUR_MS, isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { DayResult, PassProgress, ReadingStep } from "../pass-progress.js";
import { dayAlarms } from "../plan/alarms.js";
import type { DayAlarms } from "../plan/alarms.js";
import { planDays } from "../plan/plan-days.js";
import type { PlanInput } from "../plan/plan-days.js";
import type { BudgetState } from "../plan/request-budget.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";

const NOTHING: DayIndex = { days: new Map(), previous: null, createdAt: 0 };
const NO_ALARMS: DayAlarms = { overdue: [], beyondSaving: [] };

/** What is known of one tenant: told by its loop and its passes, read as a snapshot. Logs its alarms as they come and go. */
export class TenantRecord implements PassProgress {
  condition: TenantCondition = "starting";
  failure: DaybookError | undefined;
  lastPass: PassSummary | undefined;
  nextPassMs: number | undefined;
  /** When anything last moved in the pass under way. */
  lastLifeMs: number;
  #position: PassPosition | undefined;
  #work: TenantWork;
  #ledger: Ledger | undefined;
  #indexed: { readonly size: number; readonly index: DayIndex } | undefined;
  #sinkFailures: ReadonlyMap<string, DaybookError> = new Map();
  #budget: BudgetState;
  #requestsPerDay = WINDOWS_PER_DAY;
  #certificate: CertificateExpiry | undefined;
  readonly #alarms = new AlarmBook();
  readonly #changed: () => void;

  constructor(work: TenantWork, changed: () => void) {
    this.#work = work;
    this.#changed = changed;
    this.lastLifeMs = work.clock.now();
    this.#budget = { left: work.requestsPerHour, nextMs: 0 };
  }

  get tenant(): string {
    return this.#work.tenant;
  }

  /** The configuration has changed. */
  follow(work: TenantWork): void {
    this.#work = work;
  }

  opened(ledger: Ledger | undefined): void {
    this.#ledger = ledger;
    this.#indexed = undefined;
  }

  delivered(failures: ReadonlyMap<string, DaybookError>): void {
    this.#sinkFailures = new Map(failures);
  }

  touch(): void {
    this.lastLifeMs = this.#work.clock.now();
  }

  planned(_tenant: string, tasks: readonly DayTask[]): void {
    this.touch();
    this.#position = { done: 0, planned: tasks.length, day: tasks[0]?.day, windowsDone: 0 };
  }

  reading(_tenant: string, day: UtcDay, step: ReadingStep): void {
    this.touch();
    this.#requestsPerDay = Math.max(this.#requestsPerDay, step.pages);
    this.#budget = { ...this.#budget, left: step.requestsLeft };
    const { done = 0, planned = 0 } = this.#position ?? {};
    this.#position = { done, planned, day, windowsDone: step.windowsDone };
  }

  ended(_tenant: string, day: UtcDay, _result: DayResult): void {
    const { done = 0, planned = 0 } = this.#position ?? {};
    this.#position = { done: done + 1, planned, day, windowsDone: 0 };
    this.touch();
    this.appraise();
  }

  note(): void {
    this.touch();
  }

  begin(): void {
    this.condition = "working";
    this.nextPassMs = undefined;
    this.touch();
    this.#changed();
  }

  passEnded(): void {
    this.#position = undefined;
  }

  rest(nextPassMs: number): void {
    if (this.nextPassMs === nextPassMs) return;
    this.nextPassMs = nextPassMs;
    this.#changed();
  }

  /** Reads what may have changed by itself: the budget, and the certificate on disk. */
  async refresh(): Promise<void> {
    this.#budget = await this.#work.budget().catch(() => this.#budget);
    // A certificate that cannot be read is told by the pass that needs it.
    this.#certificate = await this.#work.certificate?.().catch(() => undefined);
    this.appraise();
  }

  /** Holds what is known against the clock, and says which alarms began, last or are over. */
  appraise(): void {
    const { log, tenant, clock } = this.#work;
    const index = this.#index();
    const { begun, lasting, over } = this.#alarms.update(this.#found(index), clock.now());
    for (const { kind, text } of begun) log.error({ tenant, alarm: kind, found: text }, "alarm began");
    for (const { kind, text, sinceMs } of lasting)
      log.error({ tenant, alarm: kind, found: text, since: isoTime(sinceMs) }, "alarm lasted");
    for (const { kind, sinceMs } of over)
      log.info({ tenant, alarm: kind, since: isoTime(sinceMs) }, "alarm ended");
    this.#changed();
  }

  snapshot(): TenantSnapshot {
    const { tenant, rules, requestsPerHour } = this.#work;
    const index = this.#index();
    const { condition, failure, lastPass, nextPassMs } = this;
    return {
      tenant,
      condition,
      failure,
      lastPass,
      nextPassMs,
      rules,
      index,
      position: this.#position,
      alarms: this.#alarms.standing,
      budget: { ...this.#budget, requestsPerHour },
      backlog: this.#backlog(index),
      sinks: this.#sinks(index),
      certificate: this.#certificate,
      verifications: verificationsOf(this.#ledger?.entries() ?? []),
    };
  }

  #found(index: DayIndex | undefined): ReturnType<typeof alarmsOf> {
    const outlook = {
      left: this.#budget.left,
      requestsPerHour: this.#work.requestsPerHour,
      requestsPerDay: this.#requestsPerDay,
    };
    return alarmsOf({
      days: index === undefined ? NO_ALARMS : dayAlarms(this.#planInput(index), outlook),
      failure: this.failure,
      sinks: this.#sinkFailures,
      certificate: this.#certificate,
      verifications: verificationsOf(this.#ledger?.entries() ?? []),
    });
  }

  #planInput({ days, createdAt }: DayIndex): PlanInput {
    return { days, rules: this.#work.rules, nowMs: this.#work.clock.now(), createdMs: createdAt };
  }

  #backlog(index: DayIndex | undefined): TenantSnapshot["backlog"] {
    const days = index === undefined ? 0 : planDays(this.#planInput(index)).tasks.length;
    const requests = days * this.#requestsPerDay;
    const hours = Math.max(0, requests - this.#budget.left) / this.#work.requestsPerHour;
    return { days, requests, doneMs: days === 0 ? undefined : this.#work.clock.now() + hours * HOUR_MS };
  }

  #sinks(index: DayIndex = NOTHING): readonly SinkState[] {
    return this.#work.sinks.map((queue) => ({
      sink: queue.name,
      kind: queue.kind,
      behind: pendingFor(queue, index).length,
      failure: this.#sinkFailures.get(queue.name),
    }));
  }

  /** Made anew only when the ledger has grown: seven years of entries are not gone through every quarter of an hour. */
  #index(): DayIndex | undefined {
    const ledger = this.#ledger;
    if (ledger === undefined) return this.#indexed?.index;
    if (this.#indexed?.size !== ledger.size)
      this.#indexed = { size: ledger.size, index: indexDays(ledger.entries()) };
    return this.#indexed.index;
  }
}
