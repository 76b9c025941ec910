import { DaybookError, isDaybookError } from "../../model/errors.js";
import type { Files } from "../../io/files.js";
import type { HttpAnswer } from "../../io/http.js";
import type { AccessToken } from "../tokens.js";
import { arcKeyPath, identityEndpoint } from "./identity-endpoint.js";
import type { Environment, IdentityEndpoint } from "./identity-endpoint.js";
import { TOKEN_ANSWER_MAX_BYTES, TOKEN_TIMEOUT_MS } from "./msal-network.js";
import type { SignInTarget } from "./msal-sign-in.js";
import type { SignInAttempt, SignInMethod } from "./sign-in-method.js";
import { readTokenAnswer, unavailable } from "./token-answer.js";
import type { AnswerContext } from "./token-answer.js";

/** The identity to use: at most one; the system-assigned one when none is named. */
export interface AssignedIdentity {
  readonly clientId?: string;
  readonly objectId?: string;
  readonly resourceId?: string;
}

/**
 * auth.method `managed-identity`. Spoken directly, not through MSAL's ManagedIdentityApplication: that keeps tokens, endpoint
 * and network in static fields, so tenants of one process would share them, and reads environment and disk past our doors.
 */
export class ManagedIdentity implements SignInMethod {
  constructor(
    private readonly target: Pick<SignInTarget, "subject" | "scope" | "http" | "clock">,
    private readonly identity: AssignedIdentity,
    private readonly environment: Environment,
    private readonly files: Pick<Files, "read" | "stat">,
  ) {}

  async prepare(): Promise<SignInAttempt> {
    const endpoint = await identityEndpoint(this.target.subject, this.environment, this.files);
    return {
      mark: JSON.stringify([endpoint.url, this.identity]),
      send: (signal) => this.#ask(endpoint, signal),
    };
  }

  async #ask(endpoint: IdentityEndpoint, signal: AbortSignal): Promise<AccessToken> {
    const askedAtMs = this.target.clock.now();
    const secrets = Object.values(endpoint.secretHeaders);
    const context: AnswerContext = { subject: this.target.subject, nowMs: askedAtMs, secrets };
    let answer = await this.#get(endpoint, endpoint.secretHeaders, signal);
    if (endpoint.kind === "arc" && answer.status === 401) {
      const authorization = await this.#arcAuthorization(answer);
      secrets.push(authorization);
      answer = await this.#get(endpoint, { authorization }, signal);
    }
    // 404 and 410 come while the machine's identity is being set up or its agent updated:
    // https://learn.microsoft.com/entra/identity/managed-identities-azure-resources/how-to-use-vm-token#error-handling
    if (answer.status === 404 || answer.status === 410)
      throw unavailable(`status ${answer.status}`, answer, context);
    const { accessToken, lifetimeMs } = readTokenAnswer(answer, context);
    return { value: accessToken, expiresAtMs: askedAtMs + lifetimeMs };
  }

  async #get(
    endpoint: IdentityEndpoint,
    headers: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<HttpAnswer> {
    const url = new URL(endpoint.url);
    url.searchParams.set("api-version", endpoint.apiVersion);
    url.searchParams.set("resource", this.target.scope.replace(/\/\.default$/, ""));
    const { clientId, objectId, resourceId } = this.identity;
    if (clientId !== undefined) url.searchParams.set("client_id", clientId);
    if (objectId !== undefined) url.searchParams.set("object_id", objectId);
    if (resourceId !== undefined) url.searchParams.set(endpoint.resourceIdName, resourceId);
    try {
      return await this.target.http.request(
        {
          method: "GET",
          url: url.href,
          headers: { ...headers, metadata: "true" },
          timeoutMs: TOKEN_TIMEOUT_MS,
          maxBytes: TOKEN_ANSWER_MAX_BYTES,
        },
        signal,
      );
    } catch (error) {
      throw isDaybookError(error, "NETWORK_UNREACHABLE") || isDaybookError(error, "NETWORK_TIMEOUT")
        ? this.#notHere(endpoint, error)
        : error;
    }
  }

  /** Azure Arc proves that we may read its key file: https://learn.microsoft.com/azure/azure-arc/servers/managed-identity-authentication. */
  async #arcAuthorization(challenge: HttpAnswer): Promise<string> {
    const path = arcKeyPath(challenge.headers["www-authenticate"]);
    if (path === undefined) {
      throw new DaybookError("SIGNIN_REFUSED", {
        message: `${this.target.subject}: Azure Arc named no key file in its token folder, expected /var/opt/azcmagent/tokens/NAME.key`,
        hint: "check that IDENTITY_ENDPOINT is that of the Arc agent; update the agent",
      });
    }
    try {
      return `Basic ${Buffer.from(await this.files.read(path, 4096)).toString("utf8")}`;
    } catch (error) {
      throw new DaybookError("SECRET_UNREADABLE", {
        message: `${this.target.subject}: Azure Arc's key file cannot be read, expected it to be readable`,
        hint: "add Daybook's user to the group himds",
        cause: error,
      });
    }
  }

  #notHere(endpoint: IdentityEndpoint, cause: unknown): DaybookError {
    return new DaybookError("SIGNIN_UNAVAILABLE", {
      message: `${this.target.subject}: no managed identity service at ${new URL(endpoint.url).host}, expected one on this machine`,
      hint: "run on an Azure VM, in App Service or on an Arc machine with an identity assigned, or use another auth.method; let the proxy not stand in between (NO_PROXY)",
      cause,
    });
  }
}
