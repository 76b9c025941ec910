/**
 * The clouds that serve Power BI. API base and token resource are those of Microsoft's cmdlets (microsoft/powerbi-powershell,
 * src/Common/Commands.Common/settings.json); authorities those of
 * https://learn.microsoft.com/entra/identity-platform/authentication-national-cloud; continuation hosts follow the resource.
 * Germany is retired and never offered the activity log.
 */
export const CLOUDS = {
  /** `Public` in the cmdlets. */
  public: cloud("api.powerbi.com", "analysis.windows.net", "login.microsoftonline.com"),
  /** `USGov`. Its directory is the commercial one. */
  gcc: cloud("api.powerbigov.us", "analysis.usgovcloudapi.net", "login.microsoftonline.com"),
  /** `USGovHigh`, which also serves DoDCON. */
  "gcc-high": cloud("api.high.powerbigov.us", "high.analysis.usgovcloudapi.net", "login.microsoftonline.us"),
  /** `USGovMil`. */
  dod: cloud("api.mil.powerbigov.us", "mil.analysis.usgovcloudapi.net", "login.microsoftonline.us"),
  /** `China`, operated by 21Vianet. */
  china: cloud("api.powerbi.cn", "analysis.chinacloudapi.cn", "login.chinacloudapi.cn"),
} as const satisfies Record<string, Cloud>;

export type CloudName = keyof typeof CLOUDS;

export interface Cloud {
  /** Base of every request to the source, with a slash at the end. */
  readonly api: string;
  /** The scope of the token. */
  readonly scope: string;
  /** The sign-in service, without the tenant. */
  readonly authority: string;
  /** Hosts that a continuationUri of this cloud may name: these, and whatever lies below them. They are recorded, never called. */
  readonly continuationHosts: readonly string[];
}

/** Where one tenant's requests go. */
export interface Endpoints {
  readonly api: string;
  /** The sign-in service with the tenant; absent only where no sign-in is made. */
  readonly authority?: string;
  readonly scope?: string;
  readonly continuationHosts: readonly string[];
}

export function endpointsOf(name: CloudName, tenantId: string): Endpoints {
  const { api, scope, authority, continuationHosts } = CLOUDS[name];
  return { api, scope, authority: `${authority}/${tenantId}`, continuationHosts };
}

/** The sign-in service of the same cloud for another directory. */
export function authorityFor(authority: string, tenantId: string): string {
  return new URL(tenantId, authority).href;
}

/**
 * `custom`: a private cloud, a reverse proxy or the simulator. Its continuations name its own host, or where a proxy stands
 * before a known cloud, that cloud's.
 */
export function customEndpoints(custom: Omit<Endpoints, "continuationHosts">): Endpoints {
  const known = Object.values(CLOUDS).flatMap(({ continuationHosts }) => continuationHosts);
  return { ...custom, continuationHosts: [new URL(custom.api).hostname, ...known] };
}

/** Whether the host of a continuationUri belongs to the cloud. One that does not is worth an alarm (fault 10). */
export function isContinuationHost(endpoints: Endpoints, host: string): boolean {
  const name = host.toLowerCase().replace(/:\d+$/, "");
  const known = [new URL(endpoints.api).hostname, ...endpoints.continuationHosts];
  return known.some((suffix) => name === suffix || name.endsWith(`.${suffix}`));
}

function cloud(apiHost: string, resourceHost: string, authorityHost: string): Cloud {
  return {
    api: `https://${apiHost}/`,
    scope: `https://${resourceHost}/powerbi/api/.default`,
    authority: `https://${authorityHost}`,
    continuationHosts: [resourceHost],
  };
}
