import { headLine, originOf } from "../archive/head.js";
import { randomBytes } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import { isWhole } from "../audit/verify-archive.js";
import { addArchive } from "../bag/archive-part.js";
import { BagFolder } from "../bag/bag-folder.js";
import type { BaggedFile } from "../bag/bag-folder.js";
import {
  ARCHIVE_PART,
  BAG_INFO,
  DECLARATION,
  DECLARED,
  MANIFEST,
  SELECTED_PART,
  TAG_MANIFEST,
  TRANSMITTAL,
  tagLines,
} from "../bag/bag-form.js";
import { indexRows } from "../bag/selected-part.js";
import { readMeFirst, transmittalPage } from "../bag/transmittal.js";
import type { Transmittal } from "../bag/transmittal.js";
import { CsvWriter, csvColumns } from "../export/csv.js";
import type { EventFilter } from "../export/event-filter.js";
import { ExportCount, daysMeeting, exportDays, instantsOf, namesIn } from "../export/export-days.js";
import { csvForm, ndjsonForm } from "../export/line-form.js";
import { VERSION } from "../io/version.js";
import { DaybookError } from "../model/errors.js";
import { stableJson } from "../model/stable-json.js";
import type { DayRange, UtcDay } from "../model/utc-day.js";
import { EVENT_FIELDS } from "../plugin/event-columns.js";
import type { CommandResult, Surroundings } from "./command.js";
import type { ExportOptions } from "./export-options.js";
import { recorded, writeSummary } from "./export-output.js";
import { exportOutcome, summaryText } from "./export-summary.js";
import type { ExportSummary } from "./export-summary.js";
import type { ReadArchive } from "./held-archive.js";
import { folderPlace } from "./folder-place.js";
import { daysOfInstants } from "./instants.js";
import { actorOf } from "./retention-request.js";
import { verifyPlace } from "./verify.js";
import { redraw } from "./progress.js";

/** A bag to be made. */
interface Bagging {
  readonly archive: ReadArchive;
  readonly options: ExportOptions;
  readonly filter: EventFilter;
  readonly surroundings: Surroundings;
}

/** Options of an export into a stream, which a bag has no use for. */
const NOT_WITH_BAG = ["out", "fields", "delimiter", "raw", "pseudonymise", "keepKey"] as const;

export function refuseBesideBag(options: ExportOptions): void {
  const found = NOT_WITH_BAG.filter((name) => options[name] !== undefined);
  if (options.format !== "ndjson" || found.length > 0)
    throw new DaybookError("USAGE", {
      message: `--bag: expected neither --format nor ${NOT_WITH_BAG.map((name) => `--${name}`).join(", ")} beside it: a bag has the records as they were sealed`,
    });
}

/**
 * Writes a bag of the range. It appears under its name when it is whole, durable and in the ledger; before that it lies beside it under
 * a name with a dot, without the file that makes a folder a bag.
 */
export async function exportBag(target: string, bagging: Bagging): Promise<CommandResult> {
  const { files, cwd, stderr } = bagging.surroundings;
  const path = resolve(cwd, target);
  if ((await files.stat(path)) !== undefined)
    throw new DaybookError("USAGE", { message: `--bag: ${path} is there already, expected a new folder` });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.new`);
  try {
    const bag = new BagFolder(files, temporary);
    const summary = await fill(bag, bagging);
    redraw(stderr);
    await files.rename(temporary, path);
    await files.syncFolder(dirname(path));
    await writeSummary(bagging.options.summary, summary, bagging.surroundings);
    return { exit: summary.exit, text: `${path}: ${summaryText(summary)}`, json: summary };
  } finally {
    await files.removeTree(temporary);
  }
}

async function fill(bag: BagFolder, bagging: Bagging): Promise<ExportSummary> {
  const { archive, options, filter, surroundings } = bagging;
  const { clock, signal, stderr } = surroundings;
  const days = await bagDays(archive, filter);
  const progress = (done: number, total: number, day: UtcDay): void => {
    redraw(stderr, `copying ${day} (${done + 1} of ${total})`);
  };
  const revisions = await addArchive(bag, { held: archive.held, range: days, signal, progress });
  const part = bag.payload;
  await requireWholePart(bag.root, surroundings);
  const count = new ExportCount();
  const files = isFiltered(filter) ? await addSelected(bag, bagging, count) : undefined;
  const base = exportOutcome({ options, archive, filter, count, notes: [], nowMs: clock.now() });
  const transmittal = transmittalOf(bagging, base, {
    archive_part: { ...days, revisions, files: part.length, bytes: sumOf(part) },
    selected: files === undefined ? null : { records: count.records, files },
  });
  await bag.addWhole(TRANSMITTAL, stableJson(transmittal));
  await bag.addWhole("data/transmittal.html", transmittalPage(transmittal));
  await bag.addWhole("data/READ-ME-FIRST.txt", readMeFirst(transmittal));
  const manifest = await bag.addManifest(MANIFEST, "payload");
  const bytes = sumOf(bag.payload);
  const made = { ...base, form: "bag", bytes, sha256: manifest.sha256 };
  const summary = await recorded(made, { archive, options }, surroundings);
  await bag.addWhole(BAG_INFO, tagLines(tagsOf(transmittal, summary, bag.payload)));
  await bag.addWhole(DECLARATION, DECLARED);
  await bag.addManifest(TAG_MANIFEST, "tags");
  await bag.sync();
  return summary;
}

/** The days asked for that the archive could have, and days beside them with events of the range. */
async function bagDays({ held }: ReadArchive, { range }: EventFilter): Promise<DayRange> {
  const asked = daysOfInstants(range);
  const whole = held.range;
  const inside = whole === undefined ? [] : [asked.from, whole.from].toSorted().slice(-1);
  const upTo = whole === undefined ? [] : [asked.to, whole.to].toSorted().slice(0, 1);
  const [from = asked.from, to = asked.to] = [...inside, ...upTo];
  if (whole === undefined || from > to)
    throw new DaybookError("NOTHING_IN_RANGE", {
      message: `${asked.from} to ${asked.to}: no day of the range is in the archive`,
    });
  const all = [from, to, ...(await daysMeeting(held, range))].toSorted();
  return { from: all[0] ?? from, to: all.at(-1) ?? to };
}

/** Whether something of the days stays out of the selection. */
function isFiltered({ range, activities, users, workspaces }: EventFilter): boolean {
  const { from, to } = daysOfInstants(range);
  const areWhole =
    instantsOf(from).fromMicros === range.fromMicros && instantsOf(to).toMicros === range.toMicros;
  return !areWhole || activities.length + users.length + workspaces.length > 0;
}

async function addSelected(
  bag: BagFolder,
  { archive: { held }, filter }: Bagging,
  count: ExportCount,
): Promise<readonly BaggedFile[]> {
  const { fields } = await namesIn(held, filter.range);
  const columns = csvColumns(
    EVENT_FIELDS.map(({ name }) => name),
    fields,
  );
  const csv = new CsvWriter({ columns, withOther: fields.has("*"), delimiter: ",", bom: true, raw: false });
  const lines = exportDays(held, { filter, form: ndjsonForm() }, count);
  const table = exportDays(held, { filter, form: csvForm(csv) }, new ExportCount());
  return [
    await bag.add(`${SELECTED_PART}events.ndjson`, lines),
    await bag.add(`${SELECTED_PART}events.csv`, table),
    await bag.add(`${SELECTED_PART}index.csv`, indexRows(held, filter)),
  ];
}

/** What was copied is checked before it leaves: every signature, every name, the ledger's chain. */
async function requireWholePart(root: string, surroundings: Surroundings): Promise<void> {
  const folder = join(root, ARCHIVE_PART);
  const place = await folderPlace(folder, surroundings);
  const result = await verifyPlace(place, { level: "structure" }, surroundings);
  const [first] = result.findings.filter(({ severity }) => severity !== "notice");
  if (isWhole(result)) return;
  throw new DaybookError("ARCHIVE_DAMAGED", {
    message: `${first?.subject ?? "the copy"}: ${first?.rule ?? "is not whole"}; no bag was made`,
    hint: "run `daybook verify`, and export from another copy with --sink or --path",
  });
}

function transmittalOf(
  { archive: { held }, options, surroundings }: Bagging,
  summary: ExportSummary,
  parts: Pick<Transmittal, "archive_part" | "selected">,
): Transmittal {
  const { range, filters, days, made, head } = summary;
  const reasons = [...(days.lost ?? []), ...(days.disposing ?? []), ...(days.disposed ?? [])].map((day) => ({
    day,
    reason: held.notesOf(day).explanation ?? "",
  }));
  return {
    format: "daybook.transmittal/1",
    made,
    by: actorOf(surroundings),
    software: `daybook ${VERSION}`,
    matter: options.matter ?? "",
    to_party: options.toParty ?? "",
    archive_id: summary.archive_id,
    tenant_id: summary.tenant_id,
    head,
    asked: { from: range.from, to: range.to },
    filters,
    ...parts,
    days,
    reasons,
  };
}

function tagsOf(given: Transmittal, { export: number }: ExportSummary, payload: readonly BaggedFile[]) {
  const { archive_part: part, head, made } = given;
  return [
    ["Source-Organization", given.tenant_id],
    ["Contact-Name", given.by],
    ["External-Identifier", number ?? "not recorded"],
    ["External-Description", `Power BI activity records, ${part.from} to ${part.to}`],
    ["Bagging-Date", made.slice(0, 10)],
    ["Payload-Oxum", `${sumOf(payload)}.${payload.length}`],
    ["Bag-Software-Agent", given.software],
    ["Daybook-Archive-Id", given.archive_id],
    ["Daybook-Head", headLine({ origin: originOf(given.archive_id), ...head })],
    ["Daybook-Range", `${part.from} ${part.to}`],
  ] as const;
}

function sumOf(files: readonly BaggedFile[]): number {
  return files.reduce((sum, { bytes }) => sum + bytes, 0);
}
