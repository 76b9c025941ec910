import { inject } from "vitest";
import type { Files } from "../../src/io/files.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { quickFiles } from "./quick-files.js";

declare module "vitest" {
  interface ProvidedContext {
    /** How archives of tests are written and read: as the product does, or without threads and without waiting for the disk. */
    readonly files?: "quick";
  }
}

/** Real files. In `npm test` nobody syncs them; the long tests and those of servers use what the product uses. */
export function testFiles(): Files {
  return inject("files") === "quick" ? quickFiles() : nodeFiles;
}
