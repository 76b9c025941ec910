/** The public entry for plugins: `import { defineStore } from "daybook/plugin"`. docs/SINKS.md is its guide. */
export { z } from "zod";
export { azureAuth } from "../config/schema/auth.js";
export type { AzureAuth } from "../config/schema/auth.js";
export { endpointUrl, filePath, secretRef } from "../config/schema/values.js";
export type { SecretRef } from "../config/schema/values.js";
export { creationTimeMicros } from "../model/creation-time.js";
export { DAY_MS, parseUtcDay, utcDayOf } from "../model/utc-day.js";
export type { UtcDay } from "../model/utc-day.js";
export { DaybookError, isDaybookError } from "../model/errors.js";
export type { ErrorCode, ErrorDetails, ObjectLock, Retry } from "../model/errors.js";
export type { Log } from "../model/log.js";
export { abortable } from "../io/abortable.js";
export type { Clock } from "../io/clock.js";
export { requireSpace } from "../io/disk-reserve.js";
export type { FileStat, FileWriter } from "../io/files.js";
export { lookAtFolder } from "../io/look-at-folder.js";
export { removeAbandoned } from "../io/abandoned-files.js";
export { Tally } from "../io/tally.js";
export { Turn } from "../io/turn.js";
export { writeFile } from "../io/write-file.js";
export { conflict } from "./conflict.js";
export { defineSink, defineStore } from "./define.js";
export { EVENT_COLUMNS, EVENT_FIELDS, RECORD_LINE, fitting } from "./event-columns.js";
export type { EventColumn, EventColumnType, EventValue } from "./event-columns.js";
export { expectedBody, readWhole } from "./expected-body.js";
export { assertKey } from "./object-key.js";
export { linesOf } from "./record-lines.js";
export { API_VERSION } from "./types.js";
export type {
  AzureToken,
  AzureTokenRequest,
  AzureTokens,
  Batch,
  Body,
  DayInLake,
  Expected,
  Host,
  ObjectStat,
  ObjectStore,
  Plugin,
  PluginFiles as Files,
  Receipt,
  RemovalReceipt,
  Sink,
  SinkPlugin,
  StorePlugin,
  StoreProtection,
} from "./types.js";
