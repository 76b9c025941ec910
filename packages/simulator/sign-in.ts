import { isoTime } from "../../src/model/utc-day.js";
import type { BearerTokens } from "./admission.js";
import { jsonAnswer } from "./answers.js";
import type { Answer, SimulatedRequest } from "./faults.js";
import type { Scenario } from "./scenario.js";
import { guidText } from "./seeded-random.js";

/** Whether a path belongs to the sign-in service. */
export function isSignInPath(path: string): boolean {
  return path === INSTANCE_DISCOVERY || TENANT_PATH.test(path);
}

/** The sign-in service: tokens for the client credentials, and the two documents by which libraries find them. */
export class SignIn {
  readonly #scenario: Scenario;
  readonly #tokens: BearerTokens;

  constructor(scenario: Scenario, tokens: BearerTokens) {
    this.#scenario = scenario;
    this.#tokens = tokens;
  }

  /** `base` is the simulator's own address: the documents name it. */
  answer(request: SimulatedRequest, base: string, nowMs: number): Answer {
    const [, tenantId, document] = TENANT_PATH.exec(request.path) ?? [];
    if (tenantId === undefined) return jsonAnswer(200, instanceDiscovery(base, this.#scenario.tenantId));
    if (tenantId !== this.#scenario.tenantId) {
      return this.#refusal(request, 400, "invalid_request", 90_002, `Tenant '${tenantId}' not found.`, nowMs);
    }
    if (document !== TOKEN) return jsonAnswer(200, openIdConfiguration(base, tenantId));
    return request.method === "POST" ? this.#token(request, nowMs) : jsonAnswer(405, {});
  }

  #token(request: SimulatedRequest, nowMs: number): Answer {
    const form = new URLSearchParams(request.body);
    const refuse = (status: number, error: string, number: number, text: string): Answer =>
      this.#refusal(request, status, error, number, text, nowMs);
    if (form.get("grant_type") !== "client_credentials") {
      return refuse(400, "unsupported_grant_type", 70_003, "The app requested an unsupported grant type.");
    }
    const { clientId, clientSecret, tokenLifetimeSeconds } = this.#scenario;
    const client = form.get("client_id");
    if (client !== clientId) {
      return refuse(
        400,
        "unauthorized_client",
        700_016,
        `Application with identifier '${client}' was not found in the directory.`,
      );
    }
    if (form.get("client_secret") === null) {
      return refuse(
        401,
        "invalid_client",
        7_000_216,
        "'client_assertion', 'client_secret' or 'request' is required for the 'client_credentials' grant type.",
      );
    }
    if (form.get("client_secret") !== clientSecret) {
      return refuse(
        401,
        "invalid_client",
        7_000_215,
        `Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${clientId}'.`,
      );
    }
    if (
      form
        .get("scope")
        ?.split(" ")
        .some((scope) => scope.endsWith("/.default")) !== true
    ) {
      return refuse(
        400,
        "invalid_scope",
        1_002_012,
        "The provided value for scope is not valid. Client credential flows must have a scope value with /.default suffixed to the resource identifier (application ID URI).",
      );
    }
    const lifetime = { expires_in: tokenLifetimeSeconds, ext_expires_in: tokenLifetimeSeconds };
    return jsonAnswer(
      200,
      { token_type: "Bearer", ...lifetime, access_token: this.#tokens.issue(nowMs) },
      NO_STORE,
    );
  }

  #refusal(
    request: SimulatedRequest,
    status: number,
    error: string,
    number: number,
    text: string,
    nowMs: number,
  ): Answer {
    const trace_id = guidText(this.#scenario.seed, 0x7ace, request.number);
    const correlation_id = guidText(this.#scenario.seed, 0xc033, request.number);
    const timestamp = `${isoTime(nowMs).slice(0, 19).replace("T", " ")}Z`;
    const error_description = `AADSTS${number}: ${text} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`;
    const error_uri = `https://login.microsoftonline.com/error?code=${number}`;
    const body = {
      error,
      error_description,
      error_codes: [number],
      timestamp,
      trace_id,
      correlation_id,
      error_uri,
    };
    return jsonAnswer(status, body, NO_STORE);
  }
}

const TOKEN = "/oauth2/v2.0/token";
const INSTANCE_DISCOVERY = "/common/discovery/instance";
const TENANT_PATH = /^\/([^/]+)(\/oauth2\/v2\.0\/token|(?:\/v2\.0)?\/\.well-known\/openid-configuration)$/;
const NO_STORE = { "cache-control": "no-store, no-cache", pragma: "no-cache" };

function openIdConfiguration(base: string, tenantId: string): object {
  return {
    token_endpoint: `${base}/${tenantId}${TOKEN}`,
    token_endpoint_auth_methods_supported: ["client_secret_post", "private_key_jwt", "client_secret_basic"],
    jwks_uri: `${base}/${tenantId}/discovery/v2.0/keys`,
    issuer: `${base}/${tenantId}/v2.0`,
    authorization_endpoint: `${base}/${tenantId}/oauth2/v2.0/authorize`,
    end_session_endpoint: `${base}/${tenantId}/oauth2/v2.0/logout`,
  };
}

function instanceDiscovery(base: string, tenantId: string): object {
  const { host } = new URL(base);
  return {
    tenant_discovery_endpoint: `${base}/${tenantId}/v2.0/.well-known/openid-configuration`,
    "api-version": "1.1",
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  };
}
