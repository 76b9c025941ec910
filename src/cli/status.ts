import { isDaybookError } from "../model/errors.js";
import type { Command, CommonOptions, Surroundings } from "./command.js";
import { coverTenant, coverageText } from "./coverage.js";
import { worstExit } from "./exit-codes.js";
import { lookAt, rangeOf } from "./held.js";
import { tenantText } from "./status-text.js";
import { statusOf } from "./tenant-status.js";
import type { FoundStatus } from "./tenant-status.js";
import { openWorkspace } from "./workspace.js";
import type { Tenant } from "../compose/tenant-parts.js";

export interface StatusOptions extends CommonOptions {
  readonly days?: boolean;
}

interface Told extends FoundStatus {
  /** Empty without --days. */
  readonly calendar: string;
}

/**
 * Exit 67 with a gap, a lost day or one that is overdue, 69 with a sink that did not take what it lacks, 65 where damage was
 * found, and as the daemon's last pass failed. Changes nothing; the daemon may hold the archives meanwhile.
 */
export const status: Command<StatusOptions> = async (options, surroundings) => {
  const { tenants } = await openWorkspace(options, surroundings);
  const told: Told[] = [];
  for (const tenant of tenants) told.push(await tellTenant(tenant, options, surroundings));
  const nowMs = surroundings.clock.now();
  return {
    exit: worstExit(told.flatMap(({ exits }) => exits)),
    text: told
      .map((one) => [tenantText(one.status, nowMs), one.calendar].filter(Boolean).join("\n"))
      .join("\n"),
    json: { format: "daybook.status/1", tenants: told.map((one) => one.status) },
  };
};

/** An archive that cannot be read has a status of its own and does not hide the other tenants. */
async function tellTenant(
  tenant: Tenant,
  { days = false }: StatusOptions,
  surroundings: Surroundings,
): Promise<Told> {
  try {
    return await lookAt(tenant, surroundings, async (looked) => ({
      ...(await statusOf(looked)),
      calendar: days ? coverageText(await coverTenant(looked, rangeOf(looked)), false) : "",
    }));
  } catch (error) {
    surroundings.signal.throwIfAborted();
    if (!isDaybookError(error)) throw error;
    return {
      ...(await statusOf({ tenant, held: undefined, signal: surroundings.signal }, error)),
      calendar: "",
    };
  }
}
