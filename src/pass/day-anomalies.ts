import { join } from "node:path";
import type { Files } from "../io/files.js";
import type { DayRecord } from "../ledger/day-index.js";
import type { Ledger } from "../ledger/ledger.js";
import type { EntryOf } from "../model/ledger-entry.js";
import type { Log } from "../model/log.js";
import { packagePath, revisionName } from "../model/manifest.js";
import type { Manifest } from "../model/manifest.js";
import { addDays } from "../model/utc-day.js";
import type { UtcDay } from "../model/utc-day.js";
import { emptiedFields, quietDay, unseenNames, usualEvents } from "../plan/anomalies.js";
import type { EmptiedField } from "../plan/anomalies.js";
import { folderSource } from "../archive/folder-source.js";
import { readManifest, recordsOf } from "../archive/sealed-package.js";

export interface DayAnomaliesParts {
  readonly tenant: string;
  /** The tenant's folder in the state folder. */
  readonly root: string;
  readonly files: Files;
  readonly log: Log;
  readonly ledger: Ledger;
}

/** How many earlier days a day is compared with, and how far back they are read. */
const MAX_DAYS_COMPARED = 14;
const MAX_DAYS_BACK = 28;
const MAX_FIELDS_NAMED = 20;
const MAX_ACTIVITIES_NAMED = 3;

/**
 * Records what is unusual about a day that was just sealed. Each anomaly is a warning with numbers and a ledger entry. The
 * sealed manifest and the ledger decide alone, and what the ledger has already is left out, so the next start records
 * what a crash prevented.
 */
export class DayAnomalies {
  readonly #parts: DayAnomaliesParts;
  /** Manifest hash of the seal whose anomalies are all recorded. */
  #completed: string | undefined;

  constructor(parts: DayAnomaliesParts) {
    this.#parts = parts;
  }

  /** Records the anomalies of the newest seal. A crash can only have interrupted those. */
  async complete(signal: AbortSignal): Promise<void> {
    const { newestSeal } = this.#parts.ledger.index;
    if (newestSeal === null || newestSeal.manifestSha256 === this.#completed) return;
    const { day, revision, manifestSha256 } = newestSeal;
    const record = this.#parts.ledger.index.days.get(day);
    const manifest = await this.#manifestOf(day, { revision, manifestSha256 }, signal);
    if (record !== undefined && manifest !== undefined) await this.#record(record, manifest, signal);
    this.#completed = manifestSha256;
  }

  /** How many events such a weekday usually has; 0 when that is not known. */
  #usualEvents(day: UtcDay): number {
    const { days } = this.#parts.ledger.index;
    return usualEvents(day, (other) => [...(days.get(other)?.deliveries.values() ?? [])].at(-1)?.records);
  }

  async #record(record: DayRecord, manifest: Manifest, signal: AbortSignal): Promise<void> {
    await this.#recordShrunk(record, manifest);
    await this.#recordQuiet(record, manifest);
    await this.#recordUnseen(manifest);
    await this.#recordEmptied(record, manifest, signal);
  }

  async #recordShrunk({ shrank }: DayRecord, { day, revision, diff }: Manifest): Promise<void> {
    const { missing = 0 } = diff;
    if (missing === 0 || shrank?.revision === revision) return;
    await this.#parts.ledger.append({ type: "source-shrank", day, revision, missing }, "daybook");
  }

  async #recordQuiet(record: DayRecord, manifest: Manifest): Promise<void> {
    const { day, revision } = manifest;
    if (revision > 1 || hasIncident(record, "DAY_EMPTY", "DAY_QUIET")) return;
    const [events, usual] = [recordsOf(manifest), this.#usualEvents(day)];
    const code = quietDay(events, usual);
    if (code === undefined) return;
    this.#warn({ day, code, events, usual }, "day found quiet");
    await this.#attest({ day, code, subject: `found ${events} events, expected about ${usual}` });
  }

  async #recordUnseen({ day, revision, completeness }: Manifest): Promise<void> {
    const { knownNames } = this.#parts.ledger.index;
    const unseen = unseenNames(knownNames, completeness);
    if (unseen === undefined) return;
    // All names of the first day are new.
    if (knownNames !== undefined)
      this.#warn({ day, revision, code: "NAMES_FIRST_SEEN", ...unseen }, "names first seen");
    await this.#parts.ledger.append({ type: "names-seen", day, revision, ...unseen }, "daybook");
  }

  async #recordEmptied(record: DayRecord, manifest: Manifest, signal: AbortSignal): Promise<void> {
    const code = "FIELDS_WENT_EMPTY";
    if (hasIncident(record, code)) return;
    const { day, revision, completeness } = manifest;
    const before = await this.#manifestsBefore(day, signal);
    const emptied = emptiedFields(
      completeness,
      before.map((one) => one.completeness),
    );
    if (emptied.length === 0) return;
    const fields = emptied.slice(0, MAX_FIELDS_NAMED);
    this.#warn({ day, revision, code, emptied: emptied.length, fields }, "fields found empty");
    const more = emptied.length > fields.length ? `; and ${emptied.length - fields.length} more fields` : "";
    const subject = `${revisionName(revision)}: ${fields.map(emptiedText).join("; ")}${more}`;
    await this.#attest({ day, code, subject });
  }

  /** The newest manifests before the day that the state folder still has. */
  async #manifestsBefore(day: UtcDay, signal: AbortSignal): Promise<readonly Manifest[]> {
    const { days } = this.#parts.ledger.index;
    const found: Manifest[] = [];
    for (let back = 1; back <= MAX_DAYS_BACK && found.length < MAX_DAYS_COMPARED; back++) {
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

  async #attest(incident: Pick<EntryOf<"incident">, "day" | "code" | "subject">): Promise<void> {
    await this.#parts.ledger.append({ type: "incident", ...incident }, "daybook");
  }
}

function hasIncident({ incidents = [] }: DayRecord, ...codes: readonly string[]): boolean {
  return incidents.some(({ code }) => codes.includes(code));
}

/** `UserAgent filled in 0 of 512 records of ViewReport, ExportReport and 3 more activities, usually in 98 %` */
function emptiedText({ field, activities, filled, records, usual }: EmptiedField): string {
  const more = activities.length - MAX_ACTIVITIES_NAMED;
  const named = activities.slice(0, MAX_ACTIVITIES_NAMED).join(", ");
  const of = more > 0 ? `${named} and ${more} more activities` : named;
  return `${field} filled in ${filled} of ${records} records of ${of}, usually in ${Math.round(usual * 100)} %`;
}
