import type { Log } from "../../../src/model/log.js";

function ignore(): void {
  return undefined;
}

export const SILENT: Log = { debug: ignore, info: ignore, warn: ignore, error: ignore };
