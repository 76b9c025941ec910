import { fileExtension } from "../model/compression.js";
import type { Finding } from "../model/finding.js";
import { packagePath } from "../model/manifest.js";
import { ODD_SIGN, STATE_SIGNS } from "./calendar.js";
import { monthsOf } from "./coverage.js";
import type { Coverage, CoveredDay, Month } from "./coverage.js";
import { count } from "./grouped-number.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { renderLegend } from "./legend.js";
import type { DayProof, ReportInput } from "./report-input.js";
import { timeCell } from "./time-text.js";
import type { AuditLevel } from "./verify-archive.js";

const WEEKDAYS = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const NOTHING = html``;

export function renderCalendars(coverage: Coverage): Html {
  return html`<section aria-labelledby="calendar">
    <h2 id="calendar">Calendar</h2>
    <div class="months">${monthsOf(coverage.days).map(renderMonth)}</div>
    ${renderLegend(coverage)}
  </section>`;
}

function renderMonth({ name, weeks }: Month<CoveredDay>): Html {
  return html`<table class="month">
    <caption>
      ${name}
    </caption>
    <thead>
      <tr>
        ${WEEKDAYS.map((day) => html`<th scope="col"><abbr title="${day}">${day.slice(0, 2)}</abbr></th>`)}
      </tr>
    </thead>
    <tbody>
      ${weeks.map(
        (week) =>
          html`<tr>
            ${week.map(renderCell)}
          </tr> `,
      )}
    </tbody>
  </table>`;
}

function renderCell(day: CoveredDay | undefined): Html {
  if (day === undefined) return html`<td></td>`;
  const { sign } = STATE_SIGNS[day.state];
  const date = Number(day.day.slice(8));
  const odd = day.oddities === undefined ? "" : `, unusual: ${day.oddities.join(", ")}`;
  return html`<td class="${day.state}" title="${day.day}: ${day.state}${odd}">
    <span>${date}</span><span aria-hidden="true">${sign}${odd === "" ? "" : ODD_SIGN}</span
    ><span class="hidden">${day.state}${odd}</span>
  </td>`;
}

/** Lost and destroyed days with their reasons, and those that can still be read. */
export function renderNotHeld({ days }: Coverage): Html {
  const absent = days.filter(
    ({ state }) => !["before", "open", "sealed", "closed", "disposed"].includes(state),
  );
  if (absent.length === 0) return NOTHING;
  return html`<section aria-labelledby="absent">
    <h2 id="absent">Days not held</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of days not held">
      <table class="rows">
        <caption>
          Every day of the range that is over and not held, and why.
        </caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">State</th>
            <th scope="col">Reason</th>
          </tr>
        </thead>
        <tbody>
          ${absent.map(
            ({ day, state, explanation }) =>
              html`<tr>
                <th scope="row">${day}</th>
                <td>${renderState(state)}</td>
                <td class="wide">${explanation ?? STATE_SIGNS[state].meaning}</td>
              </tr> `,
          )}
        </tbody>
      </table>
    </div>
  </section>`;
}

export function renderFindings(findings: readonly Finding[], level: AuditLevel | undefined): Html {
  return html`<section aria-labelledby="findings">
    <h2 id="findings">Findings</h2>
    ${findings.length === 0 ? html`<p>${level === undefined ? "The archive was not verified for this report." : "None: everything that was checked is as it was sealed."}</p>` : renderFindingTable(findings)}
  </section>`;
}

function renderFindingTable(findings: readonly Finding[]): Html {
  return html`<div class="scroll" tabindex="0" role="region" aria-label="Table of findings">
    <table class="rows">
      <caption>
        What does not agree: where, by which rule, what was found and what was expected.
      </caption>
      <thead>
        <tr>
          <th scope="col">Code</th>
          <th scope="col">Weight</th>
          <th scope="col">Where</th>
          <th scope="col">Rule</th>
          <th scope="col">Found</th>
          <th scope="col">Expected</th>
        </tr>
      </thead>
      <tbody>
        ${findings.map(
          (finding) =>
            html`<tr>
              <th scope="row"><code>${finding.code}</code></th>
              <td>
                <span class="state ${finding.severity === "notice" ? "due" : "gap"}"
                  >${finding.severity}</span
                >
              </td>
              <td class="wide">${finding.subject}</td>
              <td class="wide">${finding.rule}</td>
              <td class="wide">${finding.found}</td>
              <td class="wide">${finding.expected}</td>
            </tr> `,
        )}
      </tbody>
    </table>
  </div>`;
}

export function renderDays({ days }: Coverage, proofs: ReadonlyMap<string, DayProof>): Html {
  const held = days.filter(({ day }) => proofs.has(day));
  if (held.length === 0) return NOTHING;
  const heads = ["Pages", "Requests", "Delivered", "Duplicates", "Late", "Events"];
  return html`<section aria-labelledby="days">
    <h2 id="days">Days held</h2>
    <div class="scroll" tabindex="0" role="region" aria-label="Table of days held">
      <table class="rows">
        <caption>
          Events = delivered − duplicates + events that only earlier readings had. Below each day the SHA-256
          of its event set and of its manifest.
        </caption>
        <thead>
          <tr>
            <th scope="col">Day</th>
            <th scope="col">State</th>
            <th scope="col" class="n">Revision</th>
            ${heads.map((head) => html`<th scope="col" class="n">${head}</th>`)}
            <th scope="col">Sealed (UTC)</th>
          </tr>
        </thead>
        <tbody>
          ${held.map((day) => renderDay(day, proofs.get(day.day)))}
        </tbody>
      </table>
    </div>
  </section>`;
}

function renderDay(day: CoveredDay, proof: DayProof | undefined): Html {
  if (proof === undefined) return NOTHING;
  const { pages, requests, delivered, duplicates, late } = proof;
  const numbers = [pages, requests, delivered, duplicates, late, day.events ?? 0];
  return html`<tr>
      <th scope="row">${day.day}</th>
      <td>${renderState(day.state)}</td>
      <td class="n">${day.revision ?? ""}</td>
      ${numbers.map((number) => html`<td class="n">${count(number)}</td>`)}
      <td>${timeCell(proof.sealed)}</td>
    </tr>
    <tr class="hashes">
      <td colspan="10">
        event set <span class="hash">${proof.eventSetSha256}</span><br />manifest
        <span class="hash">${proof.manifestSha256}</span>
      </td>
    </tr> `;
}

function renderState(state: CoveredDay["state"]): Html {
  return html`<span class="state ${state}">${STATE_SIGNS[state].sign} ${state}</span>`;
}

/** The commands for one day of the report; README.txt in the archive has the rest. */
export function renderChecksByHand({ coverage, compression, keys }: ReportInput): Html {
  const day = coverage.days.findLast(({ revision }) => revision !== undefined);
  if (day?.revision === undefined) return NOTHING;
  const cat = compression === "zstd" ? "zstdcat" : "zcat";
  const commands = `cd ${packagePath(day.day, day.revision)}
sha256sum -c SHA256SUMS
openssl pkeyutl -verify -pubin -inkey ../../../../../keys/${keys[0]?.id ?? "KEYID"}.pem -rawin -in manifest.json -sigfile manifest.json.sig
${cat} *.ndjson${fileExtension(compression)} | LC_ALL=C sort | sha256sum
jq -r .event_set_sha256 manifest.json`;
  return html`<section aria-labelledby="by-hand">
    <h2 id="by-hand">Check it yourself</h2>
    <p>
      Nothing of Daybook is needed. In the archive's folder, for ${day.day} (the last two lines must print the
      same hash):
    </p>
    <pre tabindex="0" role="region" aria-label="Commands">${commands}</pre>
    <p>
      <code>README.txt</code> in the archive has the commands for the ledger, the head and the pages;
      <code>FORMAT.md</code> specifies every byte.
    </p>
  </section>`;
}
