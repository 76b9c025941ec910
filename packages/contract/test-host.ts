import { systemClock } from "../../src/io/clock.js";
import { nodeFiles } from "../../src/io/node-files.js";
import { DaybookError } from "../../src/model/errors.js";
import type { Log } from "../../src/model/log.js";
import type { Host } from "../../src/plugin/types.js";

export const silentLog: Log = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** What a plugin gets in its tests: the real disk and clock, a silent log, no secret, no sign-in, no other store. */
export function testHost(more: Partial<Host> = {}): Host {
  return {
    log: silentLog,
    clock: systemClock,
    files: nodeFiles,
    tenant: "contoso",
    openStore: () => {
      throw new DaybookError("PLUGIN_INVALID", { message: "the test host opens no store" });
    },
    secret: () => {
      throw new DaybookError("SECRET_UNREADABLE", { message: "the test host has no secret" });
    },
    azureTokens: () => {
      throw new DaybookError("SIGNIN_REFUSED", { message: "the test host has no sign-in" });
    },
    ...more,
  };
}
