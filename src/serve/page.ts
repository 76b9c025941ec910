import { createHash } from "node:crypto";
import { html, policyAndStyle } from "../html/html.js";
import type { Html } from "../html/html.js";
import { REPORT_STYLE } from "../audit/report-style.js";
import { PAGE_STYLE } from "./page-style.js";
import { renderTime } from "./told-time.js";

const STYLE = REPORT_STYLE + PAGE_STYLE;

export interface Page {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  /** When the page was true, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly version: string;
}

/** A page that loads nothing and runs nothing. */
export function renderPage({ title, header, main, nowMs, version }: Page): string {
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>${title}</title>
        ${policyAndStyle(STYLE)}
      </head>
      <body>
        <header>${header}</header>
        <main>${main}</main>
        <footer>
          <p>As of ${renderTime(nowMs)}; load the page again for what is true now. Daybook ${version}.</p>
        </footer>
      </body>
    </html> `.toString();
}

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** For every answer. The page's own policy cannot forbid framing, a header can (CSP level 3, 6.4.2). */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};
