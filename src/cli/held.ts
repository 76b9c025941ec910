import { HeldTenant } from "../compose/read-only-tenant.js";
import type { Tenant } from "../compose/tenant-parts.js";
import type { DayRange } from "../model/utc-day.js";
import { wholeRange } from "../view/tenant-view.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { openWorkspace } from "./workspace.js";

/** A tenant that a looking command looks at; `held` is undefined when nothing was ever archived. */
export interface LookedAt {
  readonly tenant: Tenant;
  readonly held: HeldTenant | undefined;
  readonly signal: AbortSignal;
}

/** Opens each tenant asked for, for reading only, and closes it when `look` is done with it. */
export async function lookAtTenants<T>(
  options: CommonOptions,
  surroundings: Surroundings,
  look: (tenant: LookedAt) => Promise<T>,
): Promise<readonly T[]> {
  const { tenants } = await openWorkspace(options, surroundings);
  const results: T[] = [];
  for (const tenant of tenants) results.push(await lookAt(tenant, surroundings, look));
  return results;
}

/** One tenant, for reading only. */
export async function lookAt<T>(
  tenant: Tenant,
  { signal }: Surroundings,
  look: (tenant: LookedAt) => Promise<T>,
): Promise<T> {
  const { name, root, files, rules, clock, openSinks } = tenant;
  const held = await HeldTenant.open({
    tenant: name,
    root,
    files,
    rules,
    nowMs: clock.now(),
    signal,
    openSinks,
  });
  try {
    return await look({ tenant, held, signal });
  } finally {
    await held?.close();
  }
}

/** Every day that the archive could have. */
export function rangeOf({ held, tenant }: LookedAt): DayRange {
  return wholeRange({ index: held?.index, rules: tenant.rules }, tenant.clock.now());
}
