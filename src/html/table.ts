import { html } from "./html.js";
import type { Html } from "./html.js";

export interface Table {
  /** Names the region, which scrolls on narrow screens. */
  readonly label: string;
  readonly caption: string;
  readonly heads: readonly string[];
  /** The first cell of each row is its header. */
  readonly rows: readonly (readonly (Html | string)[])[];
  /** A line below each row, over its whole width: for what is too long for a column, such as a hash. */
  readonly below?: readonly Html[];
}

export function renderTable({ label, caption, heads, rows, below = [] }: Table): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="${label}">
    <table class="rows">
      <caption>
        ${caption}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = "", ...others], at) =>
            html`<tr>
                <th scope="row">${first}</th>
                ${others.map((cell) => html`<td>${cell}</td>`)}
              </tr>
              ${
                below[at] === undefined
                  ? ""
                  : html`<tr class="hashes">
                      <td colspan="${heads.length}">${below[at]}</td>
                    </tr>`
              } `,
        )}
      </tbody>
    </table>
  </div>`;
}
