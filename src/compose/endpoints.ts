import type { TenantConfig } from "../config/schema.js";
import { customEndpoints, endpointsOf } from "../source/clouds.js";
import type { Endpoints } from "../source/clouds.js";

/** Where a tenant's requests go: its cloud's hosts, or those that the configuration names. */
export function endpointsFor({ cloud, tenantId, endpoints }: TenantConfig): Endpoints {
  if (cloud !== "custom") return endpointsOf(cloud, tenantId);
  const { api = "", authority, scope } = endpoints ?? {};
  return customEndpoints({
    api,
    ...(authority === undefined ? {} : { authority }),
    ...(scope === undefined ? {} : { scope }),
  });
}
