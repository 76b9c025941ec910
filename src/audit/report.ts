import { count } from "./grouped-number.js";
import { html, policyAndStyle } from "../html/html.js";
import type { Html } from "../html/html.js";
import {
  renderChecksByHand,
  renderCalendars,
  renderDays,
  renderFindings,
  renderNotHeld,
} from "./report-parts.js";
import { REPORT_STYLE } from "../html/report-style.js";
import {
  renderCopies,
  renderExample,
  renderLate,
  renderLimits,
  renderRetention,
  renderTrail,
} from "./report-evidence.js";
import type { ReportInput } from "./report-input.js";
import { isoTime } from "../model/utc-day.js";
import { utcText } from "./time-text.js";
import { judgeReport } from "./report-verdict.js";

/**
 * A self-contained HTML page for people: no script, nothing loaded, every value escaped, and a policy that forbids all but
 * the one style. The same input gives the same bytes.
 */
export function renderReport(input: ReportInput): string {
  const { coverage, tenant } = input;
  const verdict = judgeReport(input);
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <title>${tenant}: activity log archive, ${coverage.from} to ${coverage.to}</title>
        ${policyAndStyle(REPORT_STYLE)}
      </head>
      <body>
        <header>
          <h1>
            Power BI activity log of ${tenant}, <span class="day">${coverage.from}</span> to
            <span class="day">${coverage.to}</span>
          </h1>
          <div class="verdict ${verdict.tone}">
            <p class="say">${verdict.headline}</p>
            ${verdict.reasons.map((reason) => html`<p>${reason}</p>`)}
          </div>
          ${renderFigures(input)}
        </header>
        <main>
          ${renderCalendars(coverage)} ${renderNotHeld(coverage)}
          ${renderFindings(input.findings, input.level)} ${renderDays(coverage, input.proofs)}
          ${renderLate(input)} ${renderExample(input)} ${renderRetention(input)} ${renderCopies(input)}
          ${renderTrail(input)} ${renderIdentity(input)} ${renderLimits()} ${renderChecksByHand(input)}
        </main>
        <footer>
          <p>
            Made ${utcText(input.made)} by ${input.by} with Daybook ${input.version} from
            ${input.place}${input.reader === null ? "" : `, for ${input.reader}`}.
          </p>
        </footer>
      </body>
    </html> `.toString();
}

function renderFigures({ coverage, proofs }: ReportInput): Html {
  const held = coverage.counts.sealed + coverage.counts.closed;
  const missing = coverage.counts.due + coverage.counts.gap + coverage.counts.lost;
  const events = coverage.days.reduce((sum, day) => sum + (day.events ?? 0), 0);
  const all = [...proofs.values()];
  const sumOf = (field: "duplicates" | "late") => all.reduce((sum, proof) => sum + proof[field], 0);
  return html`<dl class="figures">
    <div>
      <dt>days in the range</dt>
      <dd>${count(coverage.days.length)}</dd>
    </div>
    <div>
      <dt>days held</dt>
      <dd>${count(held)}</dd>
    </div>
    <div>
      <dt>days missing</dt>
      <dd>${count(missing)}</dd>
    </div>
    <div>
      <dt>events held</dt>
      <dd>${count(events)}</dd>
    </div>
    <div>
      <dt>found late</dt>
      <dd>${count(sumOf("late"))}</dd>
    </div>
    <div>
      <dt>duplicates</dt>
      <dd>${count(sumOf("duplicates"))}</dd>
    </div>
  </dl>`;
}

function renderIdentity({ archiveId, tenantId, place, keys, head, witnessed }: ReportInput): Html {
  return html`<section aria-labelledby="identity">
    <h2 id="identity">What to keep elsewhere</h2>
    <p>
      Compare the key's fingerprint with the one that the archive's operator gave you, and keep the head:
      together they show whether anything before it was changed, even by somebody who holds the private key.
    </p>
    <dl class="facts">
      <dt>Archive</dt>
      <dd><code>${archiveId}</code></dd>
      <dt>Tenant</dt>
      <dd><code>${tenantId}</code></dd>
      <dt>Looked at</dt>
      <dd>${place}</dd>
      ${keys.map(
        ({ id, fingerprint }) =>
          html`<dt>Key ${id}</dt>
            <dd><code>${fingerprint}</code></dd>`,
      )}
      ${
        head === undefined
          ? html`<dt>Head</dt>
              <dd>none that can be trusted</dd>`
          : html`<dt>Head</dt>
              <dd>
                ${count(head.size)} entries, root <code>${head.root}</code>, newest of
                ${head.time === null ? "unknown time" : utcText(head.time)}
              </dd>`
      }
      <dt>Witnesses</dt>
      ${
        witnessed.length === 0
          ? html`<dd>none: nobody but the operator vouches for the ledger having one history</dd>`
          : witnessed.map(
              ({ name, size, atMs }) =>
                html`<dd>
                  ${name} confirmed the first ${count(size)} entries at ${utcText(isoTime(atMs))}; for later
                  ones the operator alone vouches
                </dd>`,
            )
      }
    </dl>
  </section>`;
}
