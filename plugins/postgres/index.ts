import { defineSink } from "daybook/plugin";
import { postgresOptions } from "./options.js";
import { PostgresSink } from "./postgres-sink.js";

/** The current view of each day as rows of a PostgreSQL database. */
export default defineSink({
  name: "postgres",
  apiVersion: 1,
  options: postgresOptions,
  open: (options, host) => new PostgresSink(options, host),
});
