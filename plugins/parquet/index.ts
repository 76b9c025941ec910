import { tmpdir } from "node:os";
import { defineSink } from "daybook/plugin";
import { parquetOptions } from "./options.js";
import { ParquetSink } from "./parquet-sink.js";

/** The current view of each day as one Parquet file on any store. */
export default defineSink({
  name: "parquet",
  apiVersion: 1,
  options: parquetOptions,
  open: ({ to, engine, work = tmpdir() }, host) =>
    new ParquetSink({
      store: host.openStore(to),
      files: host.files,
      tenant: host.tenant,
      engine,
      work,
    }),
});
