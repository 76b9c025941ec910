import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Host, ObjectStore, Sink } from "daybook/plugin";
import localFiles from "../../plugins/local-files/index.js";
import type { EngineName } from "../../plugins/parquet/engine.js";
import parquet from "../../plugins/parquet/index.js";
import type { Table } from "../../plugins/parquet/options.js";
import { testHost } from "./plugin-host.js";

export interface ParquetPlace {
  /** The folder of the store. */
  readonly lake: string;
  readonly work: string;
  open(tenant?: string, host?: Partial<Host>): Sink;
  dispose(): Promise<void>;
}

/** A new, empty place for Parquet files in a folder of the real disk. */
export async function parquetPlace(
  engine: EngineName = "hyparquet-writer",
  table: Table = "none",
): Promise<ParquetPlace> {
  const root = await mkdtemp(join(tmpdir(), "daybook-parquet-test-"));
  return placeBelow(root, join(root, "lake"), { engine, table });
}

/** One whose store cannot be made: a file stands where its folder must be. */
export async function unusableParquetPlace(engine: EngineName, table: Table = "none"): Promise<ParquetPlace> {
  const root = await mkdtemp(join(tmpdir(), "daybook-parquet-test-"));
  await writeFile(join(root, "lake"), "");
  return placeBelow(root, join(root, "lake", "below"), { engine, table });
}

/** The store that the sink is given for `to:`. */
export function openLocalStore(spec: unknown): ObjectStore {
  const { use: _use, ...options } = spec as { readonly use: string };
  return localFiles.open(localFiles.options.parse(options), testHost());
}

function placeBelow(
  root: string,
  lake: string,
  { engine, table }: { engine: EngineName; table: Table },
): ParquetPlace {
  const work = join(root, "work");
  const options = parquet.options.parse({
    to: { use: "local-files", path: lake, reserve: "0" },
    engine,
    table,
    work,
  });
  return {
    lake,
    work,
    open: (tenant = "contoso", host = {}) =>
      parquet.open(options, testHost({ tenant, openStore: openLocalStore, ...host })),
    dispose: () => rm(root, { recursive: true, force: true }),
  };
}
