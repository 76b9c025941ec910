import { createHash, createHmac } from "node:crypto";
import type { Alarm, AlarmKind } from "../view/alarms.js";
import { isoTime } from "../model/utc-day.js";

/** An alarm that the receiver has been told of. */
export interface ToldAlarm {
  readonly tenant: string;
  readonly kind: AlarmKind;
  readonly subject: string;
  /** When it began and when it was told last, milliseconds since the epoch. */
  readonly sinceMs: number;
  readonly toldMs: number;
  /** How often it was told. */
  readonly times: number;
}

export type AlertEvent = "began" | "lasts" | "over";

/** One message to be sent. `alarm` is undefined when it is over. */
export interface Alert {
  readonly event: AlertEvent;
  readonly told: Omit<ToldAlarm, "toldMs">;
  readonly alarm: Alarm | undefined;
}

/** The body of a message (docs/ALERTS.md). Each attempt at the same message has the same `id`. */
export function alertBody({ event, told, alarm }: Alert, nowMs: number, version: string): string {
  const { tenant, kind, subject, sinceMs, times } = told;
  return JSON.stringify({
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
    software: `daybook ${version}`,
  });
}

/**
 * `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 with the secret over `<t>.<body>`, byte for byte as sent. The time is signed
 * too, so that a message that was overheard is worth nothing later.
 */
export function signature(secret: string, body: string, nowMs: number): string {
  const seconds = Math.floor(nowMs / 1_000);
  const mac = createHmac("sha256", secret).update(`${seconds}.${body}`).digest("hex");
  return `t=${seconds},v1=${mac}`;
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
