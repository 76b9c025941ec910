import { count } from "../audit/grouped-number.js";
import { renderLegend } from "../audit/legend.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import type { TenantCondition, TenantSnapshot } from "../daemon/state.js";
import { utcDayOf } from "../model/utc-day.js";
import {
  renderAlarms,
  renderKeptBack,
  renderMissing,
  renderSinks,
  renderVerifications,
  renderWork,
} from "./tenant-parts.js";
import { renderTime, spanText } from "./format-time.js";
import { renderRetention } from "./retention-section.js";
import { renderMonths } from "./year-calendar.js";
import { viewTenant } from "../view/tenant-view.js";
import type { TenantView } from "../view/tenant-view.js";
import { coverRange, rangeShown, yearsOf } from "./year.js";

/** The section of one tenant. `year` undefined: the last twelve months. */
export function renderTenant(tenant: TenantSnapshot, nowMs: number, year?: string): Html {
  const { tenant: name } = tenant;
  const view = viewTenant(tenant, nowMs);
  return html`<section class="tenant" aria-labelledby="${name}">
    <h2 id="${name}"><a href="/tenants/${name}">${name}</a> ${renderCondition(tenant.condition)}</h2>
    <p class="doing">${doing(tenant, nowMs)}</p>
    ${renderAlarms(tenant, nowMs)}
    ${
      tenant.index === undefined
        ? html`<p class="none">The archive is not open, so its contents are unknown.</p>`
        : renderArchive({ tenant, view, nowMs }, year)
    }
    ${renderWork(tenant, view, nowMs)}
  </section> `;
}

interface ShownTenant {
  readonly tenant: TenantSnapshot;
  readonly view: TenantView;
  readonly nowMs: number;
}

function renderArchive({ tenant, view, nowMs }: ShownTenant, year: string | undefined): Html {
  return html`${renderFigures({ tenant, view, nowMs })} ${renderYear(tenant, nowMs, year)}
    ${renderMissing(tenant.tenant, view, nowMs)} ${renderKeptBack(tenant, view)}
    ${renderRetention(tenant, view)}
    <div class="pair">${renderSinks(tenant)} ${renderVerifications(tenant, nowMs)}</div>`;
}

export function renderCondition(condition: TenantCondition): Html {
  return html`<span class="state ${condition}">${condition}</span>`;
}

function doing({ condition, position, nextPassMs }: TenantSnapshot, nowMs: number): Html {
  const next =
    nextPassMs === undefined
      ? html``
      : html` Next pass ${renderTime(nextPassMs)}, in ${spanText(nextPassMs - nowMs)}.`;
  switch (condition) {
    case "starting":
      return html`Opening the archive.`;
    case "working":
      return position?.day === undefined
        ? html`Planning the pass.`
        : html`Reading ${position.day}: ${position.windowsDone} of 24 hours; day
          ${Math.min(position.done + 1, position.planned)} of ${position.planned} in this pass.`;
    case "waiting":
      return html`Idle.${next}`;
    case "refused":
      return html`Sign-in or access was refused. Retries are at least 15 minutes apart.${next}`;
    case "failing":
      return html`The last pass failed.${next}`;
    case "stopped":
      return html`Stopped until someone acts.`;
    default:
      return condition satisfies never;
  }
}

function renderFigures({ tenant, view, nowMs }: ShownTenant): Html {
  const { budget } = tenant;
  const { counts, newestSealed } = view;
  const { left, requestsPerHour, nextMs } = budget;
  const wait =
    left === 0 && nextMs > nowMs
      ? html`<small>next in ${spanText(nextMs - nowMs)}</small>`
      : html`<small>of ${count(requestsPerHour)} this hour</small>`;
  return html`<dl class="figures">
    <div>
      <dt>newest sealed day</dt>
      <dd>${newestSealed ?? "none yet"}</dd>
    </div>
    <div>
      <dt>days archived</dt>
      <dd>${count(counts.sealed + counts.closed)}</dd>
    </div>
    <div>
      <dt>gaps</dt>
      <dd>${count(counts.gap)}</dd>
    </div>
    <div>
      <dt>lost days</dt>
      <dd>${count(counts.lost)}</dd>
    </div>
    <div>
      <dt id="${tenant.tenant}.left">requests left</dt>
      <dd>
        ${count(left)} ${wait}<meter
          aria-labelledby="${tenant.tenant}.left"
          min="0"
          max="${requestsPerHour}"
          value="${left}"
        ></meter>
      </dd>
    </div>
  </dl>`;
}

function renderYear(tenant: TenantSnapshot, nowMs: number, year: string | undefined): Html {
  const { tenant: name } = tenant;
  const range = rangeShown(tenant, nowMs, year);
  if (range === undefined) return html``;
  const coverage = coverRange(tenant, range, nowMs);
  return html`<h3>${year ?? "Last twelve months"}</h3>
    <a class="skip" href="#${name}.after">Skip the calendar of ${name}</a>
    ${renderMonths(name, coverage, utcDayOf(nowMs))}
    <div id="${name}.after">${renderLegend(coverage)}</div>
    ${renderYears(tenant, nowMs, year)}`;
}

function renderYears(tenant: TenantSnapshot, nowMs: number, shown: string | undefined): Html {
  const years = yearsOf(tenant, nowMs);
  const link = (path: string, text: string, isShown: boolean): Html =>
    isShown
      ? html`<b aria-current="page">${text}</b>`
      : html`<a href="/tenants/${tenant.tenant}${path}">${text}</a>`;
  return html`<nav class="years" aria-label="Years of ${tenant.tenant}">
    ${link("", "last twelve months", shown === undefined)}
    ${years.map((year) => link(`/years/${year}`, year, year === shown))}
  </nav>`;
}
