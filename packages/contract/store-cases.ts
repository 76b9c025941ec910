import { FOLDER } from "./store-folder.js";
import { KEEPING } from "./store-keeping.js";
import type { StoreCase } from "./store-maker.js";
import { MEMORY } from "./store-memory.js";
import { CONDUCT } from "./store-promises.js";
import { READING } from "./store-reading.js";
import { SERVER } from "./store-server.js";
import { VERSIONS } from "./store-versions.js";
import { REPLACING, TOGETHER } from "./store-together.js";
import { FAILED_WRITES, WRITING } from "./store-writing.js";

/** The contract of an object store, case by case; each runs at an empty place of its own. */
export const STORE_CASES: readonly StoreCase[] = [
  ...WRITING,
  ...FAILED_WRITES,
  ...TOGETHER,
  ...REPLACING,
  ...READING,
  ...CONDUCT,
  ...SERVER,
  ...KEEPING,
  ...VERSIONS,
  ...FOLDER,
  ...MEMORY,
];
