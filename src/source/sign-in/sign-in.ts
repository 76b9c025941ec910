import type { Log } from "../../model/log.js";
import type { Clock } from "../../io/clock.js";
import type { Files } from "../../io/files.js";
import type { Http } from "../../io/http.js";
import type { OutcomeNote } from "../last-outcome.js";
import type { Tokens } from "../tokens.js";
import { readPemCredential } from "./pem-credential.js";
import type { CertificateSource } from "./pem-credential.js";
import { ClientCertificate } from "./client-certificate.js";
import { ClientSecret } from "./client-secret.js";
import { GivenToken } from "./given-token.js";
import type { Environment } from "./identity-endpoint.js";
import { ManagedIdentity } from "./managed-identity.js";
import type { AssignedIdentity } from "./managed-identity.js";
import type { SignInTarget } from "./msal-sign-in.js";
import { RenewedTokens } from "./renewed-tokens.js";
import type { ReadSecret, SignInMethod } from "./sign-in-method.js";
import { RefusalBackoff } from "../refusal-backoff.js";
import { WorkloadIdentity } from "./workload-identity.js";

/** How a tenant signs in. Every secret is a way to read it, not its value. */
export type Credential =
  | { readonly method: "client-secret"; readonly clientId: string; readonly secret: ReadSecret }
  | {
      readonly method: "client-certificate";
      readonly clientId: string;
      readonly certificate: CertificateSource;
      readonly sendCertificateChain: boolean;
    }
  | { readonly method: "workload-identity"; readonly clientId: string; readonly assertion: ReadSecret }
  | ({ readonly method: "managed-identity" } & AssignedIdentity)
  | { readonly method: "token"; readonly token: ReadSecret };

export interface SignInOptions {
  /** Who signs in, for messages: `contoso`, or `a sink of contoso`. */
  readonly name: string;
  readonly credential: Credential;
  /** With the tenant's id. Not needed by `token` and `managed-identity`. */
  readonly authority?: string;
  /** Not needed by `token`. */
  readonly scope?: string;
  /** A file that remembers a refusal over restarts, in a folder that exists; in memory only when absent. */
  readonly stampPath?: string;
  /** Remembers how the newest sign-in ended. */
  readonly outcome?: OutcomeNote;
}

export interface SignInDoors {
  readonly http: Http;
  readonly clock: Clock;
  readonly files: Files;
  readonly log: Log;
  readonly environment: Environment;
}

/** The tokens of one tenant, or of one of its sinks. Nothing is read or sent before the first is asked for. */
export function signIn(options: SignInOptions, doors: SignInDoors): Tokens {
  const subject = `sign-in of ${options.name}`;
  const { credential, stampPath, outcome } = options;
  const { clock, files, log } = doors;
  const stamp = stampPath === undefined ? {} : { stamp: { files, path: stampPath } };
  const backoff = new RefusalBackoff({ code: "SIGNIN_REFUSED", subject, clock, log, ...stamp });
  const noted = outcome === undefined ? {} : { outcome };
  if (credential.method === "token")
    return new GivenToken(subject, credential.token, { backoff, clock, ...noted });
  return new RenewedTokens({
    subject,
    method: methodOf(subject, credential, options, doors),
    backoff,
    clock,
    log,
    ...noted,
  });
}

function methodOf(
  subject: string,
  credential: Exclude<Credential, { readonly method: "token" }>,
  { authority = "", scope = "" }: SignInOptions,
  { http, clock, files, environment }: SignInDoors,
): SignInMethod {
  const target = (clientId: string): SignInTarget => ({ subject, clientId, authority, scope, http, clock });
  switch (credential.method) {
    case "client-secret":
      return new ClientSecret(target(credential.clientId), credential.secret);
    case "client-certificate":
      return new ClientCertificate(
        target(credential.clientId),
        () => readPemCredential(subject, credential.certificate),
        credential.sendCertificateChain,
      );
    case "workload-identity":
      return new WorkloadIdentity(target(credential.clientId), credential.assertion);
    case "managed-identity":
      return new ManagedIdentity({ subject, scope, http, clock }, credential, environment, files);
    default:
      return credential satisfies never;
  }
}
