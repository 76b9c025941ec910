import type { Command, CommonOptions } from "./command.js";
import { lookAtSinks, lookedResult } from "./look.js";
import type { Looked } from "./look.js";
import { openWorkspace } from "./workspace.js";

/** Proves every configured sink: each writes a probe, reads it back and removes it. */
export const sinksCheck: Command<CommonOptions> = async (options, surroundings) => {
  const { loaded, tenants } = await openWorkspace(options, surroundings);
  const looked: Looked[] = [];
  for (const tenant of tenants) {
    looked.push(...(await lookAtSinks(tenant, "probe", surroundings.signal)));
  }
  return lookedResult(loaded.path, looked, { config: loaded.path });
};
