import { describe } from "vitest";
import { sinkContract } from "daybook/plugin/contract";
import type { SinkMaker } from "daybook/plugin/contract";
import { ENGINE_NAMES } from "../../../plugins/parquet/engine.js";
import type { EngineName } from "../../../plugins/parquet/engine.js";
import type { Table } from "../../../plugins/parquet/options.js";
import { parquetPlace, unusableParquetPlace } from "../../support/parquet-place.js";

const MADE: readonly { readonly engine: EngineName; readonly table: Table }[] = [
  ...ENGINE_NAMES.map((engine) => ({ engine, table: "none" as const })),
  { engine: "hyparquet-writer", table: "delta" },
];

describe.each(MADE)("$engine, table: $table", ({ engine, table }) => {
  const maker: SinkMaker = {
    make: () => parquetPlace(engine, table),
    unusable: () => unusableParquetPlace(engine, table),
  };

  sinkContract("parquet", maker);
});
