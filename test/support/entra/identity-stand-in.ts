import { createServer } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import { onTestFinished } from "vitest";

export const ARC_KEY_PATH = "/var/opt/azcmagent/tokens/daybook-test.key";

/** A managed identity's endpoint on this machine, of the kinds that Azure has, each with its own proof and its own answer. */
export interface IdentityStandIn {
  readonly url: string;
  readonly seen: readonly { readonly url: URL; readonly headers: IncomingMessage["headers"] }[];
}

export interface IdentityRules {
  readonly kind: "vm" | "app-service" | "arc";
  readonly token: string;
  /** What a caller proves itself with: the header of App Service, the key of Arc. */
  readonly proof: string;
  /** Parameters by which a user-assigned identity is known here; others are refused. Empty: the system-assigned one. */
  readonly identity: Readonly<Record<string, string>>;
}

const RESOURCE = "https://analysis.windows.net/powerbi/api";
const IDENTITY_NAMES = ["client_id", "object_id", "mi_res_id", "msi_res_id"];

export async function startIdentity(rules: IdentityRules): Promise<IdentityStandIn> {
  const seen: { url: URL; headers: IncomingMessage["headers"] }[] = [];
  const server = createServer(({ url = "", headers }, response) => {
    const asked = new URL(url, "http://host");
    seen.push({ url: asked, headers });
    const { status, body, challenge } = judge(rules, asked, headers);
    response.writeHead(status, {
      "content-type": "application/json",
      ...(challenge === undefined ? {} : { "www-authenticate": challenge }),
    });
    response.end(JSON.stringify(body));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, seen };
}

interface Judgement {
  readonly status: number;
  readonly body: object;
  readonly challenge?: string;
}

function judge(rules: IdentityRules, asked: URL, headers: IncomingMessage["headers"]): Judgement {
  const { kind, token, proof, identity } = rules;
  const version = { vm: "2018-02-01", "app-service": "2019-08-01", arc: "2020-06-01" }[kind];
  const path = kind === "app-service" ? "/msi/token" : "/metadata/identity/oauth2/token";
  const shown = asked.searchParams;
  if (asked.pathname !== path || shown.get("api-version") !== version || shown.get("resource") !== RESOURCE)
    return { status: 400, body: { error: "invalid_request" } };
  if (kind === "app-service" && headers["x-identity-header"] !== proof)
    return { status: 401, body: { error: "unauthorized" } };
  if (kind !== "app-service" && headers["metadata"] !== "true")
    return { status: 400, body: { error: "bad_request_102", error_description: "Required metadata header" } };
  if (kind === "arc" && headers.authorization !== `Basic ${proof}`)
    return { status: 401, body: {}, challenge: `Basic realm=${ARC_KEY_PATH}` };

  const named = IDENTITY_NAMES.filter((name) => shown.has(name));
  const isKnown =
    named.length === Object.keys(identity).length &&
    named.every((name) => shown.get(name) === identity[name]);
  if (!isKnown)
    return { status: 400, body: { error: "invalid_request", error_description: "Identity not found" } };
  const until = Math.floor(Date.now() / 1000) + 86_400;
  const life =
    kind === "app-service"
      ? { expires_on: String(until) }
      : { expires_in: "86400", expires_on: String(until) };
  return { status: 200, body: { access_token: token, token_type: "Bearer", resource: RESOURCE, ...life } };
}
