import type { AlarmKind } from "../view/alarms.js";
import type { DaemonSnapshot } from "../daemon/state.js";
import { viewTenant } from "../view/tenant-view.js";
import type { TenantView } from "../view/tenant-view.js";

/** The headline of the page. `damaged`: stored data is altered, or days cannot be saved any more. */
export interface StatusVerdict {
  readonly tone: "whole" | "missing" | "damaged";
  readonly headline: string;
  /** Tenants with alarms. */
  readonly tenants: readonly string[];
  readonly reasons: readonly string[];
}

const DAMAGE: ReadonlySet<AlarmKind> = new Set<AlarmKind>(["integrity-failure", "days-beyond-saving"]);

export function judgeStatus({ phase, tenants }: DaemonSnapshot, nowMs: number): StatusVerdict {
  const views = tenants.map((tenant) => viewTenant(tenant, nowMs));
  const reasons = lostReasons(views);
  const alarms = tenants.flatMap(({ alarms: own }) => own);
  if (alarms.length > 0) {
    const tone = alarms.some(({ kind }) => DAMAGE.has(kind)) ? "damaged" : "missing";
    const headline = `${alarms.length} ${alarms.length === 1 ? "alarm needs" : "alarms need"} attention.`;
    const names = tenants.filter(({ alarms: own }) => own.length > 0).map(({ tenant }) => tenant);
    return { tone, headline, tenants: names, reasons };
  }
  if (phase !== "ready")
    return { tone: "missing", headline: `The daemon is ${phase}.`, tenants: [], reasons };
  const due = views.reduce((sum, { missing }) => sum + missing.length, 0);
  const headline =
    due === 0
      ? "Every day that can still be read is archived or not due yet."
      : `No alarms. ${due} ${due === 1 ? "day is" : "days are"} pending.`;
  return { tone: "whole", headline, tenants: [], reasons };
}

/** Lost days raise no alarm, because nothing can be done about them, but they are always mentioned. */
function lostReasons(views: readonly TenantView[]): readonly string[] {
  const lost = views.reduce((sum, { counts }) => sum + counts.lost, 0);
  if (lost === 0) return [];
  return [
    `${lost} ${lost === 1 ? "day is" : "days are"} lost: the source dropped ${lost === 1 ? "it" : "them"} before Daybook could read ${lost === 1 ? "it" : "them"}.`,
  ];
}
