import { posix } from "node:path";
import { DaybookError } from "../../model/errors.js";
import type { Files } from "../../io/files.js";

/** The environment variables, given by the process edge. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Where this machine's managed identity gives tokens. */
export interface IdentityEndpoint {
  readonly kind: "app-service" | "arc" | "vm";
  readonly url: string;
  readonly apiVersion: string;
  /** The parameter that names a user-assigned identity by its resource id. */
  readonly resourceIdName: "mi_res_id" | "msi_res_id";
  readonly secretHeaders: Readonly<Record<string, string>>;
}

const ARC_AGENT = "/opt/azcmagent/bin/himds";
const ARC_ENDPOINT = "http://127.0.0.1:40342/metadata/identity/oauth2/token";
const ARC_KEYS = "/var/opt/azcmagent/tokens";

/**
 * App Service, Azure Arc, or the metadata service of a VM, in the order of Microsoft's libraries. Variables:
 * https://learn.microsoft.com/azure/app-service/overview-managed-identity#rest-endpoint-reference. Throws SIGNIN_REFUSED when
 * one is no address.
 */
export async function identityEndpoint(
  subject: string,
  environment: Environment,
  files: Pick<Files, "stat">,
): Promise<IdentityEndpoint> {
  const { IDENTITY_ENDPOINT: url, IDENTITY_HEADER: header, IMDS_ENDPOINT: imds } = environment;
  if (url !== undefined && header !== undefined) {
    return {
      kind: "app-service",
      url: address(subject, "IDENTITY_ENDPOINT", url),
      apiVersion: "2019-08-01",
      resourceIdName: "mi_res_id",
      secretHeaders: { "x-identity-header": header },
    };
  }
  if (url !== undefined && imds !== undefined) return arc(address(subject, "IDENTITY_ENDPOINT", url));
  if ((await files.stat(ARC_AGENT)) !== undefined) return arc(ARC_ENDPOINT);

  const host = environment["AZURE_POD_IDENTITY_AUTHORITY_HOST"] ?? "http://169.254.169.254";
  return {
    kind: "vm",
    url: new URL(
      "/metadata/identity/oauth2/token",
      address(subject, "AZURE_POD_IDENTITY_AUTHORITY_HOST", host),
    ).href,
    apiVersion: "2018-02-01",
    resourceIdName: "msi_res_id",
    secretHeaders: {},
  };
}

/**
 * The key file that Arc's challenge names, when it is in Arc's own folder: another program on the agent's port must not be
 * able to make us send another file.
 */
export function arcKeyPath(challenge: string | undefined): string | undefined {
  const path = /^Basic realm="?([^"]+?)"?$/i.exec(challenge?.trim() ?? "")?.[1];
  if (path === undefined) return undefined;
  return path === posix.join(ARC_KEYS, posix.basename(path)) && path.endsWith(".key") ? path : undefined;
}

function arc(url: string): IdentityEndpoint {
  return { kind: "arc", url, apiVersion: "2020-06-01", resourceIdName: "msi_res_id", secretHeaders: {} };
}

function address(subject: string, name: string, value: string): string {
  const url = URL.parse(value);
  if (url !== null && /^https?:$/.test(url.protocol)) return url.href;
  throw new DaybookError("SIGNIN_REFUSED", {
    message: `${subject}: ${name} in the environment is no http address, expected the managed identity endpoint`,
    hint: `unset ${name}, or let the platform set it`,
  });
}
