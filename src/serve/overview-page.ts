import { count } from "../audit/grouped-number.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import type { DaemonSnapshot, TenantSnapshot } from "../daemon/state.js";
import { renderPage } from "./page.js";
import { renderTable } from "../html/table.js";
import { renderCondition, renderTenant } from "./tenant-section.js";
import { spanText } from "./format-time.js";
import { judgeStatus } from "./verdict.js";
import { viewTenant } from "../view/tenant-view.js";

/** With more tenants than this the first page is a table of links. */
const MAX_TENANTS_IN_FULL = 5;

/** What every page is rendered from. */
export interface PageContext {
  readonly snapshot: DaemonSnapshot;
  readonly nowMs: number;
  readonly version: string;
}

/** `/` */
export function renderOverview(context: PageContext): string {
  const { snapshot, nowMs, version } = context;
  const { tenants } = snapshot;
  return renderPage({
    title: "Daybook: activity log archives",
    header: html`${renderBrand("Power BI activity log archives", snapshot, nowMs)}
    ${renderVerdict(snapshot, nowMs)}`,
    main:
      tenants.length > MAX_TENANTS_IN_FULL
        ? renderTenantTable(tenants, nowMs)
        : html`${tenants.map((tenant) => renderTenant(tenant, nowMs))}`,
    nowMs,
    version,
  });
}

/** `/tenants/NAME` and `/tenants/NAME/years/YYYY` */
export function renderTenantPage(context: PageContext, tenant: TenantSnapshot, year?: string): string {
  const { snapshot, nowMs, version } = context;
  const only = { ...snapshot, tenants: [tenant] };
  return renderPage({
    title: `${tenant.tenant}: activity log archive`,
    header: html`${renderBrand(`Power BI activity log of ${tenant.tenant}`, snapshot, nowMs)}
    ${renderVerdict(only, nowMs)}`,
    main: renderTenant(tenant, nowMs, year),
    nowMs,
    version,
  });
}

function renderBrand(title: string, { startedMs }: DaemonSnapshot, nowMs: number): Html {
  return html`<div class="brand">
    <h1>${title}</h1>
    <nav aria-label="Pages">
      <span>running for ${spanText(nowMs - startedMs)}</span> <a href="/">all tenants</a>
      <a href="/metrics">metrics</a>
    </nav>
  </div>`;
}

function renderVerdict(snapshot: DaemonSnapshot, nowMs: number): Html {
  const { tone, headline, tenants, reasons } = judgeStatus(snapshot, nowMs);
  return html`<div class="verdict ${tone}">
    <p class="say">${headline}</p>
    ${tenants.length === 0 || snapshot.tenants.length === 1 ? html`` : html`<p>Affected: ${tenants.map((name, at) => html`${at === 0 ? "" : ", "}<a href="/tenants/${name}">${name}</a>`)}.</p>`}
    ${reasons.map((reason) => html`<p>${reason}</p> `)}
  </div>`;
}

function renderTenantTable(tenants: readonly TenantSnapshot[], nowMs: number): Html {
  return html`<h2>Tenants</h2>
    ${renderTable({
      label: "Tenants",
      caption: "Tenants with alarms first.",
      heads: [
        "Tenant",
        "Condition",
        "Alarms",
        "Newest sealed day",
        "Gaps",
        "Nearest deadline",
        "Lost days",
        "Revisions behind",
      ],
      rows: tenants
        .toSorted((a, b) => b.alarms.length - a.alarms.length)
        .map((tenant) => renderRow(tenant, nowMs)),
    })}`;
}

function renderRow(tenant: TenantSnapshot, nowMs: number): readonly (Html | string)[] {
  const { tenant: name, condition, alarms, sinks } = tenant;
  const { counts, missing, newestSealed } = viewTenant(tenant, nowMs);
  const known = (text: string): string => (tenant.index === undefined ? "unknown" : text);
  const [nearest] = missing;
  return [
    html`<a href="/tenants/${name}">${name}</a>`,
    renderCondition(condition),
    alarms.length === 0
      ? "none"
      : html`<span class="soon">${alarms.map(({ kind }) => kind).join(", ")}</span>`,
    known(newestSealed ?? "none yet"),
    known(count(counts.gap)),
    known(nearest === undefined ? "none" : `${spanText(nearest.deadlineMs - nowMs)} left`),
    known(count(counts.lost)),
    known(count(sinks.reduce((sum, { behind }) => sum + behind, 0))),
  ];
}
