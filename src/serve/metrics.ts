import type { AlarmKind } from "../view/alarms.js";
import type { TenantCondition } from "../daemon/state.js";
import { dayEndMs } from "../model/utc-day.js";
import { counter, flag, gauge, ofEach, ofEachOpen, oneOf, own, toSample } from "./metric-rule.js";
import type { MetricRule, MetricSource } from "./metric-rule.js";
import type { Metric } from "./metric-text.js";
import { PROCESS_METRICS, processMetrics } from "./process-metrics.js";
import { SOURCE_METRICS } from "./source-metrics.js";
import { viewTenant } from "../view/tenant-view.js";
import { verifiedSince } from "../view/verified-since.js";

const CONDITIONS = {
  starting: true,
  working: true,
  waiting: true,
  refused: true,
  failing: true,
  stopped: true,
} as const satisfies Record<TenantCondition, true>;

const ALARM_KINDS = {
  "days-overdue": true,
  "days-beyond-saving": true,
  "sign-in-refused": true,
  "tenant-failing": true,
  "integrity-failure": true,
  "sink-behind": true,
  "certificate-expiring": true,
  "hold-not-applied": true,
  "people-replaced": true,
  "witness-contradicted": true,
  "witnesses-late": true,
} as const satisfies Record<AlarmKind, true>;

/** Every metric there is; docs/METRICS.md, docs/alerts.yaml and docs/grafana-dashboard.json use these names alone. */
const METRICS: readonly MetricRule[] = [
  {
    ...gauge("daybook_build_info", "Always 1; the label is Daybook's version."),
    samples: ({ version }) => [{ labels: { version }, value: 1 }],
  },
  {
    ...gauge("daybook_start_time_seconds", "When the daemon started, seconds since 1970."),
    samples: ({ snapshot }) => [{ labels: {}, value: snapshot.startedMs / 1_000 }],
  },
  {
    ...gauge("daybook_ready", "1 once the daemon has tried to open every archive, else 0."),
    samples: ({ snapshot }) => [{ labels: {}, value: flag(snapshot.phase === "ready") }],
  },
  {
    ...gauge("daybook_tenant_condition", "1 for the condition that the tenant is in, 0 for the others."),
    samples: (source) =>
      ofEach(source, ({ condition }) => oneOf("condition", CONDITIONS, (one) => flag(one === condition))),
  },
  {
    ...gauge("daybook_alarms", "Alarms that stand, by kind."),
    samples: (source) =>
      ofEach(source, ({ alarms }) =>
        oneOf("kind", ALARM_KINDS, (kind) => alarms.filter((alarm) => alarm.kind === kind).length),
      ),
  },
  {
    ...gauge(
      "daybook_day_states",
      'Days of the archive, by state; state="gap" are the gaps, state="lost" the lost days.',
    ),
    samples: (source) =>
      ofEachOpen(source, ({ view: { counts } }) => oneOf("state", counts, (state) => counts[state])),
  },
  {
    ...gauge(
      "daybook_oddities",
      "Days that the source still serves and whose reading was unusual, such as an empty working day.",
    ),
    samples: (source) =>
      ofEachOpen(source, ({ view: { oddities } }) => [own(new Set(oddities.map(({ day }) => day)).size)]),
  },
  {
    ...gauge(
      "daybook_newest_sealed_day_age_seconds",
      "Seconds since the end of the newest sealed day; since the archive's creation while none is sealed.",
    ),
    samples: (source) =>
      ofEachOpen(source, ({ view: { newestSealed }, index }) => [
        own(
          (source.nowMs - (newestSealed === undefined ? (index?.createdAt ?? 0) : dayEndMs(newestSealed))) /
            1_000,
        ),
      ]),
  },
  {
    ...gauge(
      "daybook_nearest_deadline_seconds",
      "Seconds until the source begins to drop the nearest day that is due and not archived; absent when none is.",
    ),
    samples: (source) =>
      ofEach(source, ({ view: { missing } }) =>
        missing.slice(0, 1).map(({ deadlineMs }) => own((deadlineMs - source.nowMs) / 1_000)),
      ),
  },
  {
    ...gauge("daybook_backlog", "Days to read now, including re-readings."),
    samples: (source) => ofEachOpen(source, ({ view: { backlog } }) => [own(backlog.days)]),
  },
  {
    ...gauge("daybook_kept_back", "Days that are read after the others because their last readings failed."),
    samples: (source) => ofEach(source, ({ view: { keptBack } }) => [own(keptBack.length)]),
  },
  {
    ...gauge(
      "daybook_oldest_kept_back_age_seconds",
      "Seconds since the first failed reading of the day that is kept back for the longest time; absent when none is.",
    ),
    samples: (source) =>
      ofEach(source, ({ view: { keptBack } }) =>
        keptBack.length === 0
          ? []
          : [own((source.nowMs - Math.min(...keptBack.map(({ sinceMs }) => sinceMs))) / 1_000)],
      ),
  },
  {
    ...gauge("daybook_holds", "Legal holds that stand."),
    samples: (source) =>
      ofEachOpen(source, ({ view: { retention } }) => [
        own(retention.holds.filter(({ hold }) => hold.released === undefined).length),
      ]),
  },
  {
    ...gauge(
      "daybook_retention_overdue",
      "Archived days whose retention has ended and on which no hold stands: due for destruction.",
    ),
    samples: (source) => ofEachOpen(source, ({ view: { retention } }) => [own(retention.overdue.length)]),
  },
  {
    ...gauge("daybook_open_plans", "Plans of disposal that are neither finished nor given up."),
    samples: (source) => ofEachOpen(source, ({ view: { retention } }) => [own(retention.plans.length)]),
  },
  {
    ...gauge("daybook_requests_left", "Requests left in the current hour."),
    samples: (source) => ofEach(source, ({ budget }) => [own(budget.left)]),
  },
  {
    ...gauge("daybook_requests_per_hour", "Requests allowed in an hour, as configured."),
    samples: (source) => ofEach(source, ({ budget }) => [own(budget.requestsPerHour)]),
  },
  {
    ...gauge(
      "daybook_last_pass_age_seconds",
      "Seconds since the newest pass ended; since the daemon took the tenant up while none has.",
    ),
    samples: (source) =>
      ofEach(source, ({ lastPass, takenUpMs }) => [
        own((source.nowMs - (lastPass?.endedMs ?? takenUpMs)) / 1_000),
      ]),
  },
  {
    ...gauge("daybook_last_pass_duration_seconds", "How long the newest pass took."),
    samples: (source) =>
      ofEach(source, ({ lastPass }) =>
        lastPass === undefined ? [] : [own((lastPass.endedMs - lastPass.startedMs) / 1_000)],
      ),
  },
  {
    ...gauge("daybook_last_pass_ok", "1 when the newest pass completed its plan, else 0."),
    samples: (source) =>
      ofEach(source, ({ lastPass }) =>
        lastPass === undefined ? [] : [own(flag(lastPass.failure === undefined && lastPass.failed === 0))],
      ),
  },
  {
    ...gauge("daybook_head_size", "Number of ledger entries that the newest head covers; it never falls."),
    samples: (source) => ofEach(source, ({ head }) => (head === undefined ? [] : [own(head.size)])),
  },
  {
    ...gauge("daybook_sink_behind_revisions", "Sealed revisions that the sink lacks."),
    samples: (source) =>
      ofEachOpen(source, ({ sinks }) =>
        sinks.map(({ sink, behind }) => ({ labels: { sink }, value: behind })),
      ),
  },
  {
    ...gauge("daybook_sink_failing", "1 when the newest pass could not deliver to the sink, else 0."),
    samples: (source) =>
      ofEach(source, ({ sinks }) =>
        sinks.map(({ sink, failure }) => ({ labels: { sink }, value: flag(failure !== undefined) })),
      ),
  },
  {
    ...gauge(
      "daybook_last_verification_age_seconds",
      "Seconds since the record sink was last verified; since its first delivery while it never was.",
    ),
    samples: (source) =>
      ofEach(source, (tenant) =>
        verifiedSince(tenant).map(({ sink, sinceMs }) => ({
          labels: { sink },
          value: (source.nowMs - sinceMs) / 1_000,
        })),
      ),
  },
  {
    ...gauge("daybook_last_verification_findings", "Findings when the sink was last verified."),
    samples: (source) =>
      ofEach(source, ({ verifications }) =>
        verifications.map(({ sink, findings }) => ({ labels: { sink }, value: findings })),
      ),
  },
  {
    ...gauge(
      "daybook_certificate_remaining_seconds",
      "Seconds until the client certificate expires; negative once it has.",
    ),
    samples: (source) =>
      ofEach(source, ({ certificate }) =>
        certificate === undefined ? [] : [own((certificate.expiresAtMs - source.nowMs) / 1_000)],
      ),
  },
  ...SOURCE_METRICS,
  {
    ...counter("daybook_losses_total", "Days recorded as lost: it outlives restarts."),
    samples: (source) => ofEachOpen(source, ({ view: { losses } }) => [own(losses.total)]),
  },
  {
    ...gauge(
      "daybook_last_loss_timestamp_seconds",
      "When the newest loss was recorded, seconds since 1970; absent while no day is lost.",
    ),
    samples: (source) =>
      ofEach(source, ({ view: { losses } }) =>
        losses.newestMs === undefined ? [] : [own(losses.newestMs / 1_000)],
      ),
  },
  {
    ...counter("daybook_revisions_sealed_total", "Revisions in the archive: it outlives restarts."),
    samples: (source) => ofEachOpen(source, ({ index }) => [own(index?.totals.revisions ?? 0)]),
  },
  {
    ...counter(
      "daybook_readings_total",
      "Readings that were sealed or found unchanged: it outlives restarts.",
    ),
    samples: (source) => ofEachOpen(source, ({ index }) => [own(index?.totals.readings ?? 0)]),
  },
  {
    ...counter("daybook_events_sealed_total", "Events sealed for the first time since the daemon started."),
    samples: ({ counts }) => counts.eventsSealed.map(toSample),
  },
  {
    ...counter(
      "daybook_requests_total",
      "HTTP requests since the daemon started, sign-ins included, by host and outcome: 2xx, 4xx, 429, 5xx, no-answer.",
    ),
    samples: ({ counts }) => counts.requests.map(toSample),
  },
];

export const METRIC_NAMES: readonly string[] = [...METRICS, ...PROCESS_METRICS].map(({ name }) => name);

export function metricsOf(source: MetricSource): readonly Metric[] {
  const tenants = source.snapshot.tenants.map((one) => ({ ...one, view: viewTenant(one, source.nowMs) }));
  const viewed = { ...source, tenants };
  return [
    ...METRICS.map(({ name, type, help, samples }) => ({ name, type, help, samples: samples(viewed) })),
    ...processMetrics(source.usage),
  ];
}
