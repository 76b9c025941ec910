import type { DaemonSnapshot, TenantSnapshot } from "../daemon/state.js";
import type { ProcessUsage } from "../io/process-usage.js";
import type { TenantView } from "../view/tenant-view.js";
import type { Counted, Counts } from "./counts.js";
import type { Metric, Sample } from "./metric-text.js";

/** What the metrics are computed from. */
export interface MetricSource {
  readonly snapshot: DaemonSnapshot;
  readonly counts: Pick<Counts, "eventsSealed" | "requests">;
  readonly usage: ProcessUsage;
  readonly nowMs: number;
  readonly version: string;
}

/** The same with the view of each tenant, computed once for all metrics. */
export interface Viewed extends MetricSource {
  readonly tenants: readonly (TenantSnapshot & { readonly view: TenantView })[];
}

export interface MetricRule extends Omit<Metric, "samples"> {
  readonly samples: (source: Viewed) => readonly Sample[];
}

export function gauge(name: string, help: string): Omit<Metric, "samples"> {
  return { name, type: "gauge", help };
}

export function counter(name: string, help: string): Omit<Metric, "samples"> {
  return { name, type: "counter", help };
}

export function ofEach(
  { tenants }: Viewed,
  samples: (tenant: Viewed["tenants"][number]) => readonly Sample[],
): readonly Sample[] {
  return tenants.flatMap((tenant) =>
    samples(tenant).map(({ labels, value }) => ({ labels: { tenant: tenant.tenant, ...labels }, value })),
  );
}

/** For tenants whose archive is open. Nothing is known of the others, and a counter that falls to 0 would be wrong. */
export function ofEachOpen(
  source: Viewed,
  samples: (tenant: Viewed["tenants"][number]) => readonly Sample[],
): readonly Sample[] {
  return ofEach(source, (tenant) => (tenant.index === undefined ? [] : samples(tenant)));
}

/** A sample for every name, including 0: an alert needs the series before it rises. */
export function oneOf<Name extends string>(
  label: string,
  names: Readonly<Record<Name, unknown>>,
  value: (name: Name) => number,
): readonly Sample[] {
  return (Object.keys(names) as Name[]).map((name) => ({ labels: { [label]: name }, value: value(name) }));
}

export function own(value: number): Sample {
  return { labels: {}, value };
}

export function flag(is: boolean): number {
  return is ? 1 : 0;
}

export function toSample({ labels, times }: Counted): Sample {
  return { labels, value: times };
}
