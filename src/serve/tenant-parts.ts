import { STATE_SIGNS } from "../audit/calendar.js";
import { count } from "../audit/grouped-number.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import type { TenantSnapshot } from "../daemon/state.js";
import { DAY_MS } from "../model/utc-day.js";
import type { Outcome } from "../source/last-outcome.js";
import { renderTable } from "../html/table.js";
import { renderTime, spanText } from "./format-time.js";
import type { SinkState } from "../view/sink-state.js";
import type { MissingDay, TenantView } from "../view/tenant-view.js";

/** A day with less time left is shown in red. */
const SOON_MS = 7 * DAY_MS;

const NOTHING = html``;

export function renderAlarms({ tenant, alarms }: TenantSnapshot, nowMs: number): Html {
  if (alarms.length === 0) return NOTHING;
  return html`<ul class="alarms" aria-label="Alarms of ${tenant}">
    ${alarms.map(
      ({ kind, text, sinceMs }) =>
        html`<li>
          <b>${kind.replaceAll("-", " ")}</b>: ${text}
          <small>since ${renderTime(sinceMs)}, ${spanText(nowMs - sinceMs)}</small>
        </li> `,
    )}
  </ul>`;
}

/** The rest is collapsed: a new archive or a long outage has weeks of them. */
const MAX_MISSING_SHOWN = 7;

/** Days that are due and not archived, each with the time left. */
export function renderMissing(tenant: string, { missing }: TenantView, nowMs: number): Html {
  if (missing.length === 0) return NOTHING;
  const rest = missing.slice(MAX_MISSING_SHOWN);
  return html`<h3>Pending days</h3>
    ${renderMissingTable(tenant, missing.slice(0, MAX_MISSING_SHOWN), `Pending days of ${tenant}`, nowMs)}
    ${
      rest.length === 0
        ? NOTHING
        : html`<details>
            <summary>and ${count(rest.length)} more</summary>
            ${renderMissingTable(tenant, rest, `More pending days of ${tenant}`, nowMs)}
          </details>`
    }`;
}

/** Days that are read after the others, with the error of their last reading. */
export function renderKeptBack({ tenant, nextPassMs }: TenantSnapshot, { keptBack }: TenantView): Html {
  if (keptBack.length === 0) return NOTHING;
  return html`<h3>Days kept back</h3>
    ${renderTable({
      label: `Days kept back of ${tenant}`,
      caption: "Their last readings failed, so they are read after the other days.",
      heads: ["Day", "Error", "Failing since", "Failed readings", "Next try"],
      rows: keptBack.map(({ day, code, sinceMs, failures }) => [
        html`<a href="/tenants/${tenant}/days/${day}">${day}</a>`,
        code,
        renderTime(sinceMs),
        count(failures),
        nextPassMs === undefined ? "in this pass" : renderTime(nextPassMs),
      ]),
    })}`;
}

function renderMissingTable(
  tenant: string,
  missing: readonly MissingDay[],
  label: string,
  nowMs: number,
): Html {
  return renderTable({
    label,
    caption: "Not archived yet. After its deadline the source begins to drop a day.",
    heads: ["Day", "State", "Time left", "Deadline"],
    rows: missing.map(({ day, state, deadlineMs }) => [
      html`<a href="/tenants/${tenant}/days/${day}">${day}</a>`,
      html`<span class="state ${state}">${STATE_SIGNS[state].sign} ${state}</span>`,
      renderLeft(deadlineMs - nowMs),
      renderTime(deadlineMs),
    ]),
  });
}

export function renderSinks({ tenant, sinks }: TenantSnapshot): Html {
  return html`<div>
    <h3>Sinks</h3>
    ${renderTable({
      label: `Sinks of ${tenant}`,
      caption: "Where sealed days are delivered.",
      heads: ["Sink", "State", "Contents"],
      rows: sinks.map((sink) => [
        sink.sink,
        renderSink(sink),
        sink.kind === "record" ? "the archive" : "the current view",
      ]),
    })}
  </div>`;
}

export function renderVerifications({ tenant, verifications }: TenantSnapshot, nowMs: number): Html {
  return html`<div>
    <h3>Last verification</h3>
    ${
      verifications.length === 0
        ? html`<p class="none">
            Nothing verified yet. A different sample of each record sink is verified every week.
            <code>daybook verify --tenant ${tenant}</code> verifies everything.
          </p>`
        : renderTable({
            label: `Verifications of ${tenant}`,
            caption: "A different sample of sealed days is verified every week.",
            heads: ["Sink", "Findings", "Revisions", "When"],
            rows: verifications.map(({ sink, atMs, days, findings }) => [
              sink,
              html`<span class="state ${findings === 0 ? "fine" : "gap"}"
                >${findings === 0 ? "none" : count(findings)}</span
              >`,
              count(days),
              html`${renderTime(atMs)}, ${spanText(nowMs - atMs)} ago`,
            ]),
          })
    }
  </div>`;
}

export function renderWork(
  { lastPass, certificate, source }: TenantSnapshot,
  { backlog }: TenantView,
  nowMs: number,
): Html {
  const facts: readonly (readonly [string, Html])[] = [
    ["Last pass", lastPass === undefined ? html`none since the daemon started` : renderPass(lastPass, nowMs)],
    [
      "Last answer of the source",
      source.request?.okMs === undefined ? html`none known` : renderAgo(source.request.okMs, nowMs),
    ],
    ["Last sign-in", renderOutcome(source.signIn, "accepted", nowMs)],
    ["Last preflight", renderOutcome(source.preflight, "passed", nowMs)],
    ["Pending", renderBacklog(backlog)],
    ...(certificate === undefined
      ? []
      : [
          [
            "Client certificate",
            html`expires ${renderTime(certificate.expiresAtMs)}, ${certificate.daysLeft} days left`,
          ] as const,
        ]),
  ];
  return html`<h3>Work</h3>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd> `,
      )}
    </dl>`;
}

function renderAgo(atMs: number, nowMs: number): Html {
  return html`${renderTime(atMs)}, ${spanText(nowMs - atMs)} ago`;
}

function renderOutcome(outcome: Outcome | undefined, ok: string, nowMs: number): Html {
  if (outcome === undefined) return html`none known`;
  const { atMs, failure } = outcome;
  if (failure === undefined) return html`<span class="state fine">${ok}</span> ${renderAgo(atMs, nowMs)}`;
  const { message, hint, code } = failure;
  return html`<span class="state gap">failed</span> ${renderAgo(atMs, nowMs)}<small
      >${message}; ${hint} (<code>${code}</code>)</small
    >`;
}

function renderLeft(leftMs: number): Html {
  return leftMs < SOON_MS ? html`<span class="soon">${spanText(leftMs)}</span>` : html`${spanText(leftMs)}`;
}

function renderSink({ behind, failure }: SinkState): Html {
  const state =
    behind === 0
      ? html`<span class="state ${failure === undefined ? "fine" : "gap"}"
          >${failure === undefined ? "up to date" : "failing"}</span
        >`
      : html`<span class="state ${failure === undefined ? "due" : "gap"}">${count(behind)} behind</span>`;
  return failure === undefined
    ? state
    : html`${state}<small>${failure.message}; ${failure.hint} (<code>${failure.code}</code>)</small>`;
}

function renderPass(pass: NonNullable<TenantSnapshot["lastPass"]>, nowMs: number): Html {
  const { startedMs, endedMs, sealed, rechecked, failed, lost, failure } = pass;
  const counts = [
    `${count(sealed)} sealed`,
    `${count(rechecked)} unchanged`,
    ...(failed === 0 ? [] : [`${count(failed)} failed`]),
    ...(lost === 0 ? [] : [`${count(lost)} LOST`]),
  ].join(", ");
  const why =
    failure === undefined
      ? NOTHING
      : html` It ended early: ${failure.message}; ${failure.hint} (<code>${failure.code}</code>).`;
  return html`${renderTime(endedMs)}, ${spanText(nowMs - endedMs)} ago, took ${spanText(endedMs - startedMs)}:
  ${counts}.${why}`;
}

function renderBacklog({ days, requests, doneMs }: TenantView["backlog"]): Html {
  if (days === 0) return html`none`;
  const when = doneMs === undefined ? NOTHING : html`, done ${renderTime(doneMs)} at the earliest`;
  return html`${count(days)} days, at least ${count(requests)} requests${when}`;
}
