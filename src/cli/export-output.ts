import { randomBytes } from "node:crypto";
import { basename, dirname, join, resolve } from "node:path";
import type { ColumnNote } from "../export/csv.js";
import { writeFile } from "../io/write-file.js";
import { DaybookError } from "../model/errors.js";
import type { CommandResult, Surroundings } from "./command.js";
import type { ExportOptions } from "./export-options.js";
import { summaryText } from "./export-summary.js";
import type { ExportSummary } from "./export-summary.js";
import type { ReadArchive } from "./held-archive.js";
import { askArchive } from "./retention-request.js";
import { redraw } from "./progress.js";

/** An export under way. */
export interface Going {
  readonly archive: ReadArchive;
  readonly options: ExportOptions;
  readonly pieces: AsyncIterable<Uint8Array>;
  /** What has gone out so far. */
  readonly outcome: () => ExportSummary;
  /** Empty unless it is CSV. */
  readonly notes: readonly ColumnNote[];
}

/** Also an export that its reader cut short left the archive, so it is recorded too. */
export async function toStandardOutput(going: Going, surroundings: Surroundings): Promise<CommandResult> {
  const { pieces, outcome, options } = going;
  try {
    for await (const piece of pieces) await surroundings.output.write(piece);
  } catch (error) {
    const given = outcome();
    if (given.bytes > 0)
      await recorded({ ...given, form: `${given.form}, interrupted` }, going, surroundings);
    throw error;
  } finally {
    redraw(surroundings.stderr);
  }
  const summary = await recorded(outcome(), going, surroundings);
  if (options.quiet !== true) surroundings.stderr.write(`${summaryText(summary)}\n`);
  await writeSummary(options.summary, summary, surroundings);
  return { exit: summary.exit, text: "", json: summary };
}

/** The file appears when it is complete and the act is in the ledger. */
export async function toFile(out: string, going: Going, surroundings: Surroundings): Promise<CommandResult> {
  const { pieces, outcome, options, notes } = going;
  const { files, cwd } = surroundings;
  const path = resolve(cwd, out);
  if ((await files.stat(path)) !== undefined)
    throw new DaybookError("USAGE", { message: `--out: ${path} is there already, expected a new name` });
  const temporary = join(dirname(path), `.${basename(path)}.${randomBytes(4).toString("hex")}.new`);
  try {
    await writeFile(files, temporary, pieces, 0o600);
  } finally {
    redraw(surroundings.stderr);
  }
  const summary = await publish(temporary, path, () => recorded(outcome(), going, surroundings), files);
  if (notes.length > 0) await files.writeNew(`${path}.columns.json`, columnsJson(notes), 0o600);
  await writeSummary(options.summary, summary, surroundings);
  return { exit: summary.exit, text: `${path}: ${summaryText(summary)}`, json: summary };
}

async function publish<T>(
  temporary: string,
  path: string,
  before: () => Promise<T>,
  files: Surroundings["files"],
): Promise<T> {
  try {
    const result = await before();
    await files.link(temporary, path);
    return result;
  } finally {
    await files.remove(temporary);
    await files.syncFolder(dirname(path));
  }
}

/** The act in the own archive's ledger, with the number that it got. An archive that is only looked at gets none. */
export async function recorded(
  summary: ExportSummary,
  { archive: { tenant }, options }: Pick<Going, "archive" | "options">,
  surroundings: Surroundings,
): Promise<ExportSummary> {
  if (tenant === undefined || options.act === false) return summary;
  const { range, filters, records, bytes, sha256, form, recipient } = summary;
  const answer = await askArchive(
    tenant,
    {
      act: "export-produced",
      produced: {
        from: range.days.from,
        to: range.days.to,
        filters: JSON.stringify(filters),
        records,
        bytes,
        sha256,
        form,
        recipient,
      },
    },
    {},
    surroundings,
  );
  return "kind" in answer && answer.kind === "export" ? { ...summary, export: answer.number } : summary;
}

export async function writeSummary(
  path: string | undefined,
  summary: ExportSummary,
  { files, cwd }: Surroundings,
): Promise<void> {
  if (path === undefined) return;
  await files.writeNew(resolve(cwd, path), Buffer.from(`${JSON.stringify(summary, null, 2)}\n`), 0o600);
}

function columnsJson(notes: readonly ColumnNote[]): Uint8Array {
  const columns = notes.map(({ column, guarded, cut }) => ({ column, guarded, cut }));
  return Buffer.from(`${JSON.stringify({ format: "daybook.columns/1", columns }, null, 2)}\n`);
}
