import { html, policyAndStyle } from "../html/html.js";
import { PAPER_STYLE } from "../html/paper-style.js";
import { renderTable } from "../html/table.js";
import type { DayState } from "../model/day-state.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import type { BaggedFile } from "./bag-folder.js";

/** What was handed over, to whom and how it can be checked; the page shows these facts and no others. */
export interface Transmittal {
  readonly format: "daybook.transmittal/1";
  readonly made: string;
  readonly by: string;
  readonly software: string;
  readonly matter: string;
  readonly to_party: string;
  readonly archive_id: string;
  readonly tenant_id: string;
  readonly head: { readonly size: number; readonly root: string };
  readonly asked: { readonly from: string; readonly to: string };
  readonly filters: {
    readonly activities: readonly string[];
    readonly users: readonly string[];
    readonly workspaces: readonly string[];
  };
  readonly archive_part: DayRange & {
    readonly revisions: number;
    readonly files: number;
    readonly bytes: number;
  };
  /** Null where nothing was filtered: the archive part is all that was asked for. */
  readonly selected: { readonly records: number; readonly files: readonly BaggedFile[] } | null;
  /** Days of the range by state. */
  readonly days: Readonly<Partial<Record<DayState, readonly UtcDay[]>>>;
  /** Why days are lost or destroyed, in the ledger's words. */
  readonly reasons: readonly { readonly day: UtcDay; readonly reason: string }[];
}

/** States and paths are not cut at the end of a line. */
const STYLE = ".rows tbody th{overflow-wrap:normal;white-space:nowrap}";

/** One self-contained page without a script. */
export function transmittalPage(given: Transmittal): string {
  const title = `Transmittal of activity records, ${given.archive_part.from} to ${given.archive_part.to}`;
  return html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <title>${title}</title>
        ${policyAndStyle(`${PAPER_STYLE}${STYLE}`)}
      </head>
      <body>
        <h1>${title}</h1>
        ${facts(given)} ${contents(given)} ${dayTable(given)} ${check(given)}
        <div class="sign">
          <div>Handed over by, date</div>
          <div>Received by, date</div>
          <div>Compared: fingerprint of the key, SHA-256 of manifest-sha256.txt</div>
        </div>
      </body>
    </html> `.toString();
}

function facts(given: Transmittal) {
  const { filters, head, asked } = given;
  const rows: readonly (readonly [string, string])[] = [
    ["Matter", given.matter || "none given"],
    ["For", given.to_party || "none given"],
    ["Made", `${given.made} by ${given.by}, ${given.software}`],
    ["Archive", given.archive_id],
    ["Tenant", given.tenant_id],
    ["Head", `size ${head.size}, root ${head.root}`],
    ["Asked for", `${asked.from} to ${asked.to}`],
    ["Activities", filters.activities.join(", ") || "all"],
    ["Users", filters.users.join(", ") || "all"],
    ["Workspaces", filters.workspaces.join(", ") || "all"],
  ];
  return html`<dl>
    ${rows.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function contents({ archive_part: part, selected }: Transmittal) {
  const rows = [
    [
      "data/archive/",
      `${part.files} files, ${part.bytes} bytes`,
      `${part.revisions} revisions of ${part.from} to ${part.to}, byte for byte; the ledger whole`,
    ],
    ...(selected?.files ?? []).map(({ path, bytes, sha256 }) => [path, `${bytes} bytes`, sha256]),
  ];
  const counted =
    selected === null
      ? "Nothing was filtered."
      : `${selected.records} records were selected by the filters. The days that they are from are in data/archive/ whole.`;
  return html`<h2>What is in the bag</h2>
    <p>${counted}</p>
    ${renderTable({ label: "Contents", caption: "Contents", heads: ["Where", "Size", "What, or SHA-256"], rows })}`;
}

function dayTable({ days, reasons }: Transmittal) {
  const named = new Map(reasons.map(({ day, reason }) => [day, reason]));
  const rows = Object.entries(days).map(([state, list]) => [
    state,
    String(list.length),
    list.map((day) => (named.has(day) ? `${day} (${named.get(day) ?? ""})` : day)).join(", "),
  ]);
  return html`<h2>The days of the range</h2>
    ${renderTable({ label: "Days", caption: "Days by state", heads: ["State", "Days", "Which"], rows })}`;
}

function check({ archive_part: { from, to } }: Transmittal) {
  return html`<h2>How to check it</h2>
    <p>With nothing but common tools, in the folder of the bag:</p>
    <pre>
sha256sum -c manifest-sha256.txt
sha256sum -c tagmanifest-sha256.txt</pre>
    <p>
      data/archive/README.txt says how to check signatures and ledger by hand. With Daybook, for ${from} to
      ${to}:
    </p>
    <pre>daybook verify --path . --level deep --key KEY.pem</pre>
    <p>
      Take the key, or its fingerprint, from somebody who did not make the bag. The SHA-256 of
      manifest-sha256.txt stands in the ledger of the archive that the bag is from, under the number in
      bag-info.txt.
    </p>`;
}

/** READ-ME-FIRST.txt: what lies where, for somebody who has never heard of Daybook. */
export function readMeFirst({ archive_part: { from, to }, selected, archive_id: id }: Transmittal): string {
  const chosen =
    selected === null
      ? "There is no data/selected/: nothing was filtered.\n"
      : `data/selected/events.ndjson     the selected records, a JSON object a line, as Microsoft's API gave them
data/selected/events.csv        the same as a table; cells that a spreadsheet program would run begin with '
data/selected/index.csv         for each line: day, revision, page of the source, Id
`;
  return `RECORDS OF THE POWER BI ACTIVITY LOG, ${from} TO ${to}

This folder is a bag (BagIt 1.0, RFC 8493). It is complete and unaltered when both of these print OK alone:

    sha256sum -c manifest-sha256.txt
    sha256sum -c tagmanifest-sha256.txt

data/transmittal.html           what was asked for and what is here; print and sign it
data/transmittal.json           the same for programs
data/archive/                   a part of archive ${id}:
                                every day of the range byte for byte, and the ledger whole
data/archive/README.txt         how to check signatures, ledger and counts by hand
data/archive/bag.json           which days are here; the ledger names others, which are not
${chosen}
The records are personal data. Keep the folder where only those can read it who must.
`;
}
