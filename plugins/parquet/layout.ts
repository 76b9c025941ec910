import { DaybookError } from "daybook/plugin";
import type { ObjectStore } from "daybook/plugin";

/** SINK_CONFLICT when the folder is a Delta table: files beside it would be read twice or not at all. */
export async function requireNoTable(store: ObjectStore, folder: string, signal: AbortSignal): Promise<void> {
  for await (const key of store.list(`${folder}/_delta_log/`, signal))
    throw otherLayout("table: none", key, "a Delta table");
}

/** SINK_CONFLICT when the folder has days that were delivered without a table. */
export async function requireNoPlainDays(
  store: ObjectStore,
  folder: string,
  signal: AbortSignal,
): Promise<void> {
  for await (const key of store.list(`${folder}/date=`, signal)) {
    if (key.endsWith("/_day.json")) throw otherLayout("table: delta", key, "days without a table");
  }
}

function otherLayout(expected: string, key: string, found: string): DaybookError {
  return new DaybookError("SINK_CONFLICT", {
    message: `${key}: expected what \`${expected}\` wrote, found ${found}`,
    hint: "give the sink another path, or remove the tenant's folder there; then run `daybook archive --backfill-sink NAME`",
  });
}
