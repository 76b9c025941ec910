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

/** What responses are made from. */
export interface RouteContext {
  readonly snapshot: DaemonSnapshot;
  readonly nowMs: number;
  readonly version: string;
  readonly counts: Pick<Counts, "eventsSealed" | "requests">;
  readonly usage: () => ProcessUsage;
  readonly sourcesOf: SourcesOf;
}

export interface Response {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

/** The response for a path. Only paths that match a route as a whole are used. */
export async function answerPath(path: string, context: RouteContext): Promise<Response> {
  const { snapshot, nowMs } = context;
  switch (path) {
    case "/":
      return page(renderOverview(context));
    case "/healthz":
      return healthAnswer(healthOf(snapshot, nowMs));
    case "/readyz":
      return healthAnswer(readinessOf(snapshot));
    case "/metrics":
      return {
        status: 200,
        type: METRICS_TYPE,
        body: metricText(metricsOf({ ...context, usage: context.usage() })),
      };
    default:
      return answerTenant(path, context);
  }
}

export function textAnswer(status: number, text: string): Response {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n` };
}

const TENANT_PATH = /^\/tenants\/([a-z0-9-]{1,40})(?:\/(years|days)\/([0-9-]{4,10}))?$/;

async function answerTenant(path: string, context: RouteContext): Promise<Response> {
  const [, name, kind, when = ""] = TENANT_PATH.exec(path) ?? [];
  const tenant = context.snapshot.tenants.find((one) => one.tenant === name);
  if (tenant === undefined) return notFound();
  if (kind === "days") return answerDay(when, tenant, context);
  if (kind === undefined) return page(renderTenantPage(context, tenant));
  const isYear = /^\d{4}$/.test(when) && rangeShown(tenant, context.nowMs, when) !== undefined;
  return isYear ? page(renderTenantPage(context, tenant, when)) : notFound();
}

async function answerDay(text: string, tenant: TenantSnapshot, context: RouteContext): Promise<Response> {
  const day = parseUtcDay(text);
  const whole = wholeRange(tenant, context.nowMs);
  if (day === undefined || day < whole.from || day > whole.to) return notFound();
  const [covered] = coverRange(tenant, { from: day, to: day }, context.nowMs).days;
  if (covered === undefined) return notFound();
  const revisions = await revisionsOf(tenant, day, context.sourcesOf);
  return page(renderDayPage(context, tenant, covered, revisions));
}

function healthAnswer({ ok, text }: Health): Response {
  return textAnswer(ok ? 200 : 503, text);
}

function page(body: string): Response {
  return { status: 200, type: "text/html; charset=utf-8", body };
}

function notFound(): Response {
  return textAnswer(404, "no such page");
}
