import { X509Certificate, constants, createPrivateKey, sign, verify } from "node:crypto";
import type { IncomingMessage, ServerResponse } from "node:http";
import { createServer } from "node:https";
import type { AddressInfo } from "node:net";
import { makeCertificate } from "./certificates.js";
import type { TestCertificate } from "./certificates.js";

/** A request as it came in. */
export interface SeenRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly form: Readonly<Record<string, string>>;
}

/** What answers one request instead of the rules below. */
export type Reply = (response: ServerResponse, request: SeenRequest) => void;

/** A token endpoint over TLS that checks what Entra ID checks. */
export interface EntraServer {
  /** `https://localhost:PORT/TENANT` */
  authority(tenantId: string): string;
  readonly origin: string;
  readonly seen: readonly SeenRequest[];
  /** The secret that each application must show. */
  readonly secrets: Map<string, string>;
  /** The certificate registered for each application, PEM. */
  readonly certificates: Map<string, string>;
  /** The federated token that each application must show. */
  readonly assertions: Map<string, string>;
  /** Token lifetime in seconds. */
  lifetime: number;
  /** Claims added to the tokens. */
  claims: Readonly<Record<string, unknown>>;
  /** Makes the token, in place of one that nobody accepts. */
  issue: (() => string) | undefined;
  /** When set, answers everything. */
  reply: Reply | undefined;
  close(): Promise<void>;
}

export async function startEntra(certificate: TestCertificate): Promise<EntraServer> {
  const seen: SeenRequest[] = [];
  const server = createServer({ cert: certificate.pem, key: certificate.keyPem }, (request, response) => {
    void answer(entra, seen, request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const origin = `https://localhost:${(server.address() as AddressInfo).port}`;
  const entra: EntraServer = {
    authority: (tenantId) => `${origin}/${tenantId}`,
    origin,
    seen,
    secrets: new Map(),
    certificates: new Map(),
    assertions: new Map(),
    lifetime: 3600,
    claims: {},
    issue: undefined,
    reply: undefined,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return entra;
}

/** A JWT signed by a key that nobody knows: enough for whoever reads only its claims. */
export function makeJwt(claims: Readonly<Record<string, unknown>>): string {
  const content = `${encode({ alg: "RS256", typ: "JWT" })}.${encode(claims)}`;
  return `${content}.${sign("sha256", Buffer.from(content), SIGNING_KEY).toString("base64url")}`;
}

/** A refusal in Entra ID's form: https://learn.microsoft.com/entra/identity-platform/v2-oauth2-client-creds-grant-flow#error-response. */
export function refuse(status: number, error: string, aadsts: number, words: string): Reply {
  return (response) => {
    const description = `AADSTS${aadsts}: ${words} Trace ID: 1 Correlation ID: 2\r\nTimestamp: now`;
    sendJson(response, status, { error, error_description: description, error_codes: [aadsts] });
  };
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": "application/json", ...headers });
  response.end(JSON.stringify(body));
}

async function answer(
  entra: EntraServer,
  seen: SeenRequest[],
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let body = "";
  for await (const piece of request) body += String(piece);
  const { method = "", url = "", headers } = request;
  const form = Object.fromEntries(new URLSearchParams(body));
  const came: SeenRequest = { method, path: url, headers, form };
  seen.push(came);
  (entra.reply ?? ((to) => judge(entra, came, to)))(response, came);
}

function judge(entra: EntraServer, { method, path, form }: SeenRequest, response: ServerResponse): void {
  const tenantId = /^\/([^/]+)\/oauth2\/v2\.0\/token$/.exec(path.split("?")[0] ?? "")?.[1];
  if (method !== "POST" || tenantId === undefined) return sendJson(response, 404, { error: "not_found" });
  const clientId = form["client_id"] ?? "";
  const refusal = judgeCredential(entra, clientId, `${entra.authority(tenantId)}/oauth2/v2.0/token`, form);
  if (refusal !== undefined) return refusal(response, { method, path, headers: {}, form });

  const scope = form["scope"]?.split(" ").find((each) => each.endsWith("/.default")) ?? "";
  const now = Math.floor(Date.now() / 1000);
  const claims = {
    aud: scope.replace(/\/\.default$/, ""),
    tid: tenantId,
    appid: clientId,
    jti: entra.seen.length,
    exp: now + entra.lifetime,
    ...entra.claims,
  };
  sendJson(response, 200, {
    token_type: "Bearer",
    expires_in: entra.lifetime,
    access_token: entra.issue?.() ?? makeJwt(claims),
  });
}

function judgeCredential(
  entra: EntraServer,
  clientId: string,
  audience: string,
  form: Readonly<Record<string, string>>,
): Reply | undefined {
  if (form["grant_type"] !== "client_credentials") return refuse(400, "invalid_request", 70003, "grant");
  const assertion = form["client_assertion"];
  if (assertion === undefined) {
    return entra.secrets.get(clientId) === form["client_secret"]
      ? undefined
      : refuse(401, "invalid_client", 7000215, "Invalid client secret provided.");
  }
  if (entra.assertions.get(clientId) === assertion) return undefined;
  return isSignedByRegistered(entra.certificates.get(clientId), clientId, audience, assertion)
    ? undefined
    : refuse(401, "invalid_client", 700027, "The certificate is not registered on application.");
}

function isSignedByRegistered(
  pem: string | undefined,
  clientId: string,
  audience: string,
  assertion: string,
): boolean {
  const [head = "", claims = "", signature = ""] = assertion.split(".");
  if (pem === undefined) return false;
  const certificate = new X509Certificate(pem);
  const { "x5t#S256": thumbprint } = decode(head);
  const { iss, sub, aud, exp } = decode(claims);
  if (
    thumbprint !== Buffer.from(certificate.fingerprint256.replaceAll(":", ""), "hex").toString("base64url")
  ) {
    return false;
  }
  if (iss !== clientId || sub !== clientId || aud !== audience || !(Number(exp) * 1000 > Date.now()))
    return false;
  const padding = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: 32 };
  const key = { key: certificate.publicKey, ...padding };
  return verify("sha256", Buffer.from(`${head}.${claims}`), key, Buffer.from(signature, "base64url"));
}

export function decode(part: string): Readonly<Record<string, unknown>> {
  return JSON.parse(Buffer.from(part, "base64url").toString("utf8")) as Readonly<Record<string, unknown>>;
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}

const SIGNING_KEY = createPrivateKey(makeCertificate({ name: "signing", kind: "rsa" }).keyPem);
