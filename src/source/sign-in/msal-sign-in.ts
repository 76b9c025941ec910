import type { NodeAuthOptions } from "@azure/msal-node";
import { DaybookError } from "../../model/errors.js";
import type { Clock } from "../../io/clock.js";
import type { Http } from "../../io/http.js";
import type { AccessToken } from "../tokens.js";
import { MsalNetwork } from "./msal-network.js";
import type { AnswerContext } from "./token-answer.js";

/** Which application signs in, and where. */
export interface SignInTarget {
  /** Opens every message: `sign-in of contoso`. */
  readonly subject: string;
  readonly clientId: string;
  /** With the tenant: `https://login.microsoftonline.com/8d5b…`. */
  readonly authority: string;
  readonly scope: string;
  readonly http: Http;
  readonly clock: Clock;
}

export type MsalCredential = Pick<NodeAuthOptions, "clientSecret" | "clientCertificate" | "clientAssertion">;

/**
 * One client-credentials request through MSAL. The application object lives for this one request: it would keep secret and
 * token, and we keep no secret, and the token where its renewal can be tested.
 */
export async function signInWithMsal(
  target: SignInTarget,
  credential: MsalCredential,
  secrets: readonly string[],
  signal: AbortSignal,
): Promise<AccessToken> {
  const { clock, subject } = target;
  const context = (): AnswerContext => ({ subject, nowMs: clock.now(), secrets });
  const network = new MsalNetwork(target.http, target.authority, context, signal);
  const askedAtMs = clock.now();
  try {
    // Loaded here and not at the top: it takes 140 ms, which `daybook --version` does not have.
    const { ConfidentialClientApplication } = await import("@azure/msal-node");
    const application = new ConfidentialClientApplication({
      auth: { clientId: target.clientId, ...authorityOptions(target.authority), ...credential },
      system: { networkClient: network, disableInternalRetries: true },
    });
    await application.acquireTokenByClientCredential({
      scopes: [target.scope],
      // MSAL_FORCE_REGION in the environment would send the credential to another host.
      azureRegion: "DisableMsalForceRegion",
    });
  } catch (error) {
    signal.throwIfAborted();
    throw network.failure ?? notSent(subject, error);
  }
  if (network.answer === undefined) throw notSent(subject, undefined);
  return { value: network.answer.accessToken, expiresAtMs: askedAtMs + network.answer.lifetimeMs };
}

/**
 * MSAL looks up an authority that it does not know, and replaces the host of one that it does (China's). Told the endpoints,
 * it does neither. Paths: https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc.
 */
function authorityOptions(configured: string): Partial<NodeAuthOptions> {
  const authority = configured.replace(LOOPBACK_HTTP, "https:").replace(/\/+$/, "");
  return {
    authority,
    knownAuthorities: [new URL(authority).host],
    authorityMetadata: JSON.stringify({
      issuer: `${authority}/v2.0`,
      authorization_endpoint: `${authority}/oauth2/v2.0/authorize`,
      token_endpoint: `${authority}/oauth2/v2.0/token`,
      jwks_uri: `${authority}/discovery/v2.0/keys`,
    }),
  };
}

// See MsalNetwork: any other http authority is left for MSAL to refuse.
const LOOPBACK_HTTP = /^http:(?=\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d+)?\/)/;

/** MSAL gave up before it sent anything. Its error is not the cause: what it holds of the credential is not ours to know. */
function notSent(subject: string, error: unknown): DaybookError {
  const found = error instanceof Error && "errorCode" in error ? String(error.errorCode) : "no answer";
  return new DaybookError("SIGNIN_REFUSED", {
    message: `${subject}: the sign-in could not be made (${found.slice(0, 60)}), expected clientId, authority and credential that go together`,
    hint: "check clientId, tenantId, cloud and the credential",
  });
}
