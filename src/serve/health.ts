import type { DaemonSnapshot } from "../daemon/state.js";
import { HOUR_MS } from "../model/utc-day.js";

/** Every loop wakes once an hour, so after this nothing will begin the pass. */
const MAX_OVERDUE_MS = HOUR_MS + 10 * 60_000;

/** The result of a probe, with one line of text. */
export interface Health {
  readonly ok: boolean;
  readonly text: string;
}

/** Whether passes begin as planned. A failing source or sink is no reason to restart the process. */
export function healthOf({ tenants }: DaemonSnapshot, nowMs: number): Health {
  const stuck = tenants.filter(
    ({ nextPassMs }) => nextPassMs !== undefined && nowMs - nextPassMs > MAX_OVERDUE_MS,
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
