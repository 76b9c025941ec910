import { join } from "node:path";
import type { Files } from "../io/files.js";
import type { DayRecord } from "../ledger/day-index.js";
import type { Ledger } from "../ledger/ledger.js";
import type { Log } from "../model/log.js";
import { packagePath, revisionName } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { namesSubject } from "../model/seen-names.js";
import { addDays } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { emptiedFields } from "../plan/emptied-fields.js";
import type { EmptiedField } from "../plan/emptied-fields.js";
import { quietDay } from "../plan/quiet-day.js";
import { unseenNames } from "../plan/unseen-names.js";
import type { UnseenNames } from "../plan/unseen-names.js";
import { usualEvents } from "../plan/usual-events.js";
import { folderSource } from "../archive/source.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";

export interface DayRemarksParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly log: Log;
  readonly ledger: Ledger;
}

/** Days before a day that say what it usually has filled, and how far back they are looked for. */
const DAYS_COMPARED = 14;
const DAYS_LOOKED_AT = 28;
const FIELDS_NAMED = 20;
const ACTIVITIES_NAMED = 3;

/**
 * What is odd about a day that was just sealed: a quiet tenant, or a broken one? Each oddity is a warning with numbers and an
 * entry. All of it is decided from the sealed manifest and the ledger, and what the ledger has already is left out: so what a
 * crash kept from being written is written at the next start, and nothing is lost.
 */
export class DayRemarks {
  readonly #parts: DayRemarksParts;
  /** The seal that is known to have all its remarks. */
  #completed: string | undefined;

  constructor(parts: DayRemarksParts) {
    this.#parts = parts;
  }

  /** Remarks on the seal that is the newest in the ledger; only there a crash can have left something out. */
  async complete(signal: AbortSignal): Promise<void> {
    const { newestSeal } = this.#parts.ledger.index;
    if (newestSeal === null || newestSeal.manifestSha256 === this.#completed) return;
    const { day, revision, manifestSha256 } = newestSeal;
    const record = this.#parts.ledger.index.days.get(day);
    const manifest = await this.#manifestOf(day, { revision, manifestSha256 }, signal);
    if (record !== undefined && manifest !== undefined) await this.#remark(record, manifest, signal);
    this.#completed = manifestSha256;
  }

  /** How many events such a weekday normally has; 0 when that is not known. */
  usualEvents(day: UtcDay): number {
    const { days } = this.#parts.ledger.index;
    return usualEvents(day, (other) => [...(days.get(other)?.deliveries.values() ?? [])].at(-1)?.records);
  }

  async #remark(record: DayRecord, manifest: Manifest, signal: AbortSignal): Promise<void> {
    await this.#remarkShrunk(record, manifest);
    await this.#remarkQuiet(record, manifest);
    for (const unseen of unseenNames(this.#parts.ledger.index.seenNames, manifest.completeness)) {
      await this.#remarkUnseen(manifest, unseen);
    }
    await this.#remarkEmptied(record, manifest, signal);
  }

  async #remarkShrunk({ shrank }: DayRecord, { day, revision, diff }: Manifest): Promise<void> {
    const { missing = 0 } = diff;
    if (missing === 0 || shrank?.revision === revision) return;
    await this.#parts.ledger.append({ type: "source-shrank", day, revision, missing }, "daybook");
  }

  async #remarkQuiet(record: DayRecord, manifest: Manifest): Promise<void> {
    const { day, revision } = manifest;
    if (revision > 1 || hasIncident(record, "DAY_EMPTY", "DAY_QUIET")) return;
    const quiet = quietDay(recordsOf(manifest), this.usualEvents(day));
    if (quiet === undefined) return;
    const { code, events, usual } = quiet;
    this.#warn({ day, code, events, usual }, "day found quiet");
    await this.#attest(code, `${day}: found ${events} events, expected about ${usual}`);
  }

  async #remarkUnseen({ day, revision }: Manifest, { code, activities, fields }: UnseenNames): Promise<void> {
    const numbers = { activities: Object.fromEntries(activities), fields: Object.fromEntries(fields) };
    if (code !== "NAMES_BASELINE") this.#warn({ day, revision, code, ...numbers }, "names first seen");
    await this.#attest(code, namesSubject(about(day, revision), { activities, fields }));
  }

  async #remarkEmptied(record: DayRecord, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const code = "FIELDS_WENT_EMPTY";
    if (hasIncident(record, code)) return;
    const { day, revision, completeness } = manifest;
    const before = await this.#manifestsBefore(day, signal);
    const emptied = emptiedFields(
      completeness,
      before.map((one) => one.completeness),
    );
    if (emptied.length === 0) return;
    const fields = emptied.slice(0, FIELDS_NAMED);
    this.#warn({ day, revision, code, emptied: emptied.length, fields }, "fields found empty");
    const more = emptied.length > fields.length ? `; and ${emptied.length - fields.length} more fields` : "";
    await this.#attest(code, `${about(day, revision)}: ${fields.map(emptiedText).join("; ")}${more}`);
  }

  /** The newest manifests before the day that the state folder still has. */
  async #manifestsBefore(day: UtcDay, signal: AbortSignal): Promise<readonly Manifest[]> {
    const { days } = this.#parts.ledger.index;
    const found: Manifest[] = [];
    for (let back = 1; back <= DAYS_LOOKED_AT && found.length < DAYS_COMPARED; back++) {
      const other = addDays(day, -back);
      const newest = days.get(other)?.revisions.at(-1);
      const manifest = newest && (await this.#manifestOf(other, newest, signal));
      if (manifest !== undefined) found.push(manifest);
    }
    return found;
  }

  /** Undefined when the package has left the state folder. */
  async #manifestOf(
    day: UtcDay,
    { revision, manifestSha256 }: { readonly revision: number; readonly manifestSha256: string },
    signal: AbortSignal,
  ): Promise<Manifest | undefined> {
    const { files, root } = this.#parts;
    const found = await files.stat(join(root, packagePath(day, revision), "manifest.json"));
    if (found === undefined) return undefined;
    return readManifest(folderSource(files, root), { day, revision, manifestSha256 }, signal);
  }

  #warn(fields: object, phrase: string): void {
    this.#parts.log.warn({ tenant: this.#parts.tenant, ...fields }, phrase);
  }

  async #attest(code: string, subject: string): Promise<void> {
    await this.#parts.ledger.append({ type: "incident", code, subject }, "daybook");
  }
}

function hasIncident({ incidents = [] }: DayRecord, ...codes: readonly string[]): boolean {
  return incidents.some(({ code }) => codes.includes(code));
}

function about(day: UtcDay, revision: number): string {
  return `${day} ${revisionName(revision)}`;
}

/** `UserAgent filled in 0 of 512 records of ViewReport, ExportReport and 3 more activities, usually in 98 %` */
function emptiedText({ field, activities, filled, records, usual }: EmptiedField): string {
  const more = activities.length - ACTIVITIES_NAMED;
  const named = activities.slice(0, ACTIVITIES_NAMED).join(", ");
  const of = more > 0 ? `${named} and ${more} more activities` : named;
  return `${field} filled in ${filled} of ${records} records of ${of}, usually in ${Math.round(usual * 100)} %`;
}
