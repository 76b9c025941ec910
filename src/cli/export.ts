import { randomBytes } from "node:crypto";
import { resolve } from "node:path";
import { nearestWord } from "../config/nearest-word.js";
import { CsvWriter, csvColumns } from "../export/csv.js";
import type { EventFilter } from "../export/event-filter.js";
import { ExportCount, exportDays, namesIn } from "../export/export-days.js";
import type { NamesIn } from "../export/export-days.js";
import { csvForm, jsonForm, ndjsonForm } from "../export/line-form.js";
import type { LineForm } from "../export/line-form.js";
import { Pseudonyms } from "../export/pseudonyms.js";
import { DaybookError } from "../model/errors.js";
import { EVENT_FIELDS } from "../plugin/event-columns.js";
import type { Command, Surroundings } from "./command.js";
import { exportBag, refuseBesideBag } from "./export-bag.js";
import { filterOf, listOf, ownNames } from "./export-options.js";
import type { ExportOptions } from "./export-options.js";
import { toFile, toStandardOutput } from "./export-output.js";
import { exportOutcome } from "./export-summary.js";
import { requireInBag } from "./folder-place.js";
import { withArchive } from "./held-archive.js";
import { daysOfInstants } from "./instants.js";
import { redraw } from "./progress.js";

const KEY_BYTES = 32;

/** Everything that an export is made with. */
interface Plan {
  readonly filter: EventFilter;
  readonly form: LineForm;
  readonly csv: CsvWriter | undefined;
  readonly change: ((line: string) => string) | undefined;
}

/** Writes the events of a range, checked against their signed manifests; 67 when days of the range are not held. */
export const exportEvents: Command<ExportOptions> = async (given, surroundings) => {
  const options = ownNames(given);
  if (options.json === true && options.out === undefined && options.bag === undefined)
    throw new DaybookError("USAGE", {
      message: "--json: expected --out beside it, for the events take standard output",
    });
  const { bag } = options;
  if (bag !== undefined) refuseBesideBag(options);
  const filter = await filterOf(options, surroundings);
  return withArchive(options, surroundings, async (archive) => {
    requireInBag(archive.scope, daysOfInstants(filter.range));
    if (bag !== undefined) return exportBag(bag, { archive, options, filter, surroundings });
    const names = await namesIn(archive.held, filter.range);
    warnUnknown(filter.activities, names, surroundings);
    const plan = { ...(await planOf(options, names, surroundings)), filter };
    const count = new ExportCount();
    const pieces = exportDays(
      archive.held,
      {
        filter,
        form: plan.form,
        ...(plan.change && { change: plan.change }),
        progress: progressOn(surroundings),
      },
      count,
    );
    const notes = plan.csv?.notes ?? [];
    const { clock } = surroundings;
    const outcome = () => exportOutcome({ options, archive, filter, count, notes, nowMs: clock.now() });
    const going = { archive, options, pieces, outcome, notes };
    return options.out === undefined
      ? toStandardOutput(going, surroundings)
      : toFile(options.out, going, surroundings);
  });
};

async function planOf(
  options: ExportOptions,
  { fields }: NamesIn,
  surroundings: Surroundings,
): Promise<Omit<Plan, "filter">> {
  const change = options.pseudonymise === true ? await pseudonyms(options.keepKey, surroundings) : undefined;
  if (options.format !== "csv") {
    if (options.fields !== undefined)
      throw new DaybookError("USAGE", { message: "--fields: expected --format csv beside it" });
    return { form: options.format === "json" ? jsonForm() : ndjsonForm(), csv: undefined, change };
  }
  const lake = EVENT_FIELDS.map(({ name }) => name);
  const chosen = options.fields === undefined ? undefined : listOf(options.fields);
  const { delimiter = "," } = options;
  if (delimiter.length !== 1 || /["\r\n]/.test(delimiter))
    throw new DaybookError("USAGE", { message: `--delimiter: expected one character, found "${delimiter}"` });
  const csv = new CsvWriter({
    columns: chosen ?? csvColumns(lake, fields),
    withOther: chosen === undefined && fields.has("*"),
    delimiter,
    bom: options.bom !== false,
    raw: options.raw === true,
  });
  return { form: csvForm(csv), csv, change };
}

async function pseudonyms(keepKey: string | undefined, { files, cwd }: Surroundings) {
  const key = randomBytes(KEY_BYTES);
  if (keepKey !== undefined)
    await files.writeNew(resolve(cwd, keepKey), Buffer.from(`${key.toString("hex")}\n`), 0o600);
  const people = new Pseudonyms(key);
  return (line: string): string => people.line(line);
}

/** A name that no day of the range knows is most likely misspelt. */
function warnUnknown(wanted: readonly string[], { activities }: NamesIn, { stderr }: Surroundings): void {
  const known = new Set([...activities].map((name) => name.toLowerCase()));
  for (const name of wanted.filter((one) => !known.has(one.toLowerCase()))) {
    const nearest = nearestWord(name, [...activities]);
    const meant = nearest === undefined ? "" : `; did you mean ${nearest}?`;
    stderr.write(`daybook: --activity ${name}: no day of the range has an event of this name${meant}\n`);
  }
}

function progressOn({ stderr }: Surroundings) {
  return (done: number, total: number, day: string): void => {
    redraw(stderr, `exporting ${day} (${done} of ${total})`);
  };
}
