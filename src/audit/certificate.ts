import type { Plan } from "../archive/plan.js";
import type { Tombstone } from "../archive/tombstone.js";
import { html, policyAndStyle } from "../html/html.js";
import type { Html } from "../html/html.js";
import { PAPER_STYLE } from "../html/paper-style.js";
import { renderTable } from "../html/table.js";
import { FOREVER } from "../model/keep.js";
import { keptWords } from "../model/kept-words.js";
import type { UtcDay } from "../model/utc-day.js";

/** A certificate of destruction, as JSON; the page shows these facts and no others. */
export interface Certificate {
  readonly format: "daybook.certificate/1";
  readonly plan: string;
  readonly plan_sha256: string;
  readonly made: string;
  readonly software: string;
  readonly tenant: string;
  readonly archive_id: string;
  readonly tenant_id: string;
  readonly keys: readonly { readonly key_id: string; readonly fingerprint: string }[];
  /** The newest head: whoever kept a later one can tell that nothing was taken back. */
  readonly head: { readonly size: number; readonly root: string; readonly time: string };
  readonly drawn: { readonly by: string; readonly at: string; readonly until: UtcDay };
  readonly approvers: number;
  readonly approvals: readonly Approval[];
  /** One for each destroyed revision. */
  readonly destroyed: readonly Tombstone[];
  /** Days of the plan that are not destroyed, with the reason. */
  readonly kept: readonly { readonly day: UtcDay; readonly reason: string }[];
  /** Holds that stand on other days of the archive now. */
  readonly holds: readonly string[];
}

export interface Approval {
  readonly person: string;
  /** From the configuration; null where it names nobody of this role any more. */
  readonly name: string | null;
  readonly key_fingerprint: string | null;
  readonly statement_sha256: string | null;
  readonly at: string;
  /** The entry of the ledger, whose folder in `acts/` has statement, signature and signer. */
  readonly entry: number;
}

/** The certificate as one page without scripts, for paper or a file. */
export function renderCertificate(certificate: Certificate): string {
  const { plan, tenant, destroyed, kept } = certificate;
  const days = new Set(destroyed.map(({ day }) => day));
  const records = destroyed.filter(isNewest).reduce((sum, one) => sum + one.records, 0);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <title>Certificate of destruction ${plan}, ${tenant}</title>
        ${policyAndStyle(PAPER_STYLE)}
      </head>
      <body>
        <h1>Certificate of destruction</h1>
        <p>
          ${plan} of ${tenant}. ${plural(days.size, "day")} with ${plural(records, "record")} of the Power BI
          activity log ${days.size === 1 ? "was" : "were"}
          destroyed${kept.length === 0 ? "" : html`; ${plural(kept.length, "day")} of the plan ${kept.length === 1 ? "was" : "were"} not`}.
        </p>
        ${renderFacts(certificate)} ${renderAuthority(certificate)} ${renderApprovals(certificate)}
        ${renderCopies(certificate)} ${renderKept(certificate)} ${renderInventory(certificate)}
        ${renderCheck(certificate)}
        <section class="sign" aria-label="Signatures">
          <div>Executed by, date</div>
          <div>Witnessed by, date</div>
          <div>Filed under</div>
        </section>
      </body>
    </html> `;
  return page.toString();
}

function renderFacts({
  archive_id,
  tenant_id,
  plan_sha256,
  made,
  software,
  head,
  keys,
  drawn,
}: Certificate): Html {
  return html`<dl>
    <dt>Made</dt>
    <dd>${made} by ${software}</dd>
    <dt>Archive</dt>
    <dd class="hash">${archive_id}</dd>
    <dt>Tenant</dt>
    <dd class="hash">${tenant_id}</dd>
    <dt>Plan</dt>
    <dd>
      drawn by ${drawn.by} at ${drawn.at}, for what was due until ${drawn.until}; SHA-256
      <span class="hash">${plan_sha256}</span>
    </dd>
    <dt>Ledger</dt>
    <dd>${head.size} entries at ${head.time}; root <span class="hash">${head.root}</span></dd>
    <dt>Keys</dt>
    <dd>
      ${keys.map(({ key_id, fingerprint }) => html`${key_id} <span class="hash">${fingerprint}</span> `)}
    </dd>
  </dl>`;
}

function renderAuthority({ destroyed, holds }: Certificate): Html {
  const rules = [
    ...new Set(
      destroyed.map(({ schedule, authority }) =>
        authority === "" ? schedule : `${schedule} (${authority})`,
      ),
    ),
  ];
  const checks = destroyed.map(({ holds_checked_at_seq: seq }) => seq);
  const clocks = destroyed.at(-1)?.clocks.map(({ name, time }) => `${name} ${time}`) ?? [];
  return html`<h2>Why, and what was checked</h2>
    <dl>
      <dt>Schedule</dt>
      <dd>${rules.length === 0 ? "nothing was destroyed" : rules.join("; ")}</dd>
      <dt>Due</dt>
      <dd>each day was past its retention on the day it was destroyed; the inventory gives both dates</dd>
      <dt>Holds</dt>
      <dd>
        read again before each day${checks.length === 0 ? "" : `, last at entry ${Math.max(...checks)}`}; no
        hold stood on any day below.
        ${holds.length === 0 ? "No hold stands in this archive now." : `Elsewhere in this archive stand ${holds.join(", ")}.`}
      </dd>
      <dt>Clocks</dt>
      <dd>${clocks.join("; ")}</dd>
    </dl>`;
}

function renderApprovals({ approvals, approvers }: Certificate): Html {
  return html`<h2>Who approved</h2>
    ${renderTable({
      label: "Approvals",
      caption: `${approvers} different ${approvers === 1 ? "person was" : "people were"} required.`,
      heads: ["Role", "Name", "Approved at", "Key", "Statement (SHA-256)"],
      rows: approvals.map(({ person, name, at, key_fingerprint: key, statement_sha256: sha256, entry }) => [
        person,
        name ?? "not on file",
        at,
        html`<span class="hash">${key ?? "not signed: by login alone"}</span>`,
        html`<span class="hash">${sha256 ?? "none"}</span> entry ${entry}`,
      ]),
    })}`;
}

/** By copy, over all days: what a reader asks first. */
function renderCopies({ destroyed }: Certificate): Html {
  const names = [
    ...new Set(destroyed.flatMap(({ copies }) => copies.map(({ sink, kind }) => `${kind} ${sink}`))),
  ];
  const method = destroyed[0]?.method;
  return html`<h2>What became of each copy</h2>
    ${method === undefined ? "" : html`<p>Method: ${method}.</p>`}
    ${renderTable({
      label: "Copies",
      caption: "Every copy that Daybook knows of.",
      heads: ["Copy", "Kind", "Objects", "Versions", "Bytes", "Last read back", "Note"],
      rows: names.map((name) => {
        const copies = destroyed.flatMap((one) =>
          one.copies.filter(({ sink, kind }) => `${kind} ${sink}` === name),
        );
        const sum = (of: "objects" | "versions" | "bytes"): string =>
          copies.reduce((total, copy) => total + copy[of], 0).toLocaleString("en");
        const notes = [...new Set(copies.map(({ note }) => note))].filter((note) => note !== "");
        const [first] = copies;
        return [
          first?.kind === "state" ? "state folder" : (first?.sink ?? ""),
          first?.kind ?? "",
          sum("objects"),
          sum("versions"),
          sum("bytes"),
          copies
            .map(({ read_back_at: at }) => at)
            .toSorted()
            .at(-1) ?? "",
          notes.join("; "),
        ];
      }),
    })}`;
}

function renderKept({ kept }: Certificate): Html {
  if (kept.length === 0) return html``;
  return html`<h2>What was not destroyed</h2>
    ${renderTable({
      label: "Kept",
      caption: "Days of the plan that stay.",
      heads: ["Day", "Why"],
      rows: kept.map(({ day, reason }) => [day, keptWords(reason)]),
    })}`;
}

function renderInventory({ destroyed }: Certificate): Html {
  return html`<h2>Inventory</h2>
    ${renderTable({
      label: "Inventory",
      caption: "One row for each destroyed revision. Manifest and tombstone stay in the archive.",
      heads: [
        "Day",
        "Revision",
        "Records",
        "First and last",
        "Retain until",
        "Destroyed at",
        "Manifest and event set (SHA-256)",
      ],
      rows: destroyed.map((one) => [
        one.day,
        String(one.revision),
        one.records.toLocaleString("en"),
        `${one.first_creation_time ?? "no time"} to ${one.last_creation_time ?? "no time"}`,
        one.retain_until === FOREVER ? "forever" : one.retain_until,
        one.disposed_at,
        html`<span class="hash">${one.manifest_sha256} ${one.event_set_sha256}</span>`,
      ]),
    })}`;
}

function renderCheck({ plan }: Certificate): Html {
  return html`<h2>Check it yourself</h2>
    <p>
      In the archive's folder. Every day above has a signed tombstone, its hash stands in the ledger, and the
      ledger in a signed head. README.txt there explains each step without Daybook.
    </p>
    <pre>
sha256sum plans/${plan}.json
for d in acts/*; do ssh-keygen -Y verify -Overify-time=$(jq -r .time $d/statement.json | tr -dc 0-9 | cut -c1-14)Z \\
  -n daybook/1 -I "$(jq -r .person $d/statement.json)" -f $d/allowed_signers -s $d/statement.json.sig < $d/statement.json; done
daybook verify --path .</pre>`;
}

/** Earlier revisions of a day hold the same records: each is counted once. */
function isNewest(one: Tombstone, _index: number, all: readonly Tombstone[]): boolean {
  return !all.some(({ day, revision }) => day === one.day && revision > one.revision);
}

function plural(number: number, word: string): string {
  return `${number.toLocaleString("en")} ${word}${number === 1 ? "" : "s"}`;
}

/** The days of a plan that are still there, with the newest reason. */
export function keptDays(
  plan: Plan,
  destroyed: readonly Tombstone[],
  reasons: Readonly<Record<string, string>>,
): Certificate["kept"] {
  const gone = new Set(destroyed.map(({ day }) => day));
  return plan.days
    .filter(({ day }) => !gone.has(day))
    .map(({ day }) => ({ day, reason: reasons[day] ?? "not run yet" }));
}
