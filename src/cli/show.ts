import { packagePath, revisionName } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import type { PageRecord } from "../model/page-record.js";
import { isoTime } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { readOperationList } from "../io/operation-file.js";
import type { OperationList } from "../model/operation-list.js";
import { PAGE_LEDGER } from "../archive/layout.js";
import { readSmall } from "../archive/source.js";
import type { HeldTenant } from "../compose/read-only-tenant.js";
import type { DayRecord } from "../ledger/day-index.js";
import type { Command, CommonOptions } from "./command.js";
import { dayArgument } from "./days.js";
import { EXIT } from "./exit-codes.js";
import { lookAtTenants } from "./held.js";
import { count } from "./progress.js";

export interface ShowOptions extends CommonOptions {
  readonly arguments: readonly (string | undefined)[];
  readonly proof?: boolean;
  readonly diff?: boolean;
  readonly activities?: boolean;
}

interface ShownRevision {
  readonly sealed: string;
  readonly manifest_sha256: string;
  readonly manifest: Manifest;
  /** The page ledger, with --proof. */
  readonly pages: readonly PageRecord[] | null;
}

interface ShownDay {
  readonly tenant: string;
  readonly revisions: readonly ShownRevision[];
  /** What the ledger says was odd about the day, oldest first. */
  readonly oddities: readonly { readonly code: string; readonly subject: string; readonly at: string }[];
}

const MAX_PAGE_LEDGER_BYTES = 64 << 20;

/** The revisions of one day, oldest first; exit 66 when no tenant asked for holds the day. */
export const show: Command<ShowOptions> = async (options, surroundings) => {
  const day = dayArgument("DAY", options.arguments[0], surroundings.clock.now());
  const found = await lookAtTenants(options, surroundings, async ({ tenant, held }): Promise<ShownDay> => ({
    tenant: tenant.name,
    revisions:
      held === undefined ? [] : await revisionsOf(held, day, options.proof === true, surroundings.signal),
    oddities: odditiesOf(held?.record(day)),
  }));
  const operations = options.activities === true ? await readOperationList(surroundings.files) : undefined;
  const isHeld = found.some(({ revisions }) => revisions.length > 0);
  return {
    exit: isHeld ? EXIT.ok : EXIT.nothingToVerify,
    text: found.map((one) => tenantText(one, day, { ...options, operations })).join("\n"),
    json: { format: "daybook.show/1", day, tenants: found },
  };
};

async function revisionsOf(
  held: HeldTenant,
  day: UtcDay,
  withProof: boolean,
  signal: AbortSignal,
): Promise<readonly ShownRevision[]> {
  const shown: ShownRevision[] = [];
  for (const { revision, manifestSha256, sealedAt } of held.record(day)?.revisions ?? []) {
    shown.push({
      sealed: isoTime(sealedAt),
      manifest_sha256: manifestSha256,
      manifest: await held.manifest(day, revision),
      pages: withProof ? await pagesOf(held, day, revision, signal) : null,
    });
  }
  return shown;
}

function odditiesOf(record: DayRecord | undefined): ShownDay["oddities"] {
  return (record?.incidents ?? []).map(({ code, subject, at }) => ({ code, subject, at: isoTime(at) }));
}

async function pagesOf(
  held: HeldTenant,
  day: UtcDay,
  revision: number,
  signal: AbortSignal,
): Promise<readonly PageRecord[]> {
  const source = await held.packageSource(day, revision);
  const path = `${packagePath(day, revision)}/${PAGE_LEDGER}`;
  const text = new TextDecoder().decode(await readSmall(source, path, MAX_PAGE_LEDGER_BYTES, signal));
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as PageRecord);
}

/** What is shown of a revision; the list names its activities where they are asked for. */
type ShownParts = Pick<ShowOptions, "proof" | "diff"> & { readonly operations: OperationList | undefined };

function tenantText({ tenant, revisions, oddities }: ShownDay, day: UtcDay, options: ShownParts): string {
  if (revisions.length === 0) return `${tenant} ${day}: not held`;
  return [
    `${tenant} ${day}`,
    ...revisions.map((one) => revisionText(one, options)),
    ...oddities.map(({ code, subject }) => `  odd  ${subject} (${code})`),
  ].join("\n");
}

function revisionText(
  { manifest, sealed, manifest_sha256: hash, pages }: ShownRevision,
  options: ShownParts,
): string {
  const { completeness: counts, reading, diff, event_set_sha256: eventSet, retention } = manifest;
  const lines = [
    `  ${revisionName(manifest.revision)}  sealed ${sealed}  ${manifest.reason}`,
    `    events     ${count(counts.distinct + counts.carried, "record")}: ${counts.distinct} distinct, ${counts.carried} carried`,
    `    manifest   ${hash}`,
    `    event set  ${eventSet}`,
    `    kept until ${retention.retain_until} (${retention.schedule})`,
  ];
  if (options.proof === true) {
    lines.push(
      `    reading    ${reading.started} to ${reading.ended}, ${count(reading.requests, "request")}, ${reading.retries} repeated, throttled ${reading.throttled_ms} ms`,
      `    proof      ${counts.pages} pages (${counts.empty_pages} empty), ${counts.delivered} delivered = ${counts.distinct} distinct + ${counts.exact_duplicates} exact duplicates`,
      `               ${counts.conflicting_ids} conflicting ids, ${counts.missing_ids} missing ids, ${counts.outside_window} outside the day`,
      ...(pages ?? []).map(pageLine),
    );
  }
  if (options.diff === true) {
    const against = diff.against === null ? "first revision" : `against ${revisionName(diff.against)}`;
    lines.push(
      `    difference ${against}: ${diff.added} added, ${diff.removed} no longer given (carried), ${diff.changed} changed`,
    );
  }
  if (options.operations !== undefined) lines.push(...activityLines(counts.by_activity, options.operations));
  return lines.join("\n");
}

/** The most frequent first; an activity that the list lacks is said to be so. */
function activityLines(counts: Readonly<Record<string, number>>, list: OperationList): readonly string[] {
  const sorted = Object.entries(counts).toSorted(([, a], [, b]) => b - a);
  return sorted.map(([name, records]) => {
    const known = list.find(name);
    const words = known === undefined ? "not in the list of operations" : `${known.kind}: ${known.name}`;
    return `    ${count(records, "record").padEnd(14)} ${name === "" ? "(none)" : name}  ${words}`;
  });
}

function pageLine({
  window,
  number,
  events,
  body_bytes: bytes,
  body_sha256: hash,
  token_out_sha256: next,
}: PageRecord): string {
  const chain = next === null ? "end of chain" : `next ${next.slice(0, 12)}`;
  return `    ${window} page ${number}  ${count(events, "event").padEnd(14)} ${String(bytes).padStart(9)} bytes  ${hash.slice(0, 16)}  ${chain}`;
}
