import { headLine } from "../archive/head.js";
import { AlarmBook } from "./alarm-book.js";
import type { PassPosition, PassSummary, TenantCondition, TenantSnapshot } from "./state.js";
import type { TenantWork } from "./tenant-work.js";
import type { Ledger } from "../ledger/ledger.js";
import type { DaybookError } from "../model/errors.js";
import type { DayTask } from "../model/reading.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { WINDOWS_PER_DAY } from "../model/window.js";
import type { PassProgress, ReadingStep } from "../pass/progress.js";
import type { DayResult } from "../pipeline.js";
import type { KeptBack } from "../plan/kept-back-days.js";
import type { BudgetState } from "../plan/request-budget.js";
import type { SourceContact } from "../source/last-outcome.js";
import type { CertificateExpiry } from "../source/sign-in/certificate-expiry.js";
import { sinkStates } from "../view/sink-state.js";
import { viewTenant } from "../view/tenant-view.js";
import type { TenantFacts } from "../view/tenant-view.js";

/** What the daemon knows of one tenant. Its loop and passes write it, `snapshot` reads it. Logs alarms as they begin and end. */
export class TenantRecord implements PassProgress {
  condition: TenantCondition = "starting";
  failure: DaybookError | undefined;
  lastPass: PassSummary | undefined;
  nextPassMs: number | undefined;
  /** When the current pass last made progress. */
  lastLifeMs: number;
  readonly #takenUpMs: number;
  #position: PassPosition | undefined;
  #work: TenantWork;
  #ledger: Ledger | undefined;
  #loggedSize = 0;
  #sinkFailures: ReadonlyMap<string, DaybookError> = new Map();
  #passSinkFailures: ReadonlyMap<string, DaybookError> = new Map();
  #budget: BudgetState;
  #requestsPerDay = WINDOWS_PER_DAY;
  #certificate: CertificateExpiry | undefined;
  #source: SourceContact = { signIn: undefined, request: undefined, preflight: undefined };
  #keptBack: KeptBack = new Map();
  readonly #alarms = new AlarmBook();
  readonly #changed: () => void;

  constructor(work: TenantWork, changed: () => void) {
    this.#work = work;
    this.#changed = changed;
    this.#takenUpMs = work.clock.now();
    this.lastLifeMs = this.#takenUpMs;
    this.#budget = { left: work.requestsPerHour, nextMs: 0 };
  }

  get tenant(): string {
    return this.#work.tenant;
  }

  /** Continues with a changed configuration. */
  follow(work: TenantWork): void {
    this.#work = work;
  }

  /** `sinkFailures` is filled by the current pass while it runs. */
  opened(ledger: Ledger, sinkFailures: ReadonlyMap<string, DaybookError>): void {
    this.#ledger = ledger;
    this.#passSinkFailures = sinkFailures;
  }

  /** Called after a pass: failures that did not recur are cleared. */
  delivered(): void {
    this.#sinkFailures = new Map(this.#passSinkFailures);
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
    const isUsedUp = step.requestsLeft === 0 && this.#budget.left > 0;
    this.#budget = { ...this.#budget, left: step.requestsLeft };
    // The pass may now wait for an hour. The budget on disk says until when.
    if (isUsedUp) void this.#readBudget().then(this.#changed);
    const { done = 0, planned = 0 } = this.#position ?? {};
    this.#position = { done, planned, day, windowsDone: step.windowsDone };
  }

  ended(_tenant: string, day: UtcDay, _result: DayResult): void {
    const { done = 0, planned = 0 } = this.#position ?? {};
    this.#position = { done: done + 1, planned, day, windowsDone: 0 };
    // A pass may take hours, so sink failures are reported before it ends.
    this.#sinkFailures = new Map([...this.#sinkFailures, ...this.#passSinkFailures]);
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

  /** Reads what the disk has: the budget, the certificate, what the source last answered and the days kept back. */
  async refresh(signal: AbortSignal): Promise<void> {
    await this.#readBudget();
    const index = this.#ledger?.index;
    if (index !== undefined)
      this.#requestsPerDay = await this.#work.usualRequests(index, signal).catch(() => this.#requestsPerDay);
    // A certificate that cannot be read is reported by the pass that needs it.
    this.#certificate = await this.#work.certificate?.().catch(() => undefined);
    this.#source = await this.#work.source();
    this.#keptBack = await this.#work.keptBack().catch(() => this.#keptBack);
    this.appraise();
  }

  async #readBudget(): Promise<void> {
    this.#budget = await this.#work.budget().catch(() => this.#budget);
  }

  /** The log is a place beside the archive: `verify --heads` finds the heads in it. */
  logHead(): void {
    const head = this.#ledger?.head;
    if (head === undefined || head.size === this.#loggedSize) return;
    this.#loggedSize = head.size;
    this.#work.log.info({ tenant: this.#work.tenant, head: headLine(head) }, "head signed");
  }

  /** Updates the alarms, and logs those that began, last or ended. */
  appraise(): void {
    const { log, tenant, clock } = this.#work;
    const nowMs = clock.now();
    const { begun, lasting, over } = this.#alarms.update(viewTenant(this.#facts(), nowMs).alarms, nowMs);
    for (const { kind, text } of begun) log.error({ tenant, alarm: kind, found: text }, "alarm began");
    for (const { kind, text, sinceMs } of lasting)
      log.error({ tenant, alarm: kind, found: text, since: isoTime(sinceMs) }, "alarm lasted");
    for (const { kind, sinceMs } of over)
      log.info({ tenant, alarm: kind, since: isoTime(sinceMs) }, "alarm ended");
    this.#changed();
  }

  snapshot(): TenantSnapshot {
    const { condition, lastPass, nextPassMs } = this;
    return {
      ...this.#facts(),
      condition,
      takenUpMs: this.#takenUpMs,
      lastPass,
      nextPassMs,
      position: this.#position,
      alarms: this.#alarms.standing,
      head: this.#ledger?.head,
    };
  }

  #facts(): TenantFacts {
    const { tenant, rules, requestsPerHour, sinks } = this.#work;
    const index = this.#ledger?.index;
    return {
      tenant,
      rules,
      index,
      failure: this.failure,
      budget: { ...this.#budget, requestsPerHour, requestsPerDay: this.#requestsPerDay },
      sinks: sinkStates(sinks, index, this.#sinkFailures),
      certificate: this.#certificate,
      source: this.#source,
      keptBack: this.#keptBack,
      verifications: index?.fixityChecksOf(sinks.map(({ name }) => name)) ?? [],
    };
  }
}
