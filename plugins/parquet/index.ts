import { tmpdir } from "node:os";
import { defineSink } from "daybook/plugin";
import { DayFiles } from "./day-files.js";
import { DeltaSink } from "./delta-sink.js";
import { parquetOptions } from "./options.js";
import { ParquetSink } from "./parquet-sink.js";

/** The current view of each day as one Parquet file on any store, as they are or as a Delta table. */
export default defineSink({
  name: "parquet",
  apiVersion: 1,
  options: parquetOptions,
  open: ({ to, engine, table, work = tmpdir() }, host) => {
    const { files, clock } = host;
    const store = host.openStore(to);
    const days = new DayFiles({ store, files, engine, work });
    const folder = `tenant=${host.tenant}`;
    switch (table) {
      case "none":
        return new ParquetSink({ store, days, folder });
      case "delta":
        return new DeltaSink({ store, days, clock, folder });
      default:
        return table satisfies never;
    }
  },
});
