import type { TenantLoop } from "./tenant.js";
import { HOUR_MS } from "../model/utc-day.js";
import type { Clock } from "../io/clock.js";
import type { Log } from "../model/log.js";

/** Longer than a page that fails all its attempts: four times five minutes, and the pauses between. */
const MAX_SILENCE_MS = 45 * 60_000;

/** Every loop wakes once an hour. */
const MAX_OVERDUE_MS = HOUR_MS + 10 * 60_000;

/** Longer than a busy machine delays a timer. */
const JUMP_MS = 60_000;

/** Finds tenants that neither work nor rest, so that systemd restarts a daemon that hangs. */
export class Watchdog {
  #lastMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#lastMs = clock.now();
  }

  /** Call every `intervalMs`. Returns the names of the tenants that neither work nor rest. */
  async stuck(loops: readonly TenantLoop[], intervalMs: number): Promise<readonly string[]> {
    this.#noticeJump(loops, intervalMs);
    const stuck: string[] = [];
    for (const loop of loops) if (await this.#isStuck(loop)) stuck.push(loop.tenant);
    return stuck;
  }

  /** Wakes all loops after the clock jumped, for example when the machine was suspended. */
  #noticeJump(loops: readonly TenantLoop[], intervalMs: number): void {
    const nowMs = this.clock.now();
    const jumpMs = nowMs - this.#lastMs - intervalMs;
    this.#lastMs = nowMs;
    if (Math.abs(jumpMs) < JUMP_MS) return;
    this.log.warn({ jumpMs: Math.round(jumpMs) }, "clock jumped");
    for (const loop of loops) loop.forgive();
  }

  async #isStuck(loop: TenantLoop): Promise<boolean> {
    const { condition, nextPassMs, lastLifeMs } = loop.record;
    const nowMs = this.clock.now();
    if (condition === "stopped") return false;
    if (nextPassMs !== undefined) return nowMs - nextPassMs > MAX_OVERDUE_MS;
    // Waiting for the hour's budget does not count as silence.
    if (!(await loop.isThrottled())) return nowMs - lastLifeMs > MAX_SILENCE_MS;
    loop.record.touch();
    return false;
  }
}
