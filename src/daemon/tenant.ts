import type { TenantSnapshot } from "./state.js";
import { Schedule } from "./schedule.js";
import { TenantRecord } from "./tenant-record.js";
import type { TenantWork } from "./tenant-work.js";
import { DaybookError, isDaybookError, messageOf } from "../model/errors.js";
import type { ErrorKind } from "../model/errors.js";
import { HOUR_MS } from "../model/utc-day.js";
import { PROOF_LASTS_MS } from "../ledger/prove-archive.js";
import type { OpenTenant } from "../pass/open-tenant.js";
import type { PassOutcome } from "../pass/tenant-pass.js";
import { failedPreflight } from "../view/source-trouble.js";

/** Minimum interval between attempts after access was refused. */
const REFUSED_PAUSE_MS = 15 * 60_000;

/** Maximum sleep, so that alarms that depend on time alone begin and a clock that jumped is noticed. */
const MAX_REST_MS = HOUR_MS;

/** Failures that stop a tenant: a damaged or forked archive, and a defect. */
const STOPPING: ReadonlySet<ErrorKind> = new Set<ErrorKind>(["integrity", "defect"]);

/** The loop of one tenant: pass, rest, pass. Its failures never reach other tenants. */
export class TenantLoop {
  readonly record: TenantRecord;
  #work: TenantWork;
  #schedule: Schedule;
  #next: TenantWork | "leave" | undefined;
  #open: OpenTenant | undefined;
  #proved: { readonly open: OpenTenant; readonly atMs: number } | undefined;
  #isUntidy = false;
  #unwatch: (() => void) | undefined;
  #rest: AbortController | undefined;

  constructor(work: TenantWork, changed: () => void) {
    this.#work = work;
    this.#schedule = new Schedule(work.schedule);
    this.record = new TenantRecord(work, changed);
  }

  get tenant(): string {
    return this.#work.tenant;
  }

  /** The kind of failure that stopped this tenant; undefined while it runs. */
  get stoppedBy(): ErrorKind | undefined {
    return this.record.condition === "stopped" ? this.record.failure?.kind : undefined;
  }

  snapshot(): TenantSnapshot {
    return this.record.snapshot();
  }

  /** Whether the archive is open now. If not, the snapshot has the failure, or `stop` has aborted. */
  async openArchive(stop: AbortSignal): Promise<boolean> {
    try {
      this.#open ??= await this.#work.open(this.record, stop);
      this.#unwatch ??= await this.#work.inbox.watch(() => this.wake());
      this.record.opened(this.#open.ledger, this.#open.deliveries.failures);
      return true;
    } catch (error) {
      if (!stop.aborted) await this.#fail(error);
      return false;
    }
  }

  /** Ends when `stop` aborts, when the tenant leaves the configuration, or when a person has to act first. */
  async run(stop: AbortSignal): Promise<void> {
    const wake = (): void => this.wake();
    stop.addEventListener("abort", wake);
    try {
      await this.#preflight(stop);
      await this.record.refresh(stop);
      while (this.#goesOn(stop)) {
        await this.#pass(stop);
        await this.#sleep(stop);
        await this.#takeOver();
      }
    } finally {
      stop.removeEventListener("abort", wake);
      await this.close();
    }
  }

  /** Uses `work` from the next pass on. The loop of a stopped tenant has ended and stays so. */
  replace(work: TenantWork): void {
    this.#next = work;
    this.wake();
  }

  /** Ends the loop after the current pass. */
  leave(): void {
    this.#next = "leave";
    this.wake();
  }

  /** Ends the current sleep, so that the clock is checked now. */
  wake(): void {
    this.#rest?.abort();
  }

  /** The clock jumped, so silence and delay up to now do not count against the tenant. */
  forgive(): void {
    this.record.touch();
    this.wake();
  }

  /** Whether requests must wait, because the hour's budget is used up or the source said so. */
  async isThrottled(): Promise<boolean> {
    // A budget that cannot be read is reported by the pass that needs it.
    const { nextMs } = await this.#work.budget().catch(() => ({ nextMs: 0 }));
    return nextMs > this.#work.clock.now();
  }

  #goesOn(stop: AbortSignal): boolean {
    return !stop.aborted && this.#next !== "leave" && this.record.condition !== "stopped";
  }

  /** Reports a misconfiguration at startup rather than an hour later. An outage does not stop the loop. */
  async #preflight(stop: AbortSignal): Promise<void> {
    const { log, tenant } = this.#work;
    try {
      for (const { step, ok, code, found, hint } of await this.#work.preflight(stop)) {
        if (ok) log.info({ tenant, step, found }, "preflight passed");
        else log.warn({ tenant, step, code, found, hint }, "preflight failed");
      }
    } catch (error) {
      if (stop.aborted) return;
      log.warn({ tenant, code: codeOf(error) }, "preflight not completed");
    }
  }

  async #pass(stop: AbortSignal): Promise<void> {
    const { record } = this;
    const startedMs = this.#work.clock.now();
    record.begin();
    try {
      if (!(await this.openArchive(stop)) || this.#open === undefined) return;
      await this.#prove(this.#open, stop);
      await this.#tidy(this.#open, stop);
      const outcome = await this.#open.pass.run({ reread: false }, stop);
      record.delivered();
      if (outcome.stoppedBy === undefined) await this.#dispose(this.#open, stop);
      await this.#settle(outcome, startedMs);
      // While no day is due nothing else would ask the source again.
      if (failedPreflight(await this.#work.source()) !== undefined) await this.#preflight(stop);
    } catch (error) {
      if (!stop.aborted) await this.#fail(error);
    } finally {
      record.passEnded();
      if (!stop.aborted) await record.refresh(stop);
    }
  }

  /** After each opening and once a week. It reads the whole archive, so it must not delay the start. */
  async #prove(open: OpenTenant, stop: AbortSignal): Promise<void> {
    const nowMs = this.#work.clock.now();
    if (this.#proved?.open === open && Math.abs(nowMs - this.#proved.atMs) < PROOF_LASTS_MS) return;
    await open.prove(stop);
    this.#proved = { open, atMs: nowMs };
  }

  async #tidy(open: OpenTenant, stop: AbortSignal): Promise<void> {
    if (!this.#isUntidy) return;
    const steps = await open.finishHalfSteps(stop);
    this.#isUntidy = false;
    if (steps.length > 0) this.#work.log.info({ tenant: this.tenant, steps }, "interrupted steps finished");
  }

  /** What people approved in advance. A plan that is refused now stops nothing else. */
  async #dispose({ retention }: OpenTenant, stop: AbortSignal): Promise<void> {
    const { inbox, log } = this.#work;
    const afterEachDay = async (): Promise<void> => {
      this.record.touch();
      await inbox.serveHolds(retention, log, stop);
    };
    try {
      for (const { plan, days } of await retention.automatic.run(afterEachDay, stop)) {
        const destroyed = days.filter(({ outcome }) => outcome === "destroyed").length;
        log.info({ tenant: this.tenant, plan, destroyed, kept: days.length - destroyed }, "days disposed of");
      }
    } catch (error) {
      if (!isDaybookError(error) || error.area === "archive" || error.area === "disk") throw error;
      const { code, message, hint } = error;
      log.error({ tenant: this.tenant, code, message, hint }, "disposal failed");
    }
  }

  async #settle(outcome: PassOutcome, startedMs: number): Promise<void> {
    const { record } = this;
    const { days, lost, stoppedBy, failures } = outcome;
    this.#isUntidy = failures.length > 0;
    const number = (kind: string): number => days.filter(({ result }) => result.kind === kind).length;
    const counts = { sealed: number("sealed"), rechecked: number("rechecked"), failed: number("failed") };
    const endedMs = this.#work.clock.now();
    record.failure = stoppedBy;
    record.lastPass = { startedMs, endedMs, ...counts, lost: lost.length, failure: stoppedBy };
    record.condition = conditionAfter(stoppedBy);
    const fields = { tenant: this.tenant, ...counts, lost: lost.length, durationMs: endedMs - startedMs };
    this.#work.log.info(fields, "pass ended");
    record.logHead();
    await this.#work.keepFailure(stoppedBy);
  }

  /** Closes the archive. The next pass opens it again, because after a failed write only the disk can be trusted. */
  async #fail(error: unknown): Promise<void> {
    const { record } = this;
    const failure = isDaybookError(error) ? error : defect(error);
    const { code, message, hint } = failure;
    this.#work.log.error({ tenant: this.tenant, code, message, hint }, "pass failed");
    record.failure = failure;
    record.condition = conditionAfter(failure);
    // The instance that holds the archive keeps its own record: one that is refused must not write into it, or notify anybody.
    const isForeign = failure.code === "ARCHIVE_LOCKED";
    if (!isForeign) await this.#work.keepFailure(failure);
    await this.close();
    // Without an open archive no pass ends, so the alarms are updated here. The instance that holds it has its own.
    if (!isForeign) record.appraise();
  }

  /** Sleeps until the next pass is due, `stop` aborts, or the configuration has changed. */
  async #sleep(stop: AbortSignal): Promise<void> {
    const { clock } = this.#work;
    const refusedMs = this.record.condition === "refused" ? clock.now() : -Infinity;
    const dueMs = (): number => {
      const nowMs = clock.now();
      const isPausing = nowMs >= refusedMs && nowMs < refusedMs + REFUSED_PAUSE_MS;
      return this.#schedule.nextMs(isPausing ? refusedMs + REFUSED_PAUSE_MS - 1 : nowMs);
    };
    let nextMs = dueMs();
    while (this.#goesOn(stop) && this.#next === undefined && clock.now() < nextMs) {
      if (!(await this.#serveRequests(stop))) return;
      this.record.rest(nextMs);
      await this.#nap(Math.min(nextMs - clock.now(), MAX_REST_MS));
      if (clock.now() < nextMs) await this.record.refresh(stop);
      // A clock that was set back must not extend the wait beyond the schedule.
      nextMs = Math.min(nextMs, dueMs());
    }
  }

  /** Whether the tenant can go on resting: a request that fails on the archive itself ends the rest. */
  async #serveRequests(stop: AbortSignal): Promise<boolean> {
    const { inbox, log } = this.#work;
    if (this.#open === undefined) return true;
    try {
      await inbox.serve(this.#open.retention, log, stop);
      return true;
    } catch (error) {
      if (!stop.aborted) await this.#fail(error);
      return false;
    }
  }

  async #nap(ms: number): Promise<void> {
    const rest = new AbortController();
    this.#rest = rest;
    try {
      await this.#work.clock.sleep(ms, rest.signal);
    } catch (error) {
      if (!rest.signal.aborted) throw error;
    } finally {
      this.#rest = undefined;
    }
  }

  async #takeOver(): Promise<void> {
    if (this.#next === undefined || this.#next === "leave") return;
    await this.close();
    this.#work = this.#next;
    this.#schedule = new Schedule(this.#work.schedule);
    this.#next = undefined;
    this.record.follow(this.#work);
  }

  /** Closes the archive and releases its lock. */
  async close(): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    this.#unwatch?.();
    this.#unwatch = undefined;
    await open?.close();
  }
}

function conditionAfter(failure: DaybookError | undefined): "waiting" | "refused" | "failing" | "stopped" {
  if (failure === undefined) return "waiting";
  if (STOPPING.has(failure.kind)) return "stopped";
  return failure.kind === "refused" ? "refused" : "failing";
}

function defect(error: unknown): DaybookError {
  const message = messageOf(error);
  return new DaybookError("INTERNAL", { message: `unexpected: ${message}`, cause: error });
}

function codeOf(error: unknown): string {
  return isDaybookError(error) ? error.code : "INTERNAL";
}
