import { ODD_SIGN, STATE_SIGNS } from "../audit/calendar.js";
import { weekdayOf } from "../audit/coverage.js";
import type { Coverage, CoveredDay } from "../audit/coverage.js";
import { count } from "../audit/grouped-number.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import type { UtcDay } from "../model/utc-day.js";
import { monthText } from "./format-time.js";

/** A list for each month, the newest first. Each day links to its page; `today` is marked. */
export function renderMonths(tenant: string, coverage: Coverage, today: UtcDay): Html {
  const months = [...new Set(coverage.days.map(({ day }) => day.slice(0, 7)))].toReversed();
  return html`<ol class="year" reversed>
    ${months.map((month) => {
      const days = coverage.days.filter(({ day }) => day.startsWith(month));
      return html`<li>
        <p class="name">${monthText(month)}</p>
        <ol class="days">
          ${days.map((day, at) => renderDay(tenant, day, at === 0, today))}
        </ol>
      </li> `;
    })}
  </ol>`;
}

/** What is known of a day without opening its package: "closed, 4,213 events". */
function dayWords({ state, events, revision, oddities }: CoveredDay): string {
  const parts = [
    state,
    ...(events === undefined ? [] : [`${count(events)} ${events === 1 ? "event" : "events"}`]),
    ...(revision === undefined || revision === 1 ? [] : [`revision ${revision}`]),
    ...(oddities === undefined ? [] : [`unusual: ${oddities.join(", ")}`]),
  ];
  return parts.join(", ");
}

/** Screen readers say "21 November 2026: closed, 4,213 events". The first day of a list places it in its row. */
function renderDay(tenant: string, day: CoveredDay, isFirst: boolean, today: UtcDay): Html {
  const date = Number(day.day.slice(8));
  const place = isFirst ? ` d${date} w${weekdayOf(day.day) + 1}` : "";
  const mark = day.day === today ? " today" : "";
  const words = dayWords(day);
  return html`<li class="${day.state}${place}${mark}">
    <a href="/tenants/${tenant}/days/${day.day}" title="${day.day}: ${words}"
      ><span>${date}</span
      ><span aria-hidden="true"
        >${STATE_SIGNS[day.state].sign}${day.oddities === undefined ? "" : ODD_SIGN}</span
      ><span class="hidden">${monthText(day.day)}: ${words}</span></a
    >
  </li>`;
}
