import type { DaemonSnapshot, DaemonState } from "./state.js";
import { statusLine } from "./status-line.js";
import { TenantLoop } from "./tenant.js";
import type { TenantWork } from "./tenant-work.js";
import { Watchdog } from "./watchdog.js";
import type { Clock } from "../io/clock.js";
import type { ErrorKind } from "../model/errors.js";
import type { ServiceManager } from "../io/notify-systemd.js";
import { Turn } from "../io/turn.js";
import type { Log } from "../model/log.js";
import { HOUR_MS } from "../model/utc-day.js";

/** A configuration, loaded and composed. */
export interface DaemonConfig {
  readonly path: string;
  readonly sha256: string;
  readonly tenants: readonly TenantWork[];
  readonly log: Log;
}

export interface DaemonParts {
  readonly clock: Clock;
  /** Called a minute after every tenant has come to rest. */
  readonly giveBackMemory?: () => void;
  readonly manager: ServiceManager;
}

/** Archives that are opened side by side at start: each reads its whole ledger. */
const OPENED_AT_ONCE = 8;

/** systemd kills after 30 s. Whatever hangs longer is finished or undone at the next start, as after a crash. */
const STOP_WITHIN_MS = 25_000;

/** Passes that begin in the same minute normally end within another one. */
const REST_MS = 60_000;

/** How often the alarms of a stopped tenant are updated. */
const STOPPED_LOOK_MS = HOUR_MS;

/** Keeps every tenant's archive complete until it is stopped. */
export class Daemon implements DaemonState {
  readonly #parts: DaemonParts;
  readonly #startedMs: number;
  #config: DaemonConfig;
  #phase: DaemonSnapshot["phase"] = "starting";
  #loops: TenantLoop[];
  readonly #running = new Set<Promise<void>>();
  readonly #listeners = new Set<() => void>();
  readonly #failures: ErrorKind[] = [];
  readonly #over = new AbortController();
  #notifiedLine = "";
  /** The newest configuration. */
  #next: DaemonConfig | undefined;
  #isWorking = false;
  #rests = 0;
  #isNotifying = false;
  readonly #notifications = new Turn();
  #stop: AbortSignal | undefined;

  constructor(config: DaemonConfig, parts: DaemonParts) {
    this.#config = config;
    this.#parts = parts;
    this.#startedMs = parts.clock.now();
    this.#loops = config.tenants.map((work) => this.#loopFor(work));
  }

  snapshot(): DaemonSnapshot {
    const { path, sha256 } = this.#config;
    const tenants = this.#loops.map((loop) => loop.snapshot());
    const [startedMs, phase] = [this.#startedMs, this.#phase];
    return { startedMs, phase, configPath: path, configSha256: sha256, tenants };
  }

  onChange(listener: () => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /**
   * Opens every archive, reports that it is ready, and works until `stop` aborts. Returns the kinds of failure of all tenants when no
   * archive could be opened or every tenant has stopped; none after an orderly stop.
   */
  async run(stop: AbortSignal): Promise<readonly ErrorKind[]> {
    this.#stop = stop;
    const { log } = this.#config;
    log.info({ tenants: this.#loops.length, config: this.#config.sha256 }, "daemon started");
    if (!(await this.#openAll(stop))) return stop.aborted ? [] : this.#openingFailures();
    this.#phase = "ready";
    await this.#notify("READY=1", `STATUS=${this.#line()}`);
    log.info({ tenants: this.#loops.length }, "daemon ready");
    const beats = new AbortController();
    const feeding = this.#feedWatchdog(beats.signal);
    for (const loop of this.#loops) this.#start(loop, stop);
    if (this.#next !== undefined) this.reload(this.#next);
    await this.#untilEnd(stop);
    this.#over.abort();
    this.#phase = "stopping";
    await this.#notify("STOPPING=1", "STATUS=stopping");
    beats.abort();
    await feeding;
    this.#config.log.info({}, "daemon stopped");
    return stop.aborted ? [] : this.#failures;
  }

  /** Changes the configuration of each tenant as soon as its current pass ends. */
  reload(config: DaemonConfig): void {
    const stop = this.#stop;
    this.#next = config;
    // While archives are being opened no loop has begun; `run` reloads afterwards.
    if (this.#phase === "starting" || stop === undefined || stop.aborted) return;
    const known = new Map(this.#loops.map((loop) => [loop.tenant, loop]));
    this.#config = config;
    this.#loops = config.tenants.map((work) => {
      const loop = known.get(work.tenant);
      if (loop !== undefined && loop.stoppedBy === undefined) {
        loop.replace(work);
        return loop;
      }
      // A stopped tenant starts again, because a person has acted.
      const fresh = this.#loopFor(work);
      this.#start(fresh, stop);
      return fresh;
    });
    for (const loop of known.values()) if (!this.#loops.includes(loop)) loop.leave();
  }

  #loopFor(work: TenantWork): TenantLoop {
    return new TenantLoop(work, () => this.#announce());
  }

  /** False when no archive could be opened. */
  async #openAll(stop: AbortSignal): Promise<boolean> {
    const queue = this.#loops.values();
    let isAnyOpen = false;
    const open = async (): Promise<void> => {
      for (const loop of queue) {
        if (stop.aborted) return;
        if (await loop.openArchive(stop)) isAnyOpen = true;
      }
    };
    await Promise.all(Array.from({ length: OPENED_AT_ONCE }, open));
    if (isAnyOpen && !stop.aborted) return true;
    for (const loop of this.#loops) await loop.close();
    return false;
  }

  #openingFailures(): readonly ErrorKind[] {
    return this.#loops.flatMap(({ record: { failure } }) => (failure === undefined ? [] : [failure.kind]));
  }

  #start(loop: TenantLoop, stop: AbortSignal): void {
    const run = this.#runLoop(loop, stop);
    this.#running.add(run);
    void run.finally(() => this.#running.delete(run));
  }

  async #runLoop(loop: TenantLoop, stop: AbortSignal): Promise<void> {
    const { log } = this.#config;
    try {
      await loop.run(stop);
      const { stoppedBy } = loop;
      if (stoppedBy === undefined) return;
      this.#failures.push(stoppedBy);
      log.error({ tenant: loop.tenant, kind: stoppedBy }, "tenant stopped");
      void this.#watchStopped(loop, AbortSignal.any([stop, this.#over.signal]));
    } catch (error) {
      // A defect in a loop, outside its passes, stops that tenant and no other.
      this.#failures.push("defect");
      log.error({ tenant: loop.tenant, kind: "defect", message: String(error) }, "tenant stopped");
    }
  }

  /** The days of a stopped tenant still approach their deadlines, so its alarms are kept up to date. */
  async #watchStopped(loop: TenantLoop, signal: AbortSignal): Promise<void> {
    const { clock } = this.#parts;
    while (this.#loops.includes(loop)) {
      await clock.sleep(STOPPED_LOOK_MS, signal).catch(() => undefined);
      if (signal.aborted) return;
      try {
        loop.record.appraise();
      } catch (error) {
        // Nobody awaits this: an error would end the daemon, for every tenant.
        this.#config.log.error({ tenant: loop.tenant, message: String(error) }, "stopped tenant not watched");
      }
    }
  }

  /** Waits until every loop has ended; after a stop no longer than systemd waits. */
  async #untilEnd(stop: AbortSignal): Promise<void> {
    const ended = this.#allEnded();
    const stopped = new Promise<void>((resolve) => {
      if (stop.aborted) resolve();
      else stop.addEventListener("abort", () => resolve(), { once: true });
    });
    await Promise.race([ended, stopped]);
    if (!stop.aborted) return;
    const patience = new AbortController();
    const waited = this.#parts.clock.sleep(STOP_WITHIN_MS, patience.signal).then(
      () => this.#config.log.warn({ tenants: this.#running.size }, "shutdown timed out"),
      () => undefined,
    );
    await Promise.race([ended, waited]);
    patience.abort();
  }

  /** A reload may add loops while others end. */
  async #allEnded(): Promise<void> {
    while (this.#running.size > 0) await Promise.all(this.#running);
  }

  async #feedWatchdog(signal: AbortSignal): Promise<void> {
    const { clock, manager } = this.#parts;
    if (manager.watchdogMs === undefined) return;
    const intervalMs = manager.watchdogMs / 2;
    const watchdog = new Watchdog(clock, this.#config.log);
    while (!signal.aborted) {
      const stuck = await watchdog.stuck(this.#loops, intervalMs);
      if (stuck.length === 0) await this.#notify("WATCHDOG=1");
      else this.#config.log.error({ tenants: stuck }, "watchdog withheld");
      await clock.sleep(intervalMs, signal).catch(() => undefined);
    }
  }

  #announce(): void {
    void this.#giveBackAtRest();
    for (const listener of this.#listeners) listener();
    void this.#notifyStatus();
  }

  /** Once all tenants are idle, not after each tenant's pass. */
  async #giveBackAtRest(): Promise<void> {
    const wasWorking = this.#isWorking;
    this.#isWorking = this.#loops.some(({ record }) => record.condition === "working");
    if (!wasWorking || this.#isWorking || this.#stop === undefined) return;
    const rest = ++this.#rests;
    await this.#parts.clock.sleep(REST_MS, this.#stop).catch(() => undefined);
    if (rest === this.#rests && !this.#isWorking && !this.#stop.aborted) this.#parts.giveBackMemory?.();
  }

  /** Changes during a notification are coalesced into the next, because every notification spawns a process. */
  async #notifyStatus(): Promise<void> {
    if (this.#isNotifying) return;
    this.#isNotifying = true;
    for (
      let line = this.#line();
      line !== this.#notifiedLine && this.#phase === "ready";
      line = this.#line()
    ) {
      this.#notifiedLine = line;
      await this.#notify(`STATUS=${line}`);
    }
    this.#isNotifying = false;
  }

  #line(): string {
    return statusLine(this.snapshot());
  }

  /** One at a time, so that the newest notification arrives last. */
  #notify(...assignments: readonly string[]): Promise<void> {
    return this.#notifications.take(() => this.#notifyManager(assignments));
  }

  async #notifyManager(assignments: readonly string[]): Promise<void> {
    if (await this.#parts.manager.notify(...assignments)) return;
    this.#config.log.warn({ message: assignments[0] }, "systemd notification failed");
  }
}
