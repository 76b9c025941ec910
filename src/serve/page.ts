import { createHash } from "node:crypto";
import { html, policyAndStyle } from "../html/html.js";
import type { Html } from "../html/html.js";
import { REPORT_STYLE } from "../html/report-style.js";
import { PAGE_STYLE } from "./page-style.js";
import { renderTime } from "./format-time.js";

const STYLE = REPORT_STYLE + PAGE_STYLE;

export interface Page {
  readonly title: string;
  readonly header: Html;
  readonly main: Html;
  /** The moment that the page shows, milliseconds since the epoch. */
  readonly nowMs: number;
  readonly version: string;
}

/** A page without scripts that loads nothing. */
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
          <p>As of ${renderTime(nowMs)}. Reload the page for the current state. Daybook ${version}.</p>
        </footer>
      </body>
    </html> `.toString();
}

const STYLE_HASH = createHash("sha256").update(STYLE).digest("base64");

/** Sent with every response. A policy in the page cannot forbid framing, a header can (CSP level 3, 6.4.2). */
export const SECURITY_HEADERS: Readonly<Record<string, string>> = {
  "content-security-policy": `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "x-content-type-options": "nosniff",
  "x-frame-options": "DENY",
  "referrer-policy": "no-referrer",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-store",
};
