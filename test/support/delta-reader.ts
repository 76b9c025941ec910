import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { parquetRows } from "./parquet-rows.js";

/*
 * A reader of Delta tables written from the protocol's text alone (https://github.com/delta-io/delta/blob/master/PROTOCOL.md);
 * it shares nothing with the sink. It throws at whatever the protocol forbids a writer of version 2.
 */

interface Add {
  readonly path: string;
  readonly partitionValues: Readonly<Record<string, string>>;
  readonly size: number | bigint;
  readonly stats?: string;
}

interface Action {
  readonly commitInfo?: object;
  readonly protocol?: { readonly minReaderVersion: number; readonly minWriterVersion: number };
  readonly metaData?: { readonly schemaString: string; readonly partitionColumns: readonly string[] };
  readonly txn?: { readonly appId: string; readonly version: number | bigint };
  readonly add?: Add;
  readonly remove?: { readonly path: string; readonly deletionTimestamp: number | bigint };
}

export interface DeltaTable {
  readonly version: number;
  readonly protocol: Action["protocol"];
  readonly metaData: Action["metaData"];
  readonly txns: ReadonlyMap<string, number>;
  readonly adds: ReadonlyMap<string, Add>;
  readonly removes: ReadonlySet<string>;
}

/** The newest version of the table in the folder; version -1 when there is none. */
export async function readDeltaTable(folder: string): Promise<DeltaTable> {
  const log = join(folder, "_delta_log");
  const names = await readdir(log).catch((): string[] => []);
  const start = await readCheckpoint(log, names);
  const table = {
    version: start.version,
    protocol: undefined as Action["protocol"],
    metaData: undefined as Action["metaData"],
    txns: new Map<string, number>(),
    adds: new Map<string, Add>(),
    removes: new Set<string>(),
  };
  const replay = (actions: readonly Action[]): void => {
    for (const { protocol, metaData, txn, add, remove } of actions) {
      if (protocol) table.protocol = protocol;
      if (metaData) table.metaData = metaData;
      if (txn) table.txns.set(txn.appId, Number(txn.version));
      if (remove) {
        table.adds.delete(remove.path);
        table.removes.add(remove.path);
      }
      if (add) {
        table.adds.set(add.path, add);
        table.removes.delete(add.path);
      }
    }
  };
  replay(start.actions);
  const commits = names.filter(
    (name) => /^\d{20}\.json$/.test(name) && Number(name.slice(0, 20)) > start.version,
  );
  for (const name of commits.toSorted()) {
    table.version += 1;
    if (Number(name.slice(0, 20)) !== table.version) throw new Error(`version ${table.version} is missing`);
    replay(await readCommit(join(log, name)));
  }
  if (table.version >= 0 && (!table.protocol || !table.metaData)) throw new Error("no protocol or metaData");
  for (const { path, size } of table.adds.values()) {
    const { size: found } = await stat(join(folder, decodeURIComponent(path)));
    if (found !== Number(size)) throw new Error(`${path}: expected ${size} bytes, found ${found}`);
  }
  return table;
}

/** Every row of the table, with the values of its partition. */
export async function readDeltaRows(folder: string): Promise<readonly Record<string, unknown>[]> {
  const { adds } = await readDeltaTable(folder);
  const rows: Record<string, unknown>[] = [];
  for (const { path, partitionValues, stats } of adds.values()) {
    const found = await parquetRows(join(folder, decodeURIComponent(path)));
    const { numRecords } = JSON.parse(stats ?? "{}") as { numRecords?: number };
    if (numRecords !== undefined && numRecords !== found.length)
      throw new Error(`${path}: its statistics say ${numRecords} rows, found ${found.length}`);
    rows.push(...found.map((row) => ({ ...row, ...partitionValues })));
  }
  return rows;
}

/** The record lines of one day, in their order. */
export async function readDeltaDay(folder: string, date: string): Promise<readonly unknown[]> {
  const rows = (await readDeltaRows(folder)).filter((row) => row["date"] === date);
  return rows.toSorted((a, b) => Number(a["record_no"]) - Number(b["record_no"])).map(({ event }) => event);
}

async function readCheckpoint(
  log: string,
  names: readonly string[],
): Promise<{ readonly version: number; readonly actions: readonly Action[] }> {
  if (!names.includes("_last_checkpoint")) return { version: -1, actions: [] };
  const pointer = JSON.parse(await readFile(join(log, "_last_checkpoint"), "utf8")) as {
    readonly version: number;
    readonly size: number;
  };
  const rows = (await parquetRows(
    join(log, `${String(pointer.version).padStart(20, "0")}.checkpoint.parquet`),
  )) as readonly Action[];
  if (rows.length !== pointer.size) throw new Error(`expected ${pointer.size} actions, found ${rows.length}`);
  requireDistinct(rows, "checkpoint");
  return { version: pointer.version, actions: rows };
}

async function readCommit(path: string): Promise<readonly Action[]> {
  const text = await readFile(path, "utf8");
  if (!text.endsWith("\n")) throw new Error(`${path}: ends without a newline`);
  const actions = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Action);
  requireDistinct(actions, path);
  return actions;
}

/** "A single log entry MUST NOT include more than one action that reconciles with each other." */
function requireDistinct(actions: readonly Action[], where: string): void {
  const keys = actions.flatMap(({ protocol, metaData, txn, add, remove }) => [
    ...(protocol ? ["protocol"] : []),
    ...(metaData ? ["metaData"] : []),
    ...(txn ? [`txn ${txn.appId}`] : []),
    ...(add ? [`add ${add.path}`] : []),
    ...(remove ? [`remove ${remove.path}`] : []),
  ]);
  const twice = keys.find((key, index) => keys.indexOf(key) !== index);
  if (twice !== undefined) throw new Error(`${where}: ${twice} stands twice`);
}
