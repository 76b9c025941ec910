import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { renderTable } from "../html/table.js";
import { FOREVER } from "../model/keep.js";
import { planState } from "../model/retention-record.js";
import type { RetentionRecord } from "../model/retention-record.js";
import { count } from "./grouped-number.js";
import type { ReportInput } from "./report-input.js";
import { timeCell } from "./time-text.js";

const NOTHING = html``;
/** Rows of the trail on the page; the JSON form has all. */
const MAX_TRAIL = 300;

/** Rules, holds, plans and what is due for destruction. */
export function renderRetention({ retention: { record, overdue, disposed } }: ReportInput): Html {
  const { schedules } = record;
  const [oldest] = overdue;
  return html`<section aria-labelledby="retention">
    <h2 id="retention">Retention, holds and destruction</h2>
    <p>
      ${
        oldest === undefined
          ? "No day is past its retention."
          : `${count(overdue.length)} days are past their retention and not held, ${oldest} first.`
      }
      ${disposed.length === 0 ? "" : `${count(disposed.length)} days of the range were destroyed under an approved plan.`}
    </p>
    ${renderTable({
      label: "Rules",
      caption: "Retention rules, in the order in which they came into force.",
      heads: ["From", "Schedule", "Keep", "Authority", "For", "Entry"],
      rows: schedules.map(({ effective, schedule, keep, authority, applies, seq }) => [
        effective,
        schedule,
        keep === FOREVER ? "forever" : keep,
        authority === "" ? "none given" : authority,
        applies === "all" ? "every day" : "days sealed later",
        String(seq),
      ]),
    })}
    ${renderHolds(record)} ${renderPlans(record)}
  </section>`;
}

function renderHolds({ holds }: RetentionRecord): Html {
  return holds.length === 0
    ? html`<p>No legal hold was ever placed.</p>`
    : renderTable({
        label: "Legal holds",
        caption: "Every hold with its history. Reasons are in the operator's register, not in the archive.",
        heads: ["Hold", "Matter", "Days", "Placed (UTC)", "Released (UTC)", "Signed"],
        rows: holds.map(({ id, matterRef, from, to, future, placedAt, released, statementSha256 }) => [
          id,
          matterRef,
          `${from ?? "the first"} to ${to ?? "the newest"}${future ? ", and later ones" : ""}`,
          timeCell(placedAt),
          released === undefined ? "stands" : timeCell(released.at),
          statementSha256 === null ? "by login alone" : "yes",
        ]),
      });
}

function renderPlans({ plans }: RetentionRecord): Html {
  return plans.length === 0
    ? html`<p>No plan of disposal was ever drawn.</p>`
    : renderTable({
        label: "Plans of disposal",
        caption: "Every plan. The certificate of each: daybook dispose report.",
        heads: ["Plan", "State", "Days", "Drawn (UTC)", "By", "Approved by"],
        rows: plans.map((plan) => [
          plan.id,
          planState(plan, Number.POSITIVE_INFINITY),
          `${count(plan.done)} of ${count(plan.days)} destroyed`,
          timeCell(plan.drawnAt),
          plan.drawnBy,
          plan.approvals.length === 0 ? "nobody" : plan.approvals.map(({ person }) => person).join(", "),
        ]),
      });
}

/** Every copy that the ledger knows of. */
export function renderCopies({ copies }: ReportInput): Html {
  if (copies.length === 0) return NOTHING;
  return html`<section aria-labelledby="copies">
    <h2 id="copies">Copies</h2>
    ${renderTable({
      label: "Table of copies",
      caption: "What each sink confirmed, by the ledger, and what was found when it was last read back.",
      heads: [
        "Sink",
        "Days confirmed",
        "Newest",
        "Last confirmed (UTC)",
        "Last read back (UTC)",
        "Found",
        "Checked now",
      ],
      rows: copies.map(({ sink, days, newest, lastDelivered, readBack, now }) => [
        sink,
        count(days),
        newest === null ? "none" : html`<span class="day">${newest}</span>`,
        lastDelivered === null ? "never" : timeCell(lastDelivered),
        readBack === null ? "never" : timeCell(readBack.at),
        readBack === null
          ? ""
          : readBack.findings === 0
            ? `${count(readBack.revisions)} revisions as sealed`
            : `${count(readBack.findings)} of ${count(readBack.revisions)} NOT as sealed`,
        now,
      ]),
    })}
  </section>`;
}

/** How late events came: what each re-reading found that the reading before had not. */
export function renderLate({ late }: ReportInput): Html {
  if (late.length === 0) return NOTHING;
  const events = late.reduce((sum, one) => sum + one.events, 0);
  const slowest = late.reduce((max, { hours }) => Math.max(max, hours), 0);
  return html`<section aria-labelledby="late">
    <h2 id="late">Late events</h2>
    <p>
      Re-readings found ${count(events)} events that were not there at the first reading. The last of them was
      found ${count(slowest)} hours after the end of its day.
    </p>
    ${renderTable({
      label: "Table of late events",
      caption: "Each was found between the reading before and this one, hours after the end of the day.",
      heads: ["Day", "Revision", "Read, hours after the day", "New events"],
      rows: late.map(({ day, revision, hours, events: added }) => [
        day,
        String(revision),
        count(hours),
        count(added),
      ]),
    })}
  </section>`;
}

/** The page chains of one day, as the example of how every day is proved. */
export function renderExample({ example }: ReportInput): Html {
  if (example === undefined) return NOTHING;
  const { day, revision, pages } = example;
  return html`<section aria-labelledby="example">
    <h2 id="example">How a day is proved complete: ${day}</h2>
    <p>
      The day was requested in 24 windows of an hour. In each, the source gives a page and a token for the
      next one, until it gives none: each token below is the one that the page before gave, by its SHA-256,
      and the last page of each window gave none. Revision ${revision}.
    </p>
    ${renderTable({
      label: `Pages of ${day}`,
      caption:
        "Every page as received: its events, the tokens that link it, and below it the SHA-256 of its body.",
      heads: ["Window", "Page", "Events", "Asked with", "Gave", "Request id", "Date header"],
      rows: pages.map((page) => [
        page.window,
        String(page.number),
        count(page.events),
        page.token_in_sha256?.slice(0, 12) ?? "first",
        page.token_out_sha256?.slice(0, 12) ?? "end",
        html`<span class="id">${page.request_id ?? ""}</span>`,
        html`<span class="id">${page.date ?? ""}</span>`,
      ]),
      below: pages.map((page) => html`body <span class="hash">${page.body_sha256}</span>`),
    })}
  </section>`;
}

/** What people and Daybook did, without the daily work. */
export function renderTrail({ trail }: ReportInput): Html {
  if (trail.length === 0) return NOTHING;
  const shown = trail.slice(-MAX_TRAIL);
  return html`<section aria-labelledby="trail">
    <h2 id="trail">Trail of acts</h2>
    ${
      shown.length < trail.length
        ? html`<p>
            The newest ${count(shown.length)} of ${count(trail.length)}; the JSON form has all of them.
          </p>`
        : NOTHING
    }
    ${renderTable({
      label: "Trail",
      caption:
        "From the signed ledger, whole up to the head above. Readings and deliveries that went well are left out.",
      heads: ["Entry", "Time (UTC)", "Actor", "Act"],
      rows: shown.map(({ seq, time, actor, text }) => [
        String(seq),
        timeCell(time),
        actor,
        html`<span class="wide">${text}</span>`,
      ]),
    })}
  </section>`;
}

/** What a reader must not take this report for. */
export const NOT_PROVED: readonly string[] = [
  "That the source reported everything that happened. It proves that every page the source offered was read to its end.",
  "That nobody with the archive's private key rewrote the ledger before the head above. A head that somebody else kept shows it: give it to --heads. So does a witness that you trust: `daybook verify --witness`.",
  "Who a person is. People of the archive are roles with OpenSSH keys; whose key it is, the organisation must say.",
  "That a storage medium was wiped. A destroyed day is gone from every copy that Daybook knows of, as each store confirmed.",
  "That the clock of this machine was right. Each manifest also has the source's own Date.",
];

export function renderLimits(): Html {
  return html`<section aria-labelledby="limits">
    <h2 id="limits">What this does not prove</h2>
    <ul>
      ${NOT_PROVED.map((text) => html`<li>${text}</li> `)}
    </ul>
  </section>`;
}
