import { filePath, z } from "daybook/plugin";
import { ENGINE_NAMES } from "./engine.js";

/** How the files of a tenant are one table, if they are. */
export const TABLES = ["none", "delta"] as const;
export type Table = (typeof TABLES)[number];

export const parquetOptions = z.strictObject({
  to: z.looseObject({ use: z.string() }).meta({
    description: "The store that takes the files: `use` and the store's own options",
    examples: [{ use: "local-files", path: "/srv/lake" }],
  }),
  engine: z
    .enum(ENGINE_NAMES)
    .default("hyparquet-writer")
    .meta({ description: "What writes the files; the plugin's README compares the two" }),
  table: z.enum(TABLES).default("none").meta({
    description:
      "`delta` keeps the log of a Delta table beside the files, so that Fabric, OneLake, Databricks and Spark open them as one table; docs/LAKE.md has recipes",
  }),
  work: filePath.optional().meta({
    description:
      "The folder for a day's file while it is made or read; the system's temporary folder when absent",
    examples: ["/var/tmp"],
  }),
});
