import { count } from "../audit/grouped-number.js";
import type { TenantSnapshot } from "../daemon/state.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { renderTable } from "../html/table.js";
import type { DayRecord } from "../ledger/day-index.js";
import { retentionOfDay } from "../ledger/day-retention.js";
import { FOREVER } from "../model/keep.js";
import { keptWords } from "../model/kept-words.js";
import { holdsOn } from "../model/retention-record.js";
import type { HoldRecord } from "../model/retention-record.js";
import type { UtcDay } from "../model/utc-day.js";
import type { TenantView } from "../view/tenant-view.js";
import { renderTime } from "./format-time.js";

const NOTHING = html``;

/** Legal holds, open plans, and what is due for destruction. */
export function renderRetention({ tenant }: TenantSnapshot, { retention }: TenantView): Html {
  const { holds, plans, overdue } = retention;
  if (holds.length + plans.length + overdue.length === 0) return NOTHING;
  const [oldest] = overdue;
  return html`<h3>Retention</h3>
    ${
      oldest === undefined
        ? NOTHING
        : html`<p>
            ${count(overdue.length)} ${overdue.length === 1 ? "day is" : "days are"} past retention and not
            held,
            <a href="/tenants/${tenant}/days/${oldest}">${oldest}</a> first.
            <code>daybook dispose plan</code> draws a plan.
          </p>`
    }
    ${holds.length === 0 ? NOTHING : renderHolds(tenant, retention)}
    ${plans.length === 0 ? NOTHING : renderPlans(tenant, retention)}`;
}

function renderHolds(tenant: string, { holds }: TenantView["retention"]): Html {
  return renderTable({
    label: `Legal holds of ${tenant}`,
    caption: "A held day is not destroyed, whatever its retention says.",
    heads: ["Hold", "Matter", "Days", "Since", "In the sinks"],
    rows: holds.map(({ hold, unreached }) => [
      hold.id,
      hold.matterRef,
      rangeText(hold),
      renderTime(hold.placedAt),
      unreached.length === 0
        ? html`<span class="state fine">as far as each can</span>`
        : html`<span class="state gap">not reached: ${unreached.join(", ")}</span>`,
    ]),
  });
}

function renderPlans(tenant: string, { plans }: TenantView["retention"]): Html {
  return renderTable({
    label: `Plans of ${tenant}`,
    caption: "Plans of disposal that are not finished.",
    heads: ["Plan", "State", "Days", "Drawn", "Approved by"],
    rows: plans.map(({ plan, state }) => [
      plan.id,
      [state, ...Object.entries(plan.kept).map(([day, why]) => `${day} ${keptWords(why)}`)].join("; "),
      `${count(plan.done)} of ${count(plan.days)} destroyed`,
      html`${renderTime(plan.drawnAt)} by ${plan.drawnBy}`,
      plan.approvals.length === 0 ? "nobody yet" : plan.approvals.map(({ person }) => person).join(", "),
    ]),
  });
}

function rangeText({ from, to, future }: HoldRecord): string {
  const days = `${from ?? "the first day"} to ${to ?? "the newest"}`;
  return future ? `${days}, and later ones` : days;
}

/** How long a day is kept, by which rule, which holds stand, and what became of it. */
export function renderDayRetention({ index, tenant }: TenantSnapshot, day: UtcDay): Html {
  if (index === undefined) return NOTHING;
  const record = index.days.get(day);
  const kept = retentionOfDay(index.retention, day, record);
  if (kept === undefined) return NOTHING;
  const { schedule, keep, authority, retainUntil } = kept;
  const holds = holdsOn(index.retention, day);
  const destroyed = destroyedOf(record);
  const facts: readonly Fact[] = [
    ["Schedule", authority === "" ? schedule : `${schedule} (${authority})`],
    ["Kept until", retainUntil === FOREVER ? "forever" : `${retainUntil}, ${keep} after its end`],
    [
      "Holds",
      holds.length === 0 ? "none" : holds.map(({ id, matterRef }) => `${id} (${matterRef})`).join(", "),
    ],
    ...destructionFacts(record),
  ];
  return html`<h2>Retention</h2>
    <dl class="facts">
      ${facts.map(
        ([name, value]) =>
          html`<dt>${name}</dt>
            <dd>${value}</dd> `,
      )}
    </dl>
    ${
      destroyed.length === 0
        ? NOTHING
        : html`<p>
            <code>daybook dispose report ${destroyed[0]?.plan ?? ""} --tenant ${tenant}</code> prints the
            certificate.
          </p>`
    }`;
}

type Fact = readonly [name: string, value: Html | string];

/** The destroyed revisions, the newest first. */
function destroyedOf(record: DayRecord | undefined): NonNullable<DayRecord["disposed"]> {
  return (record?.disposed ?? []).toSorted((a, b) => b.revision - a.revision);
}

function destructionFacts(record: DayRecord | undefined): readonly Fact[] {
  const destroyed = destroyedOf(record);
  if (destroyed.length === 0 && record?.disposing !== undefined) {
    const { at, plan } = record.disposing;
    return [["Destruction", html`begun ${renderTime(at)} under ${plan}`]];
  }
  return destroyed.map(({ revision, plan, at, tombstoneSha256 }) => [
    `Revision ${revision}`,
    html`destroyed ${renderTime(at)} under ${plan}; tombstone <code>${tombstoneSha256}</code>`,
  ]);
}
