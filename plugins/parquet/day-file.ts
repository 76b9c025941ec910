import { DaybookError, Tally, abortable, linesOf, writeFile } from "daybook/plugin";
import type { Batch, Files } from "daybook/plugin";
import type { StoredFile } from "./day-marker.js";
import { openEngine } from "./engine.js";
import type { EngineName } from "./engine.js";
import { RowGroup } from "./row-group.js";
import { TimeBounds } from "./time-bounds.js";

export interface DayFile {
  readonly file: StoredFile;
  readonly times: TimeBounds;
}

/**
 * Writes the batch as a Parquet file at `path`, with one row group in memory at a time. SINK_MISMATCH, and no file, when
 * there are more or fewer lines than the batch promises.
 */
export async function writeDayFile(
  batch: Batch,
  { engine, files, path }: { engine: EngineName; files: Files; path: string },
  signal: AbortSignal,
): Promise<DayFile> {
  const tally = new Tally();
  const times = new TimeBounds();
  await writeFile(files, path, tally.of(encodeDay(batch, { engine, times }, signal)));
  return { file: { bytes: tally.bytes, sha256: tally.sha256() }, times };
}

/** Throws SINK_MISMATCH when a batch that promises no line has one. */
export async function requireNoLine(batch: Batch, signal: AbortSignal): Promise<void> {
  const blocks = abortable(batch.blocks(), signal);
  const first = await blocks.next();
  await blocks.return();
  if (first.done !== true) throw countMismatch(batch, "1 or more");
}

async function* encodeDay(
  batch: Batch,
  { engine: name, times }: { engine: EngineName; times: TimeBounds },
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  const engine = await openEngine(name, factsOf(batch));
  const encode = (columns: RowGroup["columns"]): Promise<Uint8Array> => {
    times.add(columns);
    return engine.encodeGroup(columns);
  };
  let group = new RowGroup();
  let records = 0;
  for await (const block of abortable(batch.blocks(), signal)) {
    for (const line of linesOf(block)) {
      records += 1;
      if (records > batch.records) throw countMismatch(batch, `${records} or more`);
      group.add(line, records, batch.revision);
      if (!group.isFull) continue;
      yield await encode(group.columns);
      group = new RowGroup();
    }
  }
  if (records !== batch.records) throw countMismatch(batch, String(records));
  if (!group.isEmpty) yield await encode(group.columns);
  yield await engine.encodeEnd();
}

/** What the file contains, for readers that have nothing but the file. */
function factsOf(batch: Batch): Readonly<Record<string, string>> {
  return {
    "daybook.tenant_id": batch.tenantId,
    "daybook.day": batch.day,
    "daybook.revision": String(batch.revision),
    "daybook.manifest_sha256": batch.manifestSha256,
    "daybook.event_set_sha256": batch.eventSetSha256,
  };
}

function countMismatch({ day, records }: Batch, found: string): DaybookError {
  return new DaybookError("SINK_MISMATCH", {
    message: `${day}: expected ${records} record lines, found ${found}`,
  });
}
