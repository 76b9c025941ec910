import { createHash } from "node:crypto";
import type { Alarm, AlarmKind } from "../view/alarms.js";
import { headLine } from "../archive/head.js";
import type { Head } from "../archive/head.js";
import { isoTime } from "../model/utc-day.js";

/** An alarm that the receiver has been notified of. */
export interface NotifiedAlarm {
  readonly tenant: string;
  readonly kind: AlarmKind;
  readonly subject: string;
  /** When it began and when the receiver was last notified, milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly notifiedMs: number;
  /** How often the receiver was notified. */
  readonly times: number;
}

export type AlertEvent = "began" | "lasts" | "over";

/** One message to send. `alarm` is undefined once it has ended. */
export interface Alert {
  readonly event: AlertEvent;
  readonly notified: Omit<NotifiedAlarm, "notifiedMs">;
  readonly alarm: Alarm | undefined;
  /** Of the tenant's ledger; undefined while its archive is not open. */
  readonly head: Head | undefined;
}

/** What every receiver is told (docs/ALERTS.md), each in its own form. */
export interface AlertMessage {
  readonly version: 1;
  readonly id: string;
  readonly event: AlertEvent;
  readonly tenant: string;
  readonly alarm: string;
  readonly subject: string;
  readonly text: string;
  readonly days: readonly string[];
  readonly deadline: string | null;
  readonly since: string;
  readonly time: string;
  /** The newest head of the tenant's ledger, in one line: who keeps the messages can hold the archive to it. */
  readonly head: string | null;
  readonly software: string;
}

/** Each attempt at the same message has the same `id`. */
export function alertMessage(
  { event, notified, alarm, head }: Alert,
  nowMs: number,
  version: string,
): AlertMessage {
  const { tenant, kind, subject, sinceMs, times } = notified;
  return {
    version: 1,
    id: sha256(JSON.stringify([event, tenant, kind, subject, sinceMs, times])).slice(0, 32),
    event,
    tenant,
    alarm: kind,
    subject,
    text: alarm?.text ?? `${kind.replaceAll("-", " ")}: over`,
    days: alarm?.days ?? [],
    deadline: alarm?.deadlineMs === undefined ? null : isoTime(alarm.deadlineMs),
    since: isoTime(sinceMs),
    time: isoTime(nowMs),
    head: head === undefined ? null : headLine(head),
    software: `daybook ${version}`,
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
