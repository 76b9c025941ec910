import { setGlobalProxyFromEnv } from "node:http";
import { DaybookError } from "../model/errors.js";

/** The proxies to use, under the names that Node and the SDKs of the sinks know (`new https.Agent({ proxyEnv })`). */
export interface ProxySettings {
  readonly HTTPS_PROXY?: string;
  readonly HTTP_PROXY?: string;
  readonly NO_PROXY: string;
}

type Environment = Readonly<Record<string, string | undefined>>;

// This machine, and the metadata service that managed identities ask: it exists on the machine's own link only, and a proxy
// would ask for the token of its own machine.
const NEVER_THROUGH_PROXY = ["localhost", "127.0.0.1", "::1", "[::1]", "169.254.169.254"];

/**
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY of the environment, also in lower case, which wins as in curl. Undefined when no proxy is
 * named. Throws CONFIG_INVALID, without the value: it may hold a password.
 */
export function proxySettings(environment: Environment): ProxySettings | undefined {
  const https = proxyAddress(environment, "HTTPS_PROXY");
  const http = proxyAddress(environment, "HTTP_PROXY");
  if (https === undefined && http === undefined) return undefined;
  const not = (environment["no_proxy"] ?? environment["NO_PROXY"] ?? "").split(/[\s,]+/).filter(Boolean);
  return {
    ...(https === undefined ? {} : { HTTPS_PROXY: https }),
    ...(http === undefined ? {} : { HTTP_PROXY: http }),
    // The star counts only when it stands alone.
    NO_PROXY: not.includes("*")
      ? "*"
      : [...not, ...NEVER_THROUGH_PROXY, ...identityHosts(environment)].join(","),
  };
}

/**
 * Sends the requests of the whole process (fetch, node:http, node:https) through the proxies. Called once at the start; returns
 * what undoes it.
 */
export function useProxy(settings: ProxySettings): () => void {
  return setGlobalProxyFromEnv({ ...settings });
}

/** Where the platform gives this machine its identity (App Service, Container Apps): the request carries a secret header. */
function identityHosts(environment: Environment): readonly string[] {
  const addresses = [environment["IDENTITY_ENDPOINT"], environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"]];
  return addresses.flatMap((address) => URL.parse(address ?? "")?.hostname ?? []);
}

function proxyAddress(environment: Environment, name: "HTTPS_PROXY" | "HTTP_PROXY"): string | undefined {
  const value = environment[name.toLowerCase()] ?? environment[name];
  if (value === undefined || value === "") return undefined;
  // curl takes a proxy without a scheme as http.
  const url = URL.parse(value.includes("://") ? value : `http://${value}`);
  if (url !== null && /^https?:$/.test(url.protocol) && url.hostname !== "") return url.href;
  throw new DaybookError("CONFIG_INVALID", {
    message: `${name} in the environment: found no http or https address, expected http://host:port`,
    hint: "a SOCKS proxy cannot be used",
  });
}
