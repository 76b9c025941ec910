import type { Alarm } from "../view/alarms.js";
import type { DaemonSnapshot, TenantSnapshot } from "../daemon/state.js";
import { DAY_MS } from "../model/utc-day.js";
import type { Alert, NotifiedAlarm } from "./alert-message.js";

/**
 * The messages to send: for alarms that are new, that have lasted another day, and that have ended. Pure: the queue is the
 * difference between the notified and the standing alarms, however long the receiver is down.
 */
export function dueAlerts(
  notified: readonly NotifiedAlarm[],
  { tenants, phase }: DaemonSnapshot,
  nowMs: number,
): readonly Alert[] {
  const heads = new Map(tenants.map(({ tenant, head }) => [tenant, head]));
  const knownByKey = new Map(notified.map((one) => [alarmKey(one.tenant, one), one]));
  const standing = tenants.flatMap(({ tenant, alarms }) => alarms.map((alarm) => ({ tenant, alarm })));
  const keys = new Set(standing.map(({ tenant, alarm }) => alarmKey(tenant, alarm)));
  const alerts = [
    ...standing.flatMap(({ tenant, alarm }) =>
      standingAlert(tenant, alarm, knownByKey.get(alarmKey(tenant, alarm)), nowMs),
    ),
    ...notified
      .filter((one) => !keys.has(alarmKey(one.tenant, one)))
      .filter((one) => isJudged(one, tenants, phase))
      .map((one) => ({ event: "over" as const, notified: one, alarm: undefined })),
  ];
  return alerts.map((alert) => ({ ...alert, head: heads.get(alert.notified.tenant) }));
}

export function alarmKey(tenant: string, { kind, subject }: Pick<NotifiedAlarm, "kind" | "subject">): string {
  return JSON.stringify([tenant, kind, subject]);
}

function standingAlert(
  tenant: string,
  alarm: Alarm,
  known: NotifiedAlarm | undefined,
  nowMs: number,
): readonly Omit<Alert, "head">[] {
  const { kind, subject, sinceMs } = alarm;
  if (known === undefined)
    return [{ event: "began", notified: { tenant, kind, subject, sinceMs, times: 0 }, alarm }];
  // A clock that was set back must not silence an alarm for longer than a day.
  if (Math.abs(nowMs - known.notifiedMs) < DAY_MS) return [];
  return [{ event: "lasts", notified: known, alarm }];
}

/**
 * Whether the daemon knows enough to say that an alarm has ended. After a restart no alarm stands until the first pass ends, and
 * a restart must not look like a recovery. The alarms of a tenant that left the configuration have ended.
 */
function isJudged(
  { tenant }: NotifiedAlarm,
  tenants: readonly TenantSnapshot[],
  phase: DaemonSnapshot["phase"],
): boolean {
  if (phase !== "ready") return false;
  const found = tenants.find((one) => one.tenant === tenant);
  return found === undefined || found.lastPass !== undefined;
}
