import { html } from "./html.js";
import type { Html } from "./html.js";

export interface Table {
  /** Names the region, which scrolls on narrow screens. */
  readonly label: string;
  readonly caption: string;
  readonly heads: readonly string[];
  /** The first cell of each row is its header. */
  readonly rows: readonly (readonly (Html | string)[])[];
}

export function renderTable({ label, caption, heads, rows }: Table): Html {
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
          ([first = "", ...others]) =>
            html`<tr>
              <th scope="row">${first}</th>
              ${others.map((cell) => html`<td>${cell}</td>`)}
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}
