import { STATE_SIGNS } from "../audit/calendar.js";
import type { CoveredDay } from "../audit/coverage.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import type { TenantSnapshot } from "../daemon/state.js";
import { addDays } from "../model/utc-day.js";
import type { DayRange } from "../model/utc-day.js";
import { deadlineMs, firstReadingMs } from "../plan/day-state.js";
import { wholeRange } from "../view/tenant-view.js";
import type { PageContext } from "./overview-page.js";
import { renderPage } from "./page.js";
import { renderDayRetention } from "./retention-section.js";
import { renderRevision } from "./revision-section.js";
import type { ShownRevision } from "./sealed-manifests.js";
import { dayText, renderTime, spanText } from "./format-time.js";

/** `/tenants/NAME/days/YYYY-MM-DD`; the newest revision first. */
export function renderDayPage(
  { nowMs, version }: PageContext,
  tenant: TenantSnapshot,
  day: CoveredDay,
  revisions: readonly ShownRevision[],
): string {
  const { sign } = STATE_SIGNS[day.state];
  return renderPage({
    title: `${tenant.tenant}, ${day.day}: ${day.state}`,
    header: html`<div class="brand">
      <h1>
        <a href="/tenants/${tenant.tenant}">${tenant.tenant}</a>: ${dayText(day.day)}
        <span class="state ${day.state}">${sign} ${day.state}</span>
      </h1>
      <p>${day.day}, the UTC day</p>
    </div>`,
    main: html`${renderTurn(tenant, day, wholeRange(tenant, nowMs))}
      <p>${explain(tenant, day, nowMs)}</p>
      ${renderDeliveries(tenant, day)} ${renderOddities(tenant, day)} ${renderDayRetention(tenant, day.day)}
      ${revisions.toReversed().map((revision) => renderRevision(revision))}
      ${revisions.length === 0 ? html`` : renderCommands(tenant.tenant, day.day)}`,
    nowMs,
    version,
  });
}

function renderTurn({ tenant }: TenantSnapshot, { day }: CoveredDay, { from, to }: DayRange): Html {
  const link = (other: CoveredDay["day"], text: string): Html =>
    other < from || other > to
      ? html`<span></span>`
      : html`<a href="/tenants/${tenant}/days/${other}">${text}</a>`;
  return html`<nav class="turn" aria-label="Days">
    ${link(addDays(day, -1), `← ${addDays(day, -1)}`)} ${link(addDays(day, 1), `${addDays(day, 1)} →`)}
  </nav>`;
}

function explain({ rules }: TenantSnapshot, { day, state, explanation }: CoveredDay, nowMs: number): Html {
  const { meaning } = STATE_SIGNS[state];
  switch (state) {
    case "open":
      return html`This day is ${meaning}: ${renderTime(firstReadingMs(day, rules))}, in
      ${spanText(firstReadingMs(day, rules) - nowMs)}.`;
    case "due":
    case "gap":
      return html`This day is ${meaning}. The source begins to drop it at
      ${renderTime(deadlineMs(day, rules))}, in ${spanText(deadlineMs(day, rules) - nowMs)}.`;
    case "before":
    case "sealed":
    case "closed":
    case "lost":
    case "disposing":
    case "disposed":
      return html`This day is ${meaning}${explanation === undefined ? "" : ` (${explanation})`}.`;
    default:
      return state satisfies never;
  }
}

function renderDeliveries({ index }: TenantSnapshot, { day }: CoveredDay): Html {
  const deliveries = [...(index?.days.get(day)?.deliveries ?? [])];
  if (deliveries.length === 0) return html``;
  return html`<p>
    Confirmed by
    ${deliveries.map(([sink, { revision, at }], number) => html`${number === 0 ? "" : "; "}${sink} (revision ${revision}, ${renderTime(at)})`)}.
  </p>`;
}

/** What was unusual when the day was sealed; docs/OPERATIONS.md explains each code. */
function renderOddities({ index }: TenantSnapshot, { day }: CoveredDay): Html {
  const incidents = index?.days.get(day)?.incidents ?? [];
  if (incidents.length === 0) return html``;
  return html`<h2>Unusual</h2>
    <ul>
      ${incidents.map(({ code, subject, at }) => html`<li><code>${code}</code> ${subject} (${renderTime(at)})</li> `)}
    </ul>`;
}

function renderCommands(tenant: string, day: string): Html {
  return html`<h2>Verify</h2>
    <p>This page shows the ledger and the signed manifests. These commands read every byte again:</p>
    <pre tabindex="0" role="region" aria-label="Commands">
daybook show ${day} --tenant ${tenant} --proof
daybook verify --tenant ${tenant}</pre>`;
}
