import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { DAY_STATES } from "../model/day-state.js";
import { ODD_MEANING, ODD_SIGN, STATE_SIGNS } from "./calendar.js";
import { oddDays } from "./coverage.js";
import type { Coverage } from "./coverage.js";
import { count } from "./grouped-number.js";

/** What the signs of a calendar mean, and how many days have each; only those that occur. */
export function renderLegend(coverage: Coverage): Html {
  const odd = oddDays(coverage);
  return html`<ul class="legend">
    ${DAY_STATES.filter((state) => coverage.counts[state] > 0).map(
      (state) =>
        html`<li>
          <b class="${state}">${STATE_SIGNS[state].sign} ${state}</b> ${count(coverage.counts[state])}:
          ${STATE_SIGNS[state].meaning}
        </li> `,
    )}
    ${odd === 0 ? "" : html`<li><b>${ODD_SIGN} unusual</b> ${count(odd)}: ${ODD_MEANING}</li> `}
  </ul>`;
}
