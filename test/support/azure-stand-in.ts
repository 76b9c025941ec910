import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { IncomingMessage, OutgoingHttpHeaders, ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { pipeline } from "node:stream/promises";
import { ACCOUNT } from "./azure-server.js";
import type { BlobServer } from "./azure-server.js";
import { isSigned } from "./azure-shared-key.js";
import { Refusal, StandInContainer, bytesOf } from "./azure-stand-in-blobs.js";
import type { ContainerRules, Version } from "./azure-stand-in-blobs.js";
import { header, pageOf, policyOf, propertiesOf, termsOf, versionHeaders } from "./azure-stand-in-wire.js";

/** One request as a test may look at it. */
export interface Asked {
  readonly method: string;
  /** `PUT blob`, `PUT block`, `PUT blocklist`, `GET list`, …: the method and what it is about. */
  readonly operation: string;
  readonly name: string;
}

/** What goes wrong: the work is done and the answer lost, the answer breaks off, a condition counts for nothing, other bytes arrive, another's page comes, a refusal. */
export type Fault =
  | "lose the answer"
  | "break off"
  | "overlook the condition"
  | "damage the body"
  | { readonly page: string }
  | Refused;

/** What the service answers instead of doing what it was asked. */
interface Refused {
  readonly status: number;
  readonly code: string;
  readonly headers?: OutgoingHttpHeaders;
}

export interface StandIn extends BlobServer {
  /** Every request since the start. */
  readonly asked: Asked[];
  /** Asked before each request; undefined lets it pass. */
  fault: (asked: Asked) => Fault | undefined;
}

interface Call extends Asked {
  readonly container: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage["headers"];
  readonly body: AsyncIterable<Uint8Array>;
}

interface Answer {
  readonly status: number;
  readonly headers?: OutgoingHttpHeaders;
  readonly body?: string | Version;
}

/** A blob service in this process, held to the same behaviours as the emulator by test/support/azure-behaviours.ts. */
export async function startStandIn(kept: Omit<ContainerRules, "folder">): Promise<StandIn> {
  const folder = await mkdtemp(join(tmpdir(), "daybook-blob-stand-in-"));
  const containers = new Map<string, StandInContainer>();
  const standIn: StandIn = { endpoint: "", asked: [], fault: () => undefined, stop: async () => {} };
  const serve = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const call = callOf(request);
    standIn.asked.push(call);
    const fault = standIn.fault(call);
    const answer = await answerOf(request, call, fault, containers, { ...kept, folder });
    // What was not taken must not be taken for the next request.
    request.resume();
    if (fault === "lose the answer") response.destroy();
    else await send(response, call, answer, fault === "break off");
  };
  const server = createServer((request, response) => {
    serve(request, response).catch(() => response.destroy());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const stop = async (): Promise<void> => {
    server.closeAllConnections();
    server.close();
    await rm(folder, { recursive: true, force: true });
  };
  const { port } = server.address() as AddressInfo;
  return Object.assign(standIn, { endpoint: `http://127.0.0.1:${port}/${ACCOUNT}`, stop });
}

async function answerOf(
  request: IncomingMessage,
  call: Call,
  fault: Fault | undefined,
  containers: Map<string, StandInContainer>,
  rules: ContainerRules,
): Promise<Answer> {
  const refused = typeof fault === "object" && "status" in fault ? fault : undefined;
  try {
    if (typeof fault === "object" && "page" in fault) {
      return { status: 200, headers: { "content-type": "application/xml" }, body: fault.page };
    }
    if (refused !== undefined) throw new Refusal(refused.status, refused.code);
    if (!isSigned(request)) throw new Refusal(403, "AuthenticationFailed");
    if (fault === "overlook the condition") delete request.headers["if-none-match"];
    if (call.operation === "PUT container") {
      containers.set(call.container, new StandInContainer(rules));
      return { status: 201 };
    }
    const container = containers.get(call.container);
    if (container === undefined) throw new Refusal(404, "ContainerNotFound");
    return await operate(
      container,
      fault === "damage the body" ? { ...call, body: damaged(call.body) } : call,
    );
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    const { status, code } = error;
    const headers = {
      "content-type": "application/xml",
      "x-ms-error-code": code,
      ...refused?.headers,
    };
    return { status, headers, body: `<?xml version="1.0"?><Error><Code>${code}</Code></Error>` };
  }
}

async function* damaged(body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of body) yield piece.map((byte) => byte ^ 1);
}

async function operate(container: StandInContainer, call: Call): Promise<Answer> {
  const { name, query, headers, body } = call;
  const md5 = header(headers, "content-md5");
  switch (call.operation) {
    case "PUT blob": {
      const part = await container.store(body, md5);
      return { status: 201, headers: versionHeaders(container.put(name, [part], termsOf(headers))) };
    }
    case "PUT block":
      container.stage(name, query.get("blockid") ?? "", await container.store(body, md5));
      return { status: 201 };
    case "PUT blocklist": {
      const ids = [...(await text(body)).matchAll(/<Latest>([^<]*)<\/Latest>/g)];
      const version = container.commit(
        name,
        ids.map(([, id = ""]) => id),
        termsOf(headers),
      );
      return { status: 201, headers: versionHeaders(version) };
    }
    case "GET blob":
    case "HEAD blob": {
      const version = container.find(name, query.get("versionid"));
      return { status: 200, headers: propertiesOf(version), body: version };
    }
    case "GET container":
      return {
        status: 200,
        headers: { "x-ms-immutable-storage-with-versioning-enabled": String(container.rules.isImmutable) },
      };
    case "DELETE blob":
      container.remove(name, query.get("versionid"));
      return { status: 202 };
    case "PUT immutabilityPolicies":
      container.setPolicy(
        name,
        query.get("versionid"),
        policyOf(headers) ?? { untilMs: 0, mode: "unlocked" },
      );
      return { status: 200 };
    case "DELETE immutabilityPolicies":
      container.removePolicy(name);
      return { status: 200 };
    case "PUT legalhold":
      container.setLegalHold(name, query.get("versionid"), headers["x-ms-legal-hold"] === "true");
      return { status: 200 };
    case "GET list":
      return { status: 200, headers: { "content-type": "application/xml" }, body: pageOf(container, query) };
    default:
      throw new Refusal(501, "APINotImplemented");
  }
}

function callOf(request: IncomingMessage): Call {
  const { method = "", headers, url = "" } = request;
  const { pathname, searchParams: query } = new URL(url, "http://server");
  const [, , container = "", ...name] = pathname.split("/").map(decodeURIComponent);
  const about = query.get("comp") ?? query.get("restype") ?? "blob";
  return {
    method,
    operation: `${method} ${about}`,
    container,
    name: name.join("/"),
    query,
    headers,
    body: request,
  };
}

async function send(
  response: ServerResponse,
  call: Call,
  { status, headers, body }: Answer,
  breaksOff: boolean,
): Promise<void> {
  response.writeHead(status, { "x-ms-version": "2026-06-06", "x-ms-request-id": "r-1", ...headers });
  if (breaksOff && body !== undefined) {
    response.write(typeof body === "string" ? body.slice(0, -60) : Buffer.alloc(1), () => response.destroy());
    return;
  }
  if (body === undefined || typeof body === "string" || call.method === "HEAD") {
    response.end(call.method === "HEAD" || typeof body !== "string" ? undefined : body);
    return;
  }
  // A reader that leaves early ends the answer.
  await pipeline(Readable.from(bytesOf(body)), response).catch(() => {});
}
