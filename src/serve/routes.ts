import type { DaemonSnapshot, TenantSnapshot } from "../daemon/state.js";
import type { ProcessUsage } from "../io/process-usage.js";
import { parseUtcDay } from "../model/utc-day.js";
import type { Counts } from "./counts.js";
import { renderDayPage } from "./day-page.js";
import { healthOf, readinessOf } from "./health.js";
import type { Health } from "./health.js";
import { METRICS_TYPE, metricText } from "./metric-text.js";
import { metricsOf } from "./metrics.js";
import { renderOverview, renderTenantPage } from "./overview-page.js";
import { revisionsOf } from "./sealed-manifests.js";
import type { SourcesOf } from "./sealed-manifests.js";
import { wholeRange } from "../view/tenant-view.js";
import { coverRange, rangeShown } from "./year.js";

/** What is asked about, as of now. */
export interface Asked {
  readonly snapshot: DaemonSnapshot;
  readonly nowMs: number;
  readonly version: string;
  readonly counts: Pick<Counts, "eventsSealed" | "requests">;
  readonly usage: () => ProcessUsage;
  readonly sourcesOf: SourcesOf;
}

export interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The answer to a path; nothing of it is used but what a whole route matches. */
export async function answerPath(path: string, asked: Asked): Promise<Answer> {
  const { snapshot, nowMs } = asked;
  switch (path) {
    case "/":
      return page(renderOverview(asked));
    case "/healthz":
      return healthAnswer(healthOf(snapshot, nowMs));
    case "/readyz":
      return healthAnswer(readinessOf(snapshot));
    case "/metrics":
      return {
        status: 200,
        type: METRICS_TYPE,
        body: metricText(metricsOf({ ...asked, usage: asked.usage() })),
      };
    default:
      return answerTenant(path, asked);
  }
}

export function textAnswer(status: number, text: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n` };
}

const TENANT_PATH = /^\/tenants\/([a-z0-9-]{1,40})(?:\/(years|days)\/([0-9-]{4,10}))?$/;

async function answerTenant(path: string, asked: Asked): Promise<Answer> {
  const [, name, kind, when = ""] = TENANT_PATH.exec(path) ?? [];
  const tenant = asked.snapshot.tenants.find((one) => one.tenant === name);
  if (tenant === undefined) return notFound();
  if (kind === "days") return answerDay(when, tenant, asked);
  if (kind === undefined) return page(renderTenantPage(asked, tenant));
  const isYear = /^\d{4}$/.test(when) && rangeShown(tenant, asked.nowMs, when) !== undefined;
  return isYear ? page(renderTenantPage(asked, tenant, when)) : notFound();
}

async function answerDay(text: string, tenant: TenantSnapshot, asked: Asked): Promise<Answer> {
  const day = parseUtcDay(text);
  const whole = wholeRange(tenant, asked.nowMs);
  if (day === undefined || day < whole.from || day > whole.to) return notFound();
  const [covered] = coverRange(tenant, { from: day, to: day }, asked.nowMs).days;
  if (covered === undefined) return notFound();
  const revisions = await revisionsOf(tenant, day, asked.sourcesOf);
  return page(renderDayPage(asked, tenant, covered, revisions, whole));
}

function healthAnswer({ ok, text }: Health): Answer {
  return textAnswer(ok ? 200 : 503, text);
}

function page(body: string): Answer {
  return { status: 200, type: "text/html; charset=utf-8", body };
}

function notFound(): Answer {
  return textAnswer(404, "there is no such page");
}
