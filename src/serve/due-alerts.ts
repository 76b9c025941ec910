import type { Alarm } from "../view/alarms.js";
import type { DaemonSnapshot, TenantSnapshot } from "../daemon/state.js";
import { DAY_MS } from "../model/utc-day.js";
import type { Alert, ToldAlarm } from "./alert-message.js";

/**
 * The messages that the receiver lacks: what stands and was never told, what has stood for another day, and what was told and
 * is over. Pure: the difference between what was told and what is so is the queue, however long the receiver is down.
 */
export function dueAlerts(
  told: readonly ToldAlarm[],
  { tenants, phase }: DaemonSnapshot,
  nowMs: number,
): readonly Alert[] {
  const knownByKey = new Map(told.map((one) => [alarmKey(one.tenant, one), one]));
  const standing = tenants.flatMap(({ tenant, alarms }) => alarms.map((alarm) => ({ tenant, alarm })));
  const keys = new Set(standing.map(({ tenant, alarm }) => alarmKey(tenant, alarm)));
  return [
    ...standing.flatMap(({ tenant, alarm }) =>
      standingAlert(tenant, alarm, knownByKey.get(alarmKey(tenant, alarm)), nowMs),
    ),
    ...told
      .filter((one) => !keys.has(alarmKey(one.tenant, one)))
      .filter((one) => isJudged(one, tenants, phase))
      .map((one): Alert => ({ event: "over", told: one, alarm: undefined })),
  ];
}

export function alarmKey(tenant: string, { kind, subject }: Pick<ToldAlarm, "kind" | "subject">): string {
  return JSON.stringify([tenant, kind, subject]);
}

function standingAlert(
  tenant: string,
  alarm: Alarm,
  known: ToldAlarm | undefined,
  nowMs: number,
): readonly Alert[] {
  const { kind, subject, sinceMs } = alarm;
  if (known === undefined)
    return [{ event: "began", told: { tenant, kind, subject, sinceMs, times: 0 }, alarm }];
  // A clock that was set back must not silence it for longer than a day.
  if (Math.abs(nowMs - known.toldMs) < DAY_MS) return [];
  return [{ event: "lasts", told: known, alarm }];
}

/**
 * Whether the daemon knows enough to say that an alarm is over. After a restart nothing stands before the first pass has been
 * made: a restart must not look like a recovery. A tenant that left the configuration needs nobody any more.
 */
function isJudged(
  { tenant }: ToldAlarm,
  tenants: readonly TenantSnapshot[],
  phase: DaemonSnapshot["phase"],
): boolean {
  if (phase !== "ready") return false;
  const found = tenants.find((one) => one.tenant === tenant);
  return found === undefined || found.lastPass !== undefined;
}
