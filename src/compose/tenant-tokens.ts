import { join } from "node:path";
import type { Redactor } from "../config/redactor.js";
import type { SecretSource } from "../config/secrets.js";
import type { OpenOptions } from "../deliver/plugin-set.js";
import type { OpenedSinks } from "../deliver/opened-sinks.js";
import type { Log } from "../model/log.js";
import type { Endpoints } from "../source/clouds.js";
import { LastOutcome } from "../source/last-outcome.js";
import { SIGN_IN_STAMP } from "../source/refusal-backoff.js";
import { signIn } from "../source/sign-in/sign-in.js";
import type { SignInDoors } from "../source/sign-in/sign-in.js";
import type { Tokens } from "../source/tokens.js";
import { credentialOf } from "./credential.js";
import { sinkTokens } from "./sink-tokens.js";
import type { ConfiguredSinks, Outside, TenantScope } from "./tenant-parts.js";
import type { LoadedConfig } from "../config/load.js";

export interface SignInParts {
  readonly outside: Outside;
  readonly scope: TenantScope;
  readonly endpoints: Endpoints;
  readonly secrets: SecretSource;
  readonly log: Log;
}

/** Tokens for the tenant's source. `isStored`: what came of a sign-in is kept on disk, and a refusal is remembered across starts. */
export function tenantTokens(parts: SignInParts, isStored: boolean): Tokens {
  const { outside, scope: tenant, secrets } = parts;
  const { authority, scope } = parts.endpoints;
  const options = {
    name: tenant.name,
    credential: credentialOf(tenant.config.auth, secrets),
    ...(isStored
      ? {
          outcome: new LastOutcome(outside.files, { root: tenant.root, asked: "signIn" }, outside.clock),
          stampPath: join(tenant.root, SIGN_IN_STAMP),
        }
      : {}),
    ...(authority === undefined ? {} : { authority }),
    ...(scope === undefined ? {} : { scope }),
  };
  return redacted(signIn(options, doorsOf(parts)), outside.redactor);
}

/** Opens every configured sink; a sink that signs in does it by the tenant's sign-in service. */
export function sinkOpener(
  parts: SignInParts & { readonly sinks: ConfiguredSinks; readonly loaded: LoadedConfig },
): () => OpenedSinks {
  const { outside, scope, endpoints, secrets, log, sinks, loaded } = parts;
  const { files, clock, redactor } = outside;
  const owner = { name: scope.name, authority: endpoints.authority };
  const opening: OpenOptions = {
    tenant: scope.name,
    files,
    clock,
    log,
    secret: (ref) => secrets.text(ref),
    azureTokens: (request) => redacted(sinkTokens(owner, request, secrets, doorsOf(parts)), redactor),
  };
  return () => sinks.plugins.openAll(loaded.config.sinks, sinks.options, opening);
}

function doorsOf({ outside: { http, clock, files, env }, log }: SignInParts): SignInDoors {
  return { http, clock, files, log, environment: env };
}

/** Tokens that the redactor knows before anybody can send or show them: a token is a secret as well. */
function redacted(tokens: Tokens, redactor: Redactor): Tokens {
  return {
    token: async (signal, rejected) => {
      const token = await tokens.token(signal, rejected);
      redactor.addPassing(token.value);
      return token;
    },
  };
}
