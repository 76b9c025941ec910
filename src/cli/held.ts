import { OPEN_SINKS, OUTSIDE, RULES, TENANT } from "../compose/container.js";
import type { Composition } from "../compose/container.js";
import { HeldTenant } from "../compose/read-only-tenant.js";
import type { DayRange } from "../model/utc-day.js";
import { wholeRange } from "../view/tenant-view.js";
import type { CommonOptions, Surroundings } from "./command.js";
import { openWorkspace } from "./workspace.js";
import type { Workspace } from "./workspace.js";

/** A tenant that a looking command looks at; `held` is undefined when nothing was ever archived. */
export interface LookedAt {
  readonly name: string;
  readonly container: Composition;
  readonly held: HeldTenant | undefined;
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
  { name, container }: Workspace["tenants"][number],
  { signal }: Surroundings,
  look: (tenant: LookedAt) => Promise<T>,
): Promise<T> {
  const { files, clock } = container.resolve(OUTSIDE);
  const held = await HeldTenant.open({
    tenant: name,
    root: container.resolve(TENANT).root,
    files,
    rules: container.resolve(RULES),
    nowMs: clock.now(),
    signal,
    openSinks: container.resolve(OPEN_SINKS),
  });
  try {
    return await look({ name, container, held });
  } finally {
    await held?.close();
  }
}

/** Every day that the archive could have. */
export function rangeOf({ held, container }: LookedAt): DayRange {
  const facts = { index: held?.index, rules: container.resolve(RULES) };
  return wholeRange(facts, container.resolve(OUTSIDE).clock.now());
}
