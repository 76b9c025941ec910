import type { OptionEntry } from "./global-options.js";

/** Which archive a query reads, and what it may use. */
export const SCOPE_OPTIONS: readonly OptionEntry[] = [
  { flags: "--sink <name>", help: "the archive in this record sink (default: the state folder)" },
  { flags: "--path <folder>", help: "an archive in a folder; needs no configuration" },
  {
    flags: "--lake <name>",
    help: "read days from the files of this parquet sink, which lies on this host: faster, and not compared with the manifests",
  },
  { flags: "--memory <size>", help: "memory of the query engine, such as 512MB or 4GB", fallback: "512MB" },
  { flags: "--time-limit <time>", help: "time of one query, such as 5m or 1h", fallback: "5m" },
];
