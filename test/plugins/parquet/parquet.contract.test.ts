import { describe } from "vitest";
import { sinkContract } from "daybook/plugin/contract";
import type { SinkMaker } from "daybook/plugin/contract";
import { ENGINE_NAMES } from "../../../plugins/parquet/engine.js";
import type { EngineName } from "../../../plugins/parquet/engine.js";
import { parquetPlace, unusableParquetPlace } from "../../support/parquet-place.js";

describe.each(ENGINE_NAMES)("%s", (engine: EngineName) => {
  const maker: SinkMaker = {
    make: () => parquetPlace(engine),
    unusable: () => unusableParquetPlace(engine),
  };

  sinkContract("parquet", maker);
});
