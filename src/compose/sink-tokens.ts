import type { SecretSource } from "../config/secrets.js";
import { DaybookError } from "../model/errors.js";
import type { AzureTokenRequest } from "../plugin/types.js";
import { authorityFor } from "../source/clouds.js";
import { signIn } from "../source/sign-in/sign-in.js";
import type { SignInDoors } from "../source/sign-in/sign-in.js";
import type { Tokens } from "../source/tokens.js";
import { credentialOf } from "./credential.js";

/** The tenant whose days the sink takes. */
export interface SinkTenant {
  readonly name: string;
  /** The sign-in service with the tenant's id. */
  readonly authority: string | undefined;
}

/**
 * The tokens that a sink asks its host for, by the same sign-in as the tenant's own. A refusal is remembered until the
 * process ends. CONFIG_INVALID where the method needs a sign-in service and the tenant names none.
 */
export function sinkTokens(
  { name, authority }: SinkTenant,
  { auth, scope, tenantId }: AzureTokenRequest,
  secrets: SecretSource,
  doors: SignInDoors,
): Tokens {
  const needsAuthority = auth.method !== "managed-identity" && auth.method !== "token";
  if (authority === undefined && needsAuthority) {
    throw new DaybookError("CONFIG_INVALID", {
      message: `tenants.${name}.endpoints: found no authority, expected one: a sink signs in by ${auth.method}`,
    });
  }
  const signInAt =
    authority === undefined || tenantId === undefined ? authority : authorityFor(authority, tenantId);
  const options = { name: `a sink of ${name}`, credential: credentialOf(auth, secrets), scope };
  return signIn({ ...options, ...(signInAt === undefined ? {} : { authority: signInAt }) }, doors);
}
