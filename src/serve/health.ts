import type { DaemonSnapshot } from "../daemon/state.js";
import { HOUR_MS } from "../model/utc-day.js";

/** A loop wakes itself every hour, so a pass that is later than this has no one left to begin it. */
const LONGEST_OVERDUE_MS = HOUR_MS + 10 * 60_000;

/** One line of text, and whether it is good news. */
export interface Health {
  readonly ok: boolean;
  readonly text: string;
}

/** Whether the process still does what it plans to. What is wrong outside of it is no reason to restart it. */
export function healthOf({ tenants }: DaemonSnapshot, nowMs: number): Health {
  const stuck = tenants.filter(
    ({ nextPassMs }) => nextPassMs !== undefined && nowMs - nextPassMs > LONGEST_OVERDUE_MS,
  );
  if (stuck.length === 0) return { ok: true, text: "ok" };
  return {
    ok: false,
    text: `no pass began when it was planned: ${stuck.map(({ tenant }) => tenant).join(", ")}`,
  };
}

export function readinessOf({ phase }: DaemonSnapshot): Health {
  return { ok: phase === "ready", text: phase };
}
