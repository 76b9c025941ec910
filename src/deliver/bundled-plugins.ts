/** The plugins that come with Daybook, each loaded only when the configuration names it: an SDK costs 100 ms and more. */
export const BUNDLED_PLUGINS: Readonly<Record<string, () => Promise<{ readonly default: unknown }>>> = {
  "azure-blob": () => import("../../plugins/azure-blob/index.js"),
  "local-files": () => import("../../plugins/local-files/index.js"),
  parquet: () => import("../../plugins/parquet/index.js"),
  s3: () => import("../../plugins/s3/index.js"),
  postgres: () => import("../../plugins/postgres/index.js"),
};
