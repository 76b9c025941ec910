import { printable } from "../archive/printable.js";
import { html, policyAndStyle } from "../html/html.js";
import type { Html } from "../html/html.js";
import { REPORT_STYLE } from "../html/report-style.js";
import { renderTable } from "../html/table.js";
import type { Cell } from "./answer.js";
import { CHART_STYLE, renderBars } from "./bar-chart.js";
import type { Bar } from "./bar-chart.js";
import type { FilledReport } from "./reports.js";

/** What every page says of where its numbers come from. */
export interface PageContext {
  readonly archive: string;
  /** Which days were read, and what is held of them. */
  readonly days: string;
  /** When it was made, for people, and by which version. */
  readonly made: string;
  readonly version: string;
  /** Whether the other reports and the index lie beside this page. */
  readonly isOneOfAll: boolean;
}

const PAGE_STYLE = `
.title{background:var(--tint);border-color:var(--accent)}
.rows .n{display:block}
`;

const MAX_BARS = 15;
/** A page that a browser still shows; CSV has all rows. */
const MAX_ROWS = 2_000;

/** What a page shows: a report, or the answer of a query. */
type PageContent = Pick<FilledReport, "title" | "meaning" | "chart" | "columns" | "rows">;

/** One report as a page that needs nothing else: no script, nothing loaded, every value escaped. */
export function renderReportPage(report: PageContent, context: PageContext): string {
  const bars = barsOf(report);
  return renderPage(
    report.title,
    context,
    html`<p>${report.meaning}</p>
      ${bars.length === 0 ? "" : renderBars(report.title, bars)} ${renderRows(report)}
      ${context.isOneOfAll ? html`<p><a href="index.html">All reports</a></p>` : ""}`,
  );
}

/** The page that leads to the others. */
export function renderReportIndex(reports: readonly FilledReport[], context: PageContext): string {
  return renderPage(
    "Usage reports",
    context,
    html`${reports.map(
      ({ name, title, meaning, rows }) =>
        html`<section>
          <h2><a href="${name}.html">${title}</a></h2>
          <p>${meaning}</p>
          <p>${rows.length.toLocaleString("en")} ${rows.length === 1 ? "row" : "rows"}</p>
        </section> `,
    )}`,
  );
}

function renderPage(title: string, { archive, days, made, version }: PageContext, content: Html): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${title}: ${archive}</title>
        ${policyAndStyle(`${REPORT_STYLE}${PAGE_STYLE}${CHART_STYLE}`)}
      </head>
      <body>
        <header>
          <h1>Power BI activity of ${archive}</h1>
          <div class="verdict title"><p class="say">${title}</p></div>
        </header>
        <main>${content}</main>
        <footer>
          <p>${days}.</p>
          <p>Made ${made} by Daybook ${version}. Times and days are in UTC.</p>
        </footer>
      </body>
    </html> `.toString();
}

function renderRows({ title, columns, rows }: PageContent): Html {
  if (rows.length === 0) return html`<p>Nothing in these days.</p>`;
  const shown = rows.slice(0, MAX_ROWS);
  const caption =
    rows.length > MAX_ROWS
      ? `The first ${MAX_ROWS} of ${rows.length} rows; --format csv has all.`
      : `${rows.length} ${rows.length === 1 ? "row" : "rows"}`;
  return renderTable({
    label: title,
    caption,
    heads: columns.map((name) => name.replaceAll("_", " ")),
    rows: shown.map((row) => row.map(renderCell)),
  });
}

const UNBROKEN = /^(?:\d{4}-\d{2}-\d{2}(?:T[\d:.]+Z)?|[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12})$/;

function renderCell(cell: Cell): Html | string {
  if (cell === null) return "";
  if (typeof cell === "number") return html`<span class="n">${cell.toLocaleString("en")}</span>`;
  const text = textOf(cell);
  // Days, times and ids stay on one line; the table scrolls.
  return UNBROKEN.test(text) ? html`<span class="day">${text}</span>` : text;
}

function textOf(cell: Cell): string {
  return printable(typeof cell === "object" ? JSON.stringify(cell) : String(cell));
}

/** The first bars, with those of one name together. */
function barsOf({ chart, columns, rows }: PageContent): readonly Bar[] {
  if (chart === undefined) return [];
  const [label, value] = [columns.indexOf(chart.label), columns.indexOf(chart.value)];
  const sums = new Map<string, number>();
  for (const row of rows) {
    const name = textOf(row[label] ?? "(none)");
    const number = row[value];
    sums.set(name, (sums.get(name) ?? 0) + (typeof number === "number" ? number : 0));
  }
  const bars = [...sums].map(([name, sum]) => ({ label: name, value: sum }));
  // Weeks stay in their order.
  const isMerged = bars.length < rows.length;
  return (isMerged ? bars.toSorted((a, b) => b.value - a.value) : bars).slice(0, MAX_BARS);
}
