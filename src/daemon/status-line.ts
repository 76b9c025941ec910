import type { DaemonSnapshot, TenantSnapshot } from "./state.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";

/** One line for `systemctl status`: alarms first, then the current work. */
export function statusLine({ phase, tenants }: DaemonSnapshot): string {
  if (phase === "stopping") return "stopping";
  const parts = [...alarmParts(tenants), ...work(tenants), ...rest(tenants)];
  return `${tenants.length} ${tenants.length === 1 ? "tenant" : "tenants"}; ${parts.join("; ")}`;
}

function alarmParts(tenants: readonly TenantSnapshot[]): readonly string[] {
  const alarms = tenants.flatMap(({ tenant, alarms: own }) => own.map(({ kind }) => `${kind} in ${tenant}`));
  if (alarms.length === 0) return [];
  return [`${alarms.length} ${alarms.length === 1 ? "ALARM" : "ALARMS"}: ${shortList(alarms)}`];
}

function work(tenants: readonly TenantSnapshot[]): readonly string[] {
  const texts = tenants.flatMap(({ tenant, position }) =>
    position?.day === undefined || position.done >= position.planned
      ? []
      : [`reading ${tenant} ${position.day} (${position.done + 1} of ${position.planned})`],
  );
  return texts.length === 0 ? [] : [shortList(texts)];
}

function rest(tenants: readonly TenantSnapshot[]): readonly string[] {
  const newest = tenants.map(newestSealed).toSorted()[0];
  const next = tenants
    .flatMap(({ nextPassMs }) => (nextPassMs === undefined ? [] : [nextPassMs]))
    .toSorted(ascending)[0];
  return [
    newest === undefined || newest === "" ? "nothing sealed yet" : `sealed to ${newest}`,
    ...(next === undefined ? [] : [`next pass ${isoTime(next).slice(0, 16)}Z`]),
  ];
}

/** Empty when nothing is sealed, which sorts before every day: the line shows the tenant that is furthest behind. */
function newestSealed({ index }: TenantSnapshot): UtcDay | "" {
  return index?.newestDay ?? "";
}

function ascending(a: number, b: number): number {
  return a - b;
}

function shortList(texts: readonly string[]): string {
  const [first = "", ...others] = texts;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
