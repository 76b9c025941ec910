import type { TenantLoop } from "./tenant.js";
import { HOUR_MS } from "../model/utc-day.js";
import type { Clock } from "../io/clock.js";
import type { Log } from "../model/log.js";

/** A page that fails all its attempts takes less: four times five minutes, and the pauses between. */
const LONGEST_SILENCE_MS = 45 * 60_000;

/** A loop wakes itself every hour. */
const LONGEST_OVERDUE_MS = HOUR_MS + 10 * 60_000;

/** More than what a busy machine delays a timer by. */
const JUMP_MS = 60_000;

/** Says whether the daemon does what it should, so that the watchdog is fed only then (fault 62). */
export class Watchdog {
  #lastMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly log: Log,
  ) {
    this.#lastMs = clock.now();
  }

  /** Called every `intervalMs`. The names of the tenants that neither work nor rest; none when all is well. */
  async stuck(loops: readonly TenantLoop[], intervalMs: number): Promise<readonly string[]> {
    this.#noticeJump(loops, intervalMs);
    const stuck: string[] = [];
    for (const loop of loops) if (await this.#isStuck(loop)) stuck.push(loop.tenant);
    return stuck;
  }

  /** Whoever sleeps looks at the new time. A machine that was suspended is no fault. */
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
    if (nextPassMs !== undefined) return nowMs - nextPassMs > LONGEST_OVERDUE_MS;
    // Waiting for the hour's allowance is no silence; that begins when the wait is over.
    if (!(await loop.isThrottled())) return nowMs - lastLifeMs > LONGEST_SILENCE_MS;
    loop.record.touch();
    return false;
  }
}
