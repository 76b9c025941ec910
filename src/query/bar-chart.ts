import { html } from "../html/html.js";
import type { Html } from "../html/html.js";

/** A bar: what it is called, and its length. */
export interface Bar {
  readonly label: string;
  readonly value: number;
}

export const CHART_STYLE = `
.chart{display:block;width:100%;max-width:36rem;height:auto;margin:1rem 0}
.chart rect{fill:var(--accent)}
.chart text{fill:var(--ink);font-size:12px}
.chart .label{text-anchor:end}
`;

// In the units of the view box; the page scales it.
const WIDTH = 460;
const LABEL = 208;
const VALUE = 48;
const STEP = 24;
const MAX_LABEL_CHARS = 24;

/** Horizontal bars, drawn here: the page needs no script. The table below has the same numbers for whoever cannot see them. */
export function renderBars(title: string, bars: readonly Bar[]): Html {
  const longest = Math.max(1, ...bars.map(({ value }) => value));
  return html`<svg
    class="chart"
    viewBox="0 0 ${WIDTH} ${bars.length * STEP + 4}"
    role="img"
    aria-label="${title}: ${bars.map(({ label, value }) => `${label} ${value}`).join(", ")}"
  >
    ${bars.map((bar, index) => renderBar(bar, index, longest))}
  </svg>`;
}

function renderBar({ label, value }: Bar, index: number, longest: number): Html {
  const width = Math.max(1, Math.round(((WIDTH - LABEL - VALUE) * value) / longest));
  const shown = label.length > MAX_LABEL_CHARS ? `${label.slice(0, MAX_LABEL_CHARS - 1)}…` : label;
  const line = index * STEP + 16;
  return html`<text class="label" x="${LABEL - 8}" y="${line}">${shown}</text>
    <rect x="${LABEL}" y="${index * STEP + 3}" width="${width}" height="${STEP - 6}" rx="3"></rect>
    <text x="${LABEL + width + 6}" y="${line}">${value.toLocaleString("en")}</text>`;
}
