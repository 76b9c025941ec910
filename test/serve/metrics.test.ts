import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { DaemonSnapshot } from "../../src/daemon/state.js";
import { DAY_MS, dayEndMs } from "../../src/model/utc-day.js";
import { metricText } from "../../src/serve/metric-text.js";
import { METRIC_NAMES, metricsOf } from "../../src/serve/metrics.js";
import type { MetricSource } from "../../src/serve/metric-rule.js";
import { NOW_MS, USAGE, dayOf, quietTenant, snapshotOf, troubledTenant } from "../support/status-sample.js";
import { indexOfDays } from "../support/indexed.js";

const NO_COUNTS = { eventsSealed: [], requests: [] };

function textOf(snapshot: DaemonSnapshot, counts: MetricSource["counts"] = NO_COUNTS): readonly string[] {
  return metricText(metricsOf({ snapshot, counts, usage: USAGE, nowMs: NOW_MS, version: "0.1.0" })).split(
    "\n",
  );
}

describe("metricsOf", () => {
  it("tells what a troubled tenant lacks", () => {
    const lines = textOf(snapshotOf(troubledTenant("fabrikam")));

    expect(lines).toEqual(
      expect.arrayContaining([
        `daybook_build_info{version="0.1.0"} 1`,
        "daybook_ready 1",
        `daybook_tenant_condition{tenant="fabrikam",condition="failing"} 1`,
        `daybook_tenant_condition{tenant="fabrikam",condition="waiting"} 0`,
        `daybook_alarms{tenant="fabrikam",kind="sink-behind"} 1`,
        `daybook_alarms{tenant="fabrikam",kind="integrity-failure"} 0`,
        `daybook_day_states{tenant="fabrikam",state="gap"} 3`,
        `daybook_day_states{tenant="fabrikam",state="lost"} 3`,
        `daybook_day_states{tenant="fabrikam",state="due"} 1`,
        `daybook_oddities{tenant="fabrikam"} 1`,
        `daybook_kept_back{tenant="fabrikam"} 1`,
        `daybook_oldest_kept_back_age_seconds{tenant="fabrikam"} ${3 * 3_600}`,
        `daybook_newest_sealed_day_age_seconds{tenant="fabrikam"} ${2 * 86_400 + 18 * 3_600 + 7 * 60}`,
        `daybook_nearest_deadline_seconds{tenant="fabrikam"} ${86_400 + 5 * 3_600 + 53 * 60}`,
        `daybook_requests_left{tenant="fabrikam"} 0`,
        `daybook_sink_behind_revisions{tenant="fabrikam",sink="lake"} 17`,
        `daybook_sink_failing{tenant="fabrikam",sink="lake"} 1`,
        `daybook_sink_failing{tenant="fabrikam",sink="vault"} 0`,
        `daybook_last_pass_duration_seconds{tenant="fabrikam"} 180`,
        `daybook_last_pass_ok{tenant="fabrikam"} 1`,
        `daybook_certificate_remaining_seconds{tenant="fabrikam"} ${11 * 86_400 + 14 * 3_600 + 53 * 60}`,
      ]),
    );
  });

  it("counts recorded losses, and ages an archive that never sealed anything from its creation", () => {
    const never = {
      ...quietTenant("never", "2026-10-01"),
      index: indexOfDays(new Map(), NOW_MS - 5 * DAY_MS),
    };
    const lines = textOf(snapshotOf(troubledTenant("fabrikam"), never));
    const lastLossMs = dayEndMs(dayOf("2026-07-13")) + 27 * DAY_MS;

    expect(lines).toEqual(
      expect.arrayContaining([
        `daybook_losses_total{tenant="fabrikam"} 3`,
        `daybook_losses_total{tenant="never"} 0`,
        `daybook_last_loss_timestamp_seconds{tenant="fabrikam"} ${lastLossMs / 1_000}`,
        `daybook_newest_sealed_day_age_seconds{tenant="never"} ${5 * 86_400}`,
      ]),
    );
  });

  it("ages a tenant without a pass from its start, and a sink that was never verified from its first delivery", () => {
    const quiet = quietTenant("contoso", "2026-11-01");
    const never = { ...quietTenant("never", "2026-11-01"), lastPass: undefined, verifications: [] };
    const lines = textOf(snapshotOf(quiet, never));
    const firstDeliveryMs = never.index?.days.get(dayOf("2026-11-01"))?.deliveries.get("vault")?.at ?? 0;

    expect(firstDeliveryMs).toBeGreaterThan(0);
    expect(lines).toEqual(
      expect.arrayContaining([
        `daybook_last_pass_age_seconds{tenant="contoso"} ${9 * 60}`,
        `daybook_last_pass_age_seconds{tenant="never"} ${41 * 86_400}`,
        `daybook_last_verification_age_seconds{tenant="contoso",sink="vault"} ${2 * 86_400}`,
        `daybook_last_verification_age_seconds{tenant="never",sink="vault"} ${(NOW_MS - firstDeliveryMs) / 1_000}`,
      ]),
    );
    // The weekly check reads record sinks alone.
    expect(lines.join("\n")).not.toMatch(/verification_age_seconds\{[^}]*sink="lake"/);
  });

  it("tells how the newest sign-in and preflight ended, and when", () => {
    const quiet = quietTenant("contoso");
    const failure = {
      code: "AADSTS7000215",
      message: "sign-in: found a",
      hint: "b",
      kind: "refused",
    } as const;
    const refused = { atMs: NOW_MS - 60_000, okMs: undefined, failure };
    const source = { ...quiet.source, preflight: refused };
    const lines = textOf(snapshotOf(quiet, { ...quiet, tenant: "fabrikam", source }));

    expect(lines).toEqual(
      expect.arrayContaining([
        `daybook_source_answer_age_seconds{tenant="contoso"} 3600`,
        `daybook_last_sign_in_ok{tenant="contoso"} 1`,
        `daybook_last_sign_in_age_seconds{tenant="contoso"} 3600`,
        `daybook_last_preflight_ok{tenant="contoso"} 1`,
        `daybook_last_preflight_age_seconds{tenant="contoso"} ${41 * 86_400}`,
        `daybook_last_preflight_ok{tenant="fabrikam"} 0`,
        `daybook_last_preflight_age_seconds{tenant="fabrikam"} 60`,
      ]),
    );
  });

  it("leaves out what it does not know", () => {
    const unknown = {
      ...quietTenant("contoso"),
      index: undefined,
      lastPass: undefined,
      certificate: undefined,
      verifications: [],
      source: { signIn: undefined, request: undefined, preflight: undefined },
    };

    const text = textOf({ ...snapshotOf(unknown), phase: "starting" }).join("\n");

    expect(text).toContain("daybook_ready 0");
    expect(text).not.toMatch(
      /^daybook_(last_(?!pass_age)|certificate|newest|nearest|day_states|backlog|revisions|readings|sink_behind)/m,
    );
  });

  it("has no deadline when nothing is due", () => {
    const tenant = quietTenant("contoso");
    const text = metricText(
      metricsOf({
        snapshot: snapshotOf(tenant),
        counts: NO_COUNTS,
        usage: USAGE,
        nowMs: NOW_MS - 20 * 3_600_000,
        version: "0.1.0",
      }),
    );

    expect(text).not.toContain("daybook_nearest_deadline_seconds{");
  });

  it("counts what the process counted", () => {
    const lines = textOf(snapshotOf(quietTenant("contoso", "2026-11-01")), {
      eventsSealed: [{ labels: { tenant: "contoso" }, times: 4_213 }],
      requests: [{ labels: { host: "api.powerbi.com", outcome: "429" }, times: 2 }],
    });

    expect(lines).toContain(`daybook_events_sealed_total{tenant="contoso"} 4213`);
    expect(lines).toContain(`daybook_requests_total{host="api.powerbi.com",outcome="429"} 2`);
    expect(lines).toContain(`daybook_revisions_sealed_total{tenant="contoso"} 19`);
  });

  it("is quick enough for a hundred tenants of seven years", () => {
    const tenant = quietTenant("contoso", "2019-11-22");
    const tenants = Array.from({ length: 100 }, (_, at) => ({ ...tenant, tenant: `tenant-${at}` }));
    const startMs = performance.now();

    const lines = textOf(snapshotOf(...tenants));

    expect(lines.length).toBeGreaterThan(3_000);
    expect(performance.now() - startMs).toBeLessThan(3_000);
  });
});

describe("metricText", () => {
  it("is Prometheus' text format, whatever a label holds", () => {
    const text = metricText([
      {
        name: "a",
        type: "gauge",
        help: "one\\two\nthree",
        samples: [{ labels: { l: 'q"b\\n\nl' }, value: 0.5 }],
      },
      { name: "b", type: "counter", help: "none", samples: [] },
      { name: "c", type: "gauge", help: "far", samples: [{ labels: {}, value: Infinity }] },
    ]);

    expect(text).toBe(
      '# HELP a one\\\\two\\nthree\n# TYPE a gauge\na{l="q\\"b\\\\n\\nl"} 0.5\n# HELP c far\n# TYPE c gauge\nc +Inf\n',
    );
  });
});

const read = (name: string): Promise<string> =>
  readFile(join(import.meta.dirname, "..", "..", "docs", name), "utf8");
const namesIn = (text: string): readonly string[] =>
  [...new Set(text.match(/\b(daybook|process|nodejs)_[a-z0-9_]+/g))].toSorted();

describe("the documentation of the metrics", () => {
  it("names every metric with its type, and no other", async () => {
    const text = await read("METRICS.md");

    expect(namesIn(text)).toEqual(METRIC_NAMES.toSorted());
    expect(new Set(METRIC_NAMES).size).toBe(METRIC_NAMES.length);
    for (const { name, type } of metricsOf({
      snapshot: snapshotOf(),
      counts: NO_COUNTS,
      usage: USAGE,
      nowMs: 0,
      version: "",
    }))
      expect(text).toMatch(new RegExp(`^\\| \`${name}\` +\\| ${type} +\\|`, "m"));
  });

  it.each(["alerts.yaml", "grafana-dashboard.json"])("%s uses metrics that exist", async (name) => {
    const used = namesIn(await read(name));

    expect(used.length).toBeGreaterThan(8);
    expect(used.filter((metric) => !METRIC_NAMES.includes(metric))).toEqual([]);
  });

  it("shows every metric on the dashboard", async () => {
    const used = namesIn(await read("grafana-dashboard.json"));

    expect(METRIC_NAMES.filter((metric) => !used.includes(metric))).toEqual([]);
  });
});
