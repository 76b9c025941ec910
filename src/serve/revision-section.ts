import { count } from "../audit/grouped-number.js";
import { html } from "../html/html.js";
import type { Html } from "../html/html.js";
import { revisionName } from "../model/manifest.js";
import type { Completeness, Manifest, Reason } from "../model/manifest.js";
import type { ShownRevision } from "./sealed-manifests.js";
import { renderTable } from "../html/table.js";
import { renderTime } from "./format-time.js";

const REASON_WORDS: Readonly<Record<Reason, string>> = {
  scheduled: "read on schedule",
  gap: "read late, to fill a gap",
  "re-reading": "read again for late events",
  operator: "read on request",
};

/** One revision: its contents, the proof that it is complete, and its hashes. */
export function renderRevision({ revision, manifestSha256, sealedAtMs, manifest }: ShownRevision): Html {
  const name = revisionName(revision);
  return html`<section aria-labelledby="${name}">
    <h2 id="${name}">Revision ${revision}</h2>
    ${
      typeof manifest === "string"
        ? html`<p>Sealed ${renderTime(sealedAtMs)}. Its counts cannot be shown: ${manifest}.</p>
            <dl class="facts">
              <dt>Manifest, SHA-256</dt>
              <dd><code>${manifestSha256}</code></dd>
            </dl>`
        : renderManifest(manifest, manifestSha256, sealedAtMs)
    }
  </section> `;
}

function renderManifest(manifest: Manifest, manifestSha256: string, sealedAtMs: number): Html {
  const { completeness: counts, diff, retention, event_set_sha256: eventSet, key_id: key } = manifest;
  const difference =
    diff.against === null
      ? "the first revision"
      : `against revision ${diff.against}: ${count(diff.added)} added, ${count(diff.removed)} no longer returned and carried over, ${count(diff.changed)} changed`;
  return html`<dl class="figures">
      <div>
        <dt>events</dt>
        <dd>${count(counts.distinct + counts.carried)}</dd>
      </div>
      <div>
        <dt>pages</dt>
        <dd>${count(counts.pages)}</dd>
      </div>
      <div>
        <dt>delivered</dt>
        <dd>${count(counts.delivered)}</dd>
      </div>
      <div>
        <dt>duplicates</dt>
        <dd>${count(counts.exact_duplicates)}</dd>
      </div>
      <div>
        <dt>carried over</dt>
        <dd>${count(counts.carried)}</dd>
      </div>
    </dl>
    <h3>Proof</h3>
    ${renderProof(manifest)}
    <dl class="facts">
      <dt>Sealed</dt>
      <dd>${renderTime(sealedAtMs)}; ${REASON_WORDS[manifest.reason]}</dd>
      <dt>Difference</dt>
      <dd>${difference}</dd>
      <dt>Kept until</dt>
      <dd>${retention.retain_until} (${retention.schedule})</dd>
      <dt>Event set, SHA-256</dt>
      <dd><code>${eventSet}</code></dd>
      <dt>Manifest, SHA-256</dt>
      <dd><code>${manifestSha256}</code></dd>
      <dt>Signed by key</dt>
      <dd><code>${key}</code></dd>
    </dl>
    <h3>Events by hour</h3>
    ${renderHours(counts)} ${renderActivities(counts)}`;
}

function renderProof({ completeness: counts, reading }: Manifest): Html {
  const odd = [
    ...(counts.conflicting_ids === 0
      ? []
      : [`${count(counts.conflicting_ids)} ids with different contents, all kept`]),
    ...(counts.missing_ids === 0 ? [] : [`${count(counts.missing_ids)} without an id`]),
    ...(counts.outside_window === 0 ? [] : [`${count(counts.outside_window)} with a time outside the day`]),
  ];
  return html`<p>
    ${count(reading.windows)} page chains, one for each hour, were followed from a first page without a token
    to a last page without one, in ${count(reading.requests)} requests (${count(reading.retries)} repeated).
    They delivered ${count(counts.delivered)} events = ${count(counts.distinct)} distinct +
    ${count(counts.exact_duplicates)} exact
    duplicates.${odd.length === 0 ? "" : ` Unusual, and kept: ${odd.join("; ")}.`}
  </p>`;
}

const BAR_WIDTH = 24;
const BAR_HEIGHT = 88;

/** Delivered events by hour. The label has the numbers for screen readers. */
function renderHours({ by_hour: hours }: Completeness): Html {
  const entries = Object.entries(hours);
  const most = Math.max(1, ...entries.map(([, events]) => events));
  const label = entries.map(([hour, events]) => `${hour} ${events}`).join(", ");
  return html`<svg
    class="bars"
    viewBox="0 0 ${entries.length * BAR_WIDTH} ${BAR_HEIGHT + 16}"
    role="img"
    aria-label="Events by hour: ${label}"
  >
    ${entries.map(([hour, events], at) => {
      const height = Math.round((events / most) * BAR_HEIGHT);
      return html`<rect
          x="${at * BAR_WIDTH + 2}"
          y="${BAR_HEIGHT - height}"
          width="${BAR_WIDTH - 4}"
          height="${height}"
          rx="2"
          ><title>${hour}: ${count(events)}</title></rect
        ><text x="${at * BAR_WIDTH + BAR_WIDTH / 2}" y="${BAR_HEIGHT + 13}" text-anchor="middle"
          >${hour.slice(1)}</text
        > `;
    })}
  </svg>`;
}

function renderActivities({ by_activity: activities }: Completeness): Html {
  const entries = Object.entries(activities).toSorted(([, a], [, b]) => b - a);
  if (entries.length === 0) return html``;
  return html`<h3>Events by activity</h3>
    ${renderTable({
      label: "Events by activity",
      caption: `${count(entries.length)} kinds, the most frequent first.`,
      heads: ["Activity", "Events"],
      rows: entries.map(([name, events]) => [name === "" ? "(none)" : name, count(events)]),
    })}`;
}
