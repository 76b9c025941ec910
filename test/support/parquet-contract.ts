import { describe } from "vitest";
import { sinkContract } from "../../packages/contract/index.js";
import type { ContractPart, SinkMaker } from "../../packages/contract/index.js";
import { ENGINE_NAMES } from "../../plugins/parquet/engine.js";
import type { EngineName } from "../../plugins/parquet/engine.js";
import type { Table } from "../../plugins/parquet/options.js";
import { parquetPlace, unusableParquetPlace } from "./parquet-place.js";

const MADE: readonly { readonly engine: EngineName; readonly table: Table }[] = [
  ...ENGINE_NAMES.map((engine) => ({ engine, table: "none" as const })),
  { engine: "hyparquet-writer", table: "delta" },
];

/** A part of the contract for each engine, and for a lake with a table's log. */
export function parquetContract(part: ContractPart): void {
  describe.each(MADE)("$engine, table: $table", ({ engine, table }) => {
    const maker: SinkMaker = {
      make: () => parquetPlace(engine, table),
      unusable: () => unusableParquetPlace(engine, table),
    };

    sinkContract("parquet", maker, part);
  });
}
